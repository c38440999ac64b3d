/**
 * Who is let in: a known Host, on WebSocket a known Origin, and the token. Pure decisions over a request's headers; the
 * middleware that asks them stands in `Http.ts`. Cookies ignore ports, so whatever else listens on the host gets ours: its value is
 * made from the token but isn't the token, and opens the page's files and nothing else.
 */
import { createHmac, timingSafeEqual } from "node:crypto"

export interface GuardOptions {
  readonly token: string
  /** Hostnames, without ports, besides the loopback's. */
  readonly hosts: ReadonlyArray<string>
  /** Origins such as `https://box.example`, besides the request's own. */
  readonly origins: ReadonlyArray<string>
}

export type Headers = Readonly<Record<string, string | undefined>>

export const cookieName = "boocode"
/** Pages send `boocode` first, which is the one that is answered, then this with the token. */
const tokenProtocol = "boocode.token."

const loopback = ["localhost", "127.0.0.1", "[::1]"]

const hostname = (host: string): string | undefined => /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d+)?$/i.exec(host)?.[1]?.toLowerCase()

export const isKnownHost = ({ hosts }: GuardOptions, headers: Headers): boolean => {
  const host = headers["host"]
  const name = host === undefined ? undefined : hostname(host)
  return name !== undefined && [...loopback, ...hosts.map((known) => known.toLowerCase())].includes(name)
}

const guarded = ["rpc", "metrics", "api", "mcp"]

/**
 * Whether a path can be nothing but the page's, which looks at its visitors itself. The router folds case, slashes, escapes
 * and semicolons: whatever is not spelled plainly counts as something to be called, and wants the token.
 */
export const isPagePath = (path: string): boolean =>
  /^\/([\w.-]+(\/[\w.-]+)*)?$/.test(path) && !guarded.includes(path.split("/")[1]?.toLowerCase() ?? "")

/** Programs send no Origin; pages do, and theirs must be the server's own or an allowed one. */
export const isKnownOrigin = ({ origins }: GuardOptions, headers: Headers): boolean => {
  const origin = headers["origin"]
  if (origin === undefined) return true
  const host = headers["host"]?.toLowerCase()
  return origins.includes(origin) || origin.toLowerCase() === `http://${host}` || origin.toLowerCase() === `https://${host}`
}

const isSame = (secret: string, candidate: string | undefined): boolean => {
  if (candidate === undefined) return false
  const given = Buffer.from(candidate), wanted = Buffer.from(secret)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

export const isToken = ({ token }: GuardOptions, candidate: string | undefined): boolean => isSame(token, candidate)

/** What the page's cookie holds: nobody gets from it to the token. */
export const cookieOf = ({ token }: GuardOptions): string => createHmac("sha256", token).update("boocode page").digest("base64url")

const bearer = (headers: Headers): string | undefined => /^Bearer (.+)$/i.exec(headers["authorization"] ?? "")?.[1]

/** From `Sec-WebSocket-Protocol: boocode, boocode.token.<base64url>`. */
const fromProtocol = (headers: Headers): string | undefined => {
  const offered = (headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim())
  const encoded = offered.find((name) => name.startsWith(tokenProtocol))
  return encoded === undefined ? undefined : Buffer.from(encoded.slice(tokenProtocol.length), "base64url").toString()
}

const fromCookie = (headers: Headers): string | undefined =>
  (headers["cookie"] ?? "").split(";").map((part) => part.trim().split("="))
    .filter(([name]) => name === cookieName).map(([, value]) => value)[0]

/** For tools and for `/rpc`: by bearer or subprotocol, never by cookie. */
export const mayCall = (options: GuardOptions, headers: Headers): boolean =>
  isToken(options, bearer(headers)) || isToken(options, fromProtocol(headers))

/** For the page's files: by cookie as well. */
export const maySee = (options: GuardOptions, headers: Headers): boolean =>
  mayCall(options, headers) || isSame(cookieOf(options), fromCookie(headers))
