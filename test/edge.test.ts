/** Who is let in, and what they get: the token, Host and Origin, the page's headers, `/health` (P20, drill 12). */
import { request } from "node:http"
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Fiber, Layer } from "effect"
import { NodeWS } from "@effect/platform-node"
import { tokenProtocols } from "../client/rpc/Client.ts"
import { ChatId, SessionId } from "../shared/Ids.ts"
import { makeRepository, prompt } from "./support/Journey.ts"
import { rawClient } from "./support/RawClient.ts"
import { clientOf, runServer, type RunningServer, temporaryFolder } from "./support/RunningServer.ts"

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

interface RawCall { readonly tag: string; readonly payload: unknown }

/** What each call's one end says, sent as written on one connection that must stay open. */
const callRaw = (server: RunningServer, calls: ReadonlyArray<RawCall>): Effect.Effect<ReadonlyArray<string>> => Effect.callback<ReadonlyArray<string>>((resume) => {
  const socket = new NodeWS.WebSocket(`${server.url.replace("http", "ws")}/rpc`, tokenProtocols(server.token))
  const ends: Array<string> = []
  const next = () => {
    const call = calls[ends.length]
    if (call === undefined) {
      resume(Effect.succeed(ends))
      socket.close()
    } else socket.send(`${JSON.stringify({ _tag: "Request", id: String(ends.length), headers: [], ...call })}\n`)
  }
  socket.on("open", next)
  socket.on("message", (data: Buffer) => {
    for (const line of data.toString().split("\n").filter((one) => one.includes(`"Exit"`) || one.includes(`"Defect"`))) {
      ends.push(line)
      next()
    }
  })
  socket.on("close", () => resume(Effect.succeed([...ends, "the connection was closed"])))
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
    assert.match(policy, /connect-src 'self'(;|$)/)
    const cookie = String(first.headers["set-cookie"])
    assert.match(cookie, /HttpOnly/i)
    assert.match(cookie, /SameSite=Strict/i)
    assert.strictEqual((yield* get(server, "/", { cookie: cookie.split(";")[0] ?? "" })).status, 200)
  }))

  it.effect("what the page's cookie holds opens nothing but the page: other ports of the host receive it", () => Effect.gen(function*() {
    const { server } = yield* World
    const first = yield* get(server, `/?token=${server.token}`)
    const value = /boocode=([^;]*)/.exec(String(first.headers["set-cookie"]))?.[1] ?? ""
    assert.notStrictEqual(value, "")
    assert.notInclude(String(first.headers["set-cookie"]), server.token)
    assert.strictEqual((yield* get(server, "/metrics", { authorization: `Bearer ${value}` })).status, 401)
    assert.strictEqual((yield* get(server, `/?token=${value}`)).status, 401)
    assert.strictEqual(yield* upgrade(server, { headers: { authorization: `Bearer ${value}` } }), "refused")
    assert.strictEqual(yield* upgrade(server, { protocols: tokenProtocols(value) }), "refused")
    assert.strictEqual((yield* get(server, "/", { cookie: `boocode=${server.token}` })).status, 401)
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

  it.effect("a path that is no address is no trouble", () => Effect.gen(function*() {
    const { server } = yield* World
    for (const path of ["//", "///", "//%", "/%zz", "/?token=%", "/??"]) {
      const { status } = yield* get(server, path, { authorization: `Bearer ${server.token}` })
      assert.isBelow(status, 500, path)
    }
  }))

  it.effect("a call that can't be read is refused with one typed sentence, and the connection stays", () => Effect.gen(function*() {
    const { server } = yield* World
    const id = "00000001-0000-4000-8000-000000000001"
    const half = "\ud800", nul = "\u0000"
    const bad: ReadonlyArray<RawCall & { readonly says: string }> = [
      { tag: "chat.Blob", payload: { hash: nul }, says: "hash" },
      { tag: "chat.Stop", payload: { chatId: "not-a-uuid" }, says: "chatId" },
      { tag: "chat.Watch", payload: { chatId: 7 }, says: "chatId" },
      { tag: "chat.Older", payload: { chatId: id, before: 2 ** 40, limit: 5 }, says: "before" },
      { tag: "chat.SetTitle", payload: { chatId: id, title: " " }, says: "A title needs at least one character." },
      { tag: "chat.SetTitle", payload: { chatId: id, title: `a${half}` }, says: "half a character" },
      { tag: "session.Create", payload: { projectId: id, title: "a\nb" }, says: "A title is one line" },
      { tag: "session.Rename", payload: { sessionId: id, title: "" }, says: "title" },
      { tag: "chat.SetSettings", payload: { chatId: id, agent: "scripted", settings: { model: "x".repeat(513) } }, says: "at most 512" },
      { tag: "chat.Prompt", payload: { chatId: id, promptId: "prompt-0001", content: [{ type: "text", text: nul }] }, says: "NUL" },
      { tag: "chat.Prompt", payload: { chatId: id, promptId: "prompt-0001", content: [{ type: "image", data: nul, mimeType: "image/png" }] }, says: "not base64" },
      { tag: "project.Add", payload: { path: `/tmp${nul}` }, says: "NUL" },
      { tag: "project.Add", payload: null, says: "" }
    ]
    const ends = yield* callRaw(server, [...bad, { tag: "agent.Backends", payload: null }])
    for (const [index, { says, tag }] of bad.entries()) {
      const end = ends[index] ?? ""
      assert.include(end, `"_tag":"Fail","error":{"_tag":"BadRequest"`, tag)
      assert.include(end, says, tag)
      assert.isBelow(end.length, 600, tag)
    }
    assert.include(ends.at(-1), `"Success"`)
    assert.notInclude(server.stderr(), "ERROR")
    const client = yield* clientOf(server)
    const refused = yield* Effect.flip(client["session.Rename"]({ sessionId: SessionId.make(id), title: "x ".repeat(90) }))
    assert.strictEqual(refused._tag, "ProjectError")
  }))

  it.effect("frames that can't be read end nothing but themselves", () => Effect.scoped(Effect.gen(function*() {
    const { server } = yield* World
    const client = yield* rawClient(server)
    const request = (id: unknown, tag: string, more: Readonly<Record<string, unknown>> = {}) => ({ _tag: "Request", id, tag, payload: null, headers: [], ...more })
    client.send(request("stays", "project.Watch"))
    yield* client.until((read) => read.includes(`"requestId":"stays"`))
    const bad: ReadonlyArray<unknown> = [
      "null", "no json", 5, [null], {}, { _tag: 5 }, { _tag: "Bogus" }, { _tag: "Eof" }, { _tag: "Ack" }, { _tag: "Interrupt", requestId: {} },
      request("bad-0", "project.Watch", { headers: undefined }), request("bad-1", "project.Watch", { headers: 5 }),
      request("bad-2", "agent.Backends", { headers: [5] }), request("bad-3", "agent.Backends", { headers: [["a"]] }),
      request("bad-4", "agent.Backends", { headers: null, isNotification: true }), request("bad-5", "agent.Backends", { discard: true }),
      request({}, "agent.Backends"), request("stays", "project.Watch"), request("stays", "agent.Backends")
    ]
    for (const [index, frame] of bad.entries()) {
      client.send(frame)
      client.send(request(`after-${index}`, "agent.Backends"))
      yield* client.until((read) => read.includes(`{"_tag":"Exit","requestId":"after-${index}","exit":{"_tag":"Success"`)).pipe(
        Effect.timeoutOrElse({ duration: "5 seconds", orElse: () => Effect.die(`nothing goes on after ${JSON.stringify(frame)}`) }))
    }
    for (const index of [0, 1, 2, 3, 4, 5]) assert.include(client.read(), `{"_tag":"Exit","requestId":"bad-${index}","exit":{"_tag":"Failure"`)
    assert.notInclude(client.read(), `{"_tag":"Exit","requestId":"stays"`)
    client.send({ _tag: "Interrupt", requestId: "stays" })
    yield* client.until((read) => read.includes(`{"_tag":"Exit","requestId":"stays"`))
    assert.notInclude(server.stderr(), "ERROR")
  })))

  // from its sources, Bun's own websockets serve, which don't tell what is unsent
  it.effect.skipIf(process.env["SERVER_MAIN"] === undefined)("a client that reads late gets every answer, one that never reads costs little and is cut off", () => Effect.scoped(Effect.gen(function*() {
    const { server } = yield* World
    const project = makeRepository(yield* temporaryFolder)
    const proper = yield* clientOf(server)
    const { id: projectId } = yield* proper["project.Add"]({ path: project })
    const { id: sessionId } = yield* proper["session.Create"]({ projectId })
    yield* proper["file.Write"]({ sessionId, path: "big.txt", text: `${"y".repeat(99)}\n`.repeat(10_000), expected: null })
    const askFor = (client: { readonly send: (frame: unknown) => void }, times: number) => {
      for (let id = 0; id < times; id++) client.send({ _tag: "Request", id, tag: "file.Read", payload: { sessionId, path: "big.txt" }, headers: [] })
    }
    const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))?.[1]) / 1024
    const before = memory()
    const late = yield* rawClient(server)
    late.socket.pause()
    askFor(late, 50)
    const never = yield* rawClient(server)
    never.socket.pause()
    askFor(never, 800)
    let peak = before, last = ""
    never.socket.on("data", (bytes: Buffer) => { last = bytes.toString("latin1") })
    for (let look = 0; look < 400 && !server.stderr().includes("cut off"); look++) {
      yield* proper["agent.Backends"]().pipe(Effect.timeout("5 seconds"))
      peak = Math.max(peak, memory())
      yield* Effect.sleep("50 millis")
    }
    assert.isBelow(peak - before, 400)
    assert.match(server.stderr(), /A client was cut off: it left 6\d MB of the server's answers unread\./)
    never.socket.resume()
    yield* never.until(() => last.endsWith("MB of answers were left unread.")).pipe(Effect.timeout("10 seconds"))
    assert.isBelow(never.socket.bytesRead, 100_000_000)
    late.socket.resume()
    yield* late.until(() => late.socket.bytesRead > 50_000_000).pipe(Effect.timeout("20 seconds"))
  })), 60_000)

  it.effect("a prompt of 10 MB is refused in words by the client, whose other calls go on", () => Effect.gen(function*() {
    const client = yield* clientOf((yield* World).server)
    const other = yield* Effect.forkChild(client["agent.Refresh"](), { startImmediately: true })
    const refused = yield* Effect.flip(prompt(client, ChatId.make("00000001-0000-4000-8000-000000000001"), "x".repeat(10_000_000)))
    assert.strictEqual(refused.message,
      "The server can't take that: it has 9.5 MB; at most 4 MB can be sent at once. Put the rest in a file of the project and name it.")
    assert.isNotEmpty(yield* Fiber.join(other))
  }))

  it.effect("what holds the token is for its owner's eyes only", () => Effect.gen(function*() {
    const { server } = yield* World
    for (const name of ["token", "server.json"]) assert.strictEqual(statSync(join(server.dataDir, name)).mode & 0o777, 0o600, name)
  }))
})
