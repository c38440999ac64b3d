/** Amounts in the fewest characters. */

/** `940`, `12.3k`, `1.2M`. */
export const amountWords = (amount: number): string => {
  if (amount < 1000) return String(Math.round(amount))
  if (amount < 999_500) return `${trimmed(amount / 1000)}k`
  return `${trimmed(amount / 1_000_000)}M`
}

/** `$0.0042`, `$1.20`. */
export const costWords = (dollars: number): string => `$${dollars < 0.1 ? dollars.toFixed(4) : dollars.toFixed(2)}`

/** `512 bytes`, `16 KB`, `2.1 MB`. */
export const byteWords = (bytes: number): string =>
  bytes < 1024 ? `${bytes} bytes` : bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KB` : `${trimmed(bytes / 1024 / 1024)} MB`

const trimmed = (amount: number): string => amount < 100 ? amount.toFixed(1).replace(/\.0$/, "") : String(Math.round(amount))

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`
