/** Who is let in, and what they get: the token, Host and Origin, the page's headers, `/health` (drill 12). */
import { request } from "node:http"
import { statSync } from "node:fs"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { NodeWS } from "@effect/platform-node"
import { tokenProtocols } from "../client/rpc/Client.ts"
import { runServer, type RunningServer, temporaryFolder } from "./support/RunningServer.ts"

class World extends Context.Service<World, { readonly server: RunningServer }>()("test/EdgeWorld") {
  static readonly layer = Layer.effect(World, Effect.gen(function*() {
    const folder = yield* temporaryFolder
    return World.of({ server: yield* runServer({ dataDir: join(folder, "data"), args: ["--allow-host", "box.example", "--allow-origin", "https://ide.example"] }) })
  }))
}

interface Answer { readonly status: number; readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>; readonly body: string }

const get = (server: RunningServer, path: string, headers: Record<string, string> = {}): Effect.Effect<Answer> => Effect.callback<Answer>((resume) => {
  const { hostname, port } = new URL(server.url)
  request({ hostname, port, path, headers, method: "GET" }, (response) => {
    let body = ""
    response.on("data", (chunk: Buffer) => { body += chunk.toString() })
    response.on("end", () => resume(Effect.succeed({ status: response.statusCode ?? 0, headers: response.headers, body })))
  }).end()
})

/** Opens a websocket; `open` with the protocol that was chosen, or `refused`. */
const upgrade = (server: RunningServer, options: { readonly path?: string; readonly protocols?: ReadonlyArray<string>; readonly headers?: Record<string, string> }): Effect.Effect<string> =>
  Effect.callback<string>((resume) => {
    const socket = new NodeWS.WebSocket(`${server.url.replace("http", "ws")}${options.path ?? "/rpc"}`, [...options.protocols ?? []], { headers: options.headers ?? {} })
    socket.on("open", () => {
      resume(Effect.succeed(`open ${socket.protocol}`))
      socket.close()
    })
    socket.on("error", () => resume(Effect.succeed("refused")))
  })

layer(World.layer, { excludeTestServices: true, timeout: "60 seconds" })("the edge", (it) => {
  it.effect("health answers everybody, and says what a probe wants", () => Effect.gen(function*() {
    const { server } = yield* World
    const { body, status } = yield* get(server, "/health")
    assert.strictEqual(status, 200)
    assert.hasAllKeys(JSON.parse(body), ["status", "version", "bootId", "database", "backends"])
  }))

  it.effect("the page wants the token once, then its cookie; its policy is strict", () => Effect.gen(function*() {
    const { server } = yield* World
    assert.strictEqual((yield* get(server, "/")).status, 401)
    assert.strictEqual((yield* get(server, "/?token=wrong")).status, 401)
    const first = yield* get(server, `/?token=${server.token}`)
    assert.strictEqual(first.status, 200)
    const policy = String(first.headers["content-security-policy"])
    assert.include(policy, "default-src 'none'")
    assert.notInclude(policy, "unsafe")
    const cookie = String(first.headers["set-cookie"])
    assert.match(cookie, /HttpOnly/i)
    assert.match(cookie, /SameSite=Strict/i)
    assert.strictEqual((yield* get(server, "/", { cookie: cookie.split(";")[0] ?? "" })).status, 200)
  }))

  it.effect("a foreign Host is refused everywhere, a known one is not", () => Effect.gen(function*() {
    const { server } = yield* World
    for (const path of ["/", "/health", "/rpc", "/metrics"]) {
      assert.strictEqual((yield* get(server, path, { host: "evil.example", authorization: `Bearer ${server.token}` })).status, 403, path)
    }
    assert.strictEqual((yield* get(server, "/health", { host: "box.example:8080" })).status, 200)
  }))

  it.effect("/rpc: by subprotocol or bearer, never by cookie, never from a foreign origin", () => Effect.gen(function*() {
    const { server } = yield* World
    const protocols = tokenProtocols(server.token)
    assert.strictEqual(yield* upgrade(server, { protocols }), "open boocode")
    assert.match(yield* upgrade(server, { headers: { authorization: `Bearer ${server.token}` } }), /^open/)
    assert.strictEqual(yield* upgrade(server, {}), "refused")
    assert.strictEqual(yield* upgrade(server, { protocols: tokenProtocols("wrong") }), "refused")
    assert.strictEqual(yield* upgrade(server, { headers: { cookie: `boocode=${server.token}` } }), "refused")
    assert.strictEqual(yield* upgrade(server, { protocols, headers: { origin: "https://evil.example" } }), "refused")
    assert.strictEqual(yield* upgrade(server, { protocols, headers: { origin: "https://ide.example" } }), "open boocode")
    assert.strictEqual(yield* upgrade(server, { protocols, headers: { origin: server.url } }), "open boocode")
  }))

  it.effect("no path leads out of the page", () => Effect.gen(function*() {
    const { server } = yield* World
    const authorization = `Bearer ${server.token}`
    for (const path of ["/../package.json", "/..%2f..%2fetc/passwd", "/%2e%2e/package.json", "/assets/../../package.json"]) {
      const { body, status } = yield* get(server, path, { authorization })
      assert.isTrue(status === 404 || !body.includes("\"name\""), path)
    }
  }))

  it.effect("metrics want the token", () => Effect.gen(function*() {
    const { server } = yield* World
    assert.strictEqual((yield* get(server, "/metrics")).status, 401)
    assert.strictEqual((yield* get(server, "/metrics", { authorization: `Bearer ${server.token}` })).status, 200)
  }))

  it.effect("no spelling of a path gets round the token or the origin", () => Effect.gen(function*() {
    const { server } = yield* World
    for (const path of ["/METRICS", "//metrics", "/%6detrics", "/metrics/", "/metrics;x", "/API/x", "//"]) {
      assert.strictEqual((yield* get(server, path)).status, 401, path)
    }
    for (const path of ["/RPC", "//rpc", "/%72pc", "/rpc/", "/rpc;x", "/", "/health2"]) {
      assert.strictEqual(yield* upgrade(server, { path, headers: { origin: "http://evil.example" } }), "refused", path)
      assert.strictEqual(yield* upgrade(server, { path }), "refused", path)
    }
    assert.strictEqual((yield* get(server, "/health", { host: "127.0.0.1:1@evil" })).status, 403)
  }))

  it.effect("what holds the token is for its owner's eyes only", () => Effect.gen(function*() {
    const { server } = yield* World
    for (const name of ["token", "server.json"]) assert.strictEqual(statSync(join(server.dataDir, name)).mode & 0o777, 0o600, name)
  }))
})
