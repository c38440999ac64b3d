/**
 * Takes secrets out of what is kept for people to read: the values of variables named like secrets, and whatever looks
 * like one by its form or by the name of its field. Pure. A secret that an agent sends in pieces, over several messages,
 * it can't see.
 */

/** Stands where a secret stood. */
export const redacted = "[secret]"

/** Shorter values are words (`none`, `true`) and not secrets. */
const shortest = 8

const secretName = /(?:^|[_-])(?:api_?keys?|keys?|tokens?|secrets?|passwords?|passwd|passphrase|pass|pwd|pat|credentials?|cookie|auth)(?:$|[_-])/i

type Environment = Readonly<Record<string, string | undefined>>

/** The values of the variables whose names say that they are secret. */
export const secretsOf = (...environments: ReadonlyArray<Environment>): ReadonlyArray<string> =>
  [...new Set(environments.flatMap((env) => Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && value.trim().length >= shortest && secretName.test(name) ? [value.trim()] : [])))]

/** In the order in which they are tried: a whole before its parts. */
const forms: ReadonlyArray<readonly [RegExp, string]> = [
  // a key in PEM, to its end or the text's
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, redacted],
  // "authorization": "Bearer …", Authorization: Basic …, also within a text that is JSON itself
  [/((?:proxy-)?authorization\\*["']?\s*[:=]\s*\\*["']?)(?:(bearer|basic|token)\s+)?[^\s"'\\,}]+/gi, `$1$2 ${redacted}`],
  [/\b(bearer\s+)[\w.~+/-]{8,}=*/gi, `$1${redacted}`],
  // "apiKey": "…", "access_token": "…", password=…; figures such as inputTokens are no text and stay
  [/(["'](?:[\w-]*[_-])?(?:api[_-]?key|access[_-]?key|secret(?:[_-]?key)?|client[_-]?secret|private[_-]?key|auth[_-]?token|access[_-]?token|refresh[_-]?token|id[_-]?token|session[_-]?token|token|password|passwd|passphrase|cookie)\\*["']\s*:\s*\\*["'])(?:[^"\\]|\\(?!["]))+/gi, `$1${redacted}`],
  [/\b((?:[A-Z0-9]{1,40}_){0,8}(?:API_?KEY|TOKEN|SECRET|PASSWORD|PASSWD|PRIVATE_KEY|ACCESS_KEY)=)[^\s"'\\&;]+/g, `$1${redacted}`],
  [/([?&](?:token|access_token|api_?key|key|password|secret|sig|signature)=)[^\s"'\\&#]+/gi, `$1${redacted}`],
  // user:password@host
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s:/@"']{0,200}:)[^\s@/"']{1,400}(?=@)/gi, `$1${redacted}`],
  [/\b(?:sk|rk|pk)[-_](?:[A-Za-z0-9]{1,20}[-_]){0,6}[A-Za-z0-9]{12,}[\w-]*/g, redacted],
  [/\b(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[abeoprs]-[\w-]{10,}|npm_[A-Za-z0-9]{30,}|hf_[A-Za-z0-9]{20,}|AIza[\w-]{30,}|(?:AKIA|ASIA)[A-Z0-9]{16}|ya29\.[\w-]{20,}|gsk_[A-Za-z0-9]{20,}|xai-[A-Za-z0-9]{20,})\b/g, redacted],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, redacted]
]

const escapeForPattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")

/** As it stands in a text, and as it stands in JSON. */
const spellings = (secret: string): ReadonlyArray<string> => [...new Set([secret, JSON.stringify(secret).slice(1, -1)])]

/** Most lines hold nothing of the kind: one look says so. */
const suspicious = /-----BEGIN|authorization|bearer|key|token|secret|pass|cookie|:\/\/|\b(?:sk|rk|pk)[-_]|\bgh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|npm_|hf_|AIza|AKIA|ASIA|ya29\.|gsk_|xai-|eyJ|sig/i

/** Replaces each of `secrets`, and all that has a secret's form. */
export const redactor = (secrets: ReadonlyArray<string>): (text: string) => string => {
  const known = secrets.filter((secret) => secret.length >= shortest).flatMap(spellings).sort((a, b) => b.length - a.length)
  const literal = known.length === 0 ? undefined : new RegExp(known.map(escapeForPattern).join("|"), "g")
  return (text) => {
    const without = literal === undefined ? text : text.replace(literal, redacted)
    return suspicious.test(without) ? forms.reduce((rest, [form, by]) => rest.replace(form, by), without) : without
  }
}
