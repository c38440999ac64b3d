/**
 * What text may hold here. Postgres cannot store NUL and JSON readers disagree on lone surrogates: what people send
 * is refused with a sentence, what agents send is mended.
 */
import { Schema } from "effect"

const NUL = "\u0000"

/** What is wrong with text from a person or a tool. */
export const textFault = (text: string): string | undefined => {
  if (text.includes(NUL)) return "The text holds a NUL character (\\u0000); remove it and send again."
  return text.isWellFormed() ? undefined : "The text holds half a character (a lone surrogate); remove it and send again."
}

/** Text from a person or a tool, as it comes in: refused if it can't be kept, mended nowhere. */
export const Text = Schema.String.check(Schema.makeFilter(textFault))

/** As one line, whatever controls and line breaks it held. */
export const toOneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim()

/** Text from an agent, made well-formed and free of NUL. */
export const mendText = (text: string): string =>
  (text.includes(NUL) ? text.replaceAll(NUL, "\uFFFD") : text).toWellFormed()

/** Cuts at `limit` UTF-16 units without splitting a surrogate pair. */
export const cutText = (text: string, limit: number): string => {
  if (text.length <= limit) return text
  const last = text.charCodeAt(limit - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit)
}

/** The last `limit` UTF-16 units, whole characters only. */
export const tailText = (text: string, limit: number): string => {
  if (text.length <= limit) return text
  const first = text.charCodeAt(text.length - limit)
  return text.slice(text.length - limit + (first >= 0xdc00 && first <= 0xdfff ? 1 : 0))
}

/** A short digest of some text for telling "the same again" from "something else"; not for security. 53-bit, base 36. */
export const digestText = (text: string): string => {
  let a = 0xdeadbeef, b = 0x41c6ce57
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    a = Math.imul(a ^ code, 2654435761)
    b = Math.imul(b ^ code, 1597334677)
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36)
}
