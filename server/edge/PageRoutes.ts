/**
 * The page's files, from memory, with their types, tags and a strict Content-Security-Policy. The first visit brings
 * the token in the address and takes away a cookie that opens the page, and the page alone.
 */
import { Effect } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { cookieName, cookieOf, type GuardOptions, isToken, maySee } from "./Guard.ts"
import { loadPage, type PageFile } from "./PageFiles.ts"

const policy = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:", "font-src 'self'",
  "connect-src 'self'", "manifest-src 'self'", "worker-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"
].join("; ")

const always = {
  "content-security-policy": policy,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin"
}

const signIn = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>boocode: sign in</title><h1>boocode</h1>
<p>This page needs the server's token. Open the address of the server's ready line, or run <code>boocode token</code> and paste it here.</p>
<form method="get" action="/"><label>Token <input name="token" type="password" autocomplete="off" autofocus></label> <button>Open</button></form></html>`

const cookieAge = 365 * 24 * 60 * 60

const send = (file: PageFile, headers: Readonly<Record<string, string | undefined>>): HttpServerResponse.HttpServerResponse => {
  const caching = { etag: file.etag, "cache-control": file.immutable ? "public, max-age=31536000, immutable" : "no-cache", vary: "accept-encoding" }
  if (headers["if-none-match"] === file.etag) return HttpServerResponse.empty({ status: 304, headers: { ...always, ...caching } })
  const zipped = file.gzip !== undefined && (headers["accept-encoding"] ?? "").includes("gzip")
  return HttpServerResponse.uint8Array(zipped && file.gzip !== undefined ? file.gzip : file.body, {
    contentType: file.type, headers: { ...always, ...caching, ...(zipped ? { "content-encoding": "gzip" } : {}) }
  })
}

export const pageRoutes = (guard: GuardOptions) => HttpRouter.use(Effect.fnUntraced(function*(router) {
  const files = yield* loadPage()
  const index = files.get("/")
  yield* router.add("GET", "/*", Effect.map(HttpServerRequest.HttpServerRequest, (request) => {
    // not by URL, which throws at paths such as `//`
    const [path = "/", query = ""] = request.url.split("?", 2)
    const given = new URLSearchParams(query).get("token") ?? undefined
    if (given === undefined && !maySee(guard, request.headers) || given !== undefined && !isToken(guard, given)) {
      return HttpServerResponse.text(signIn, { status: 401, contentType: "text/html; charset=utf-8", headers: always })
    }
    // any path of the page's own routes is the page
    const file = files.get(path) ?? (path.includes(".") ? undefined : index)
    if (file === undefined) return HttpServerResponse.text("There is no such file.\n", { status: 404, headers: always })
    const response = send(file, request.headers)
    return given === undefined ? response : HttpServerResponse.setCookieUnsafe(response, cookieName, cookieOf(guard), {
      httpOnly: true, sameSite: "strict", path: "/", maxAge: `${cookieAge} seconds`
    })
  }))
}))
