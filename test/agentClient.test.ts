/** What an agent gets of its client through the whole program: terminals, questions taken back, a transcript; and what went over its wire. */
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import type { Client } from "../client/rpc/Client.ts"
import { openRequests } from "../shared/Chat.ts"
import { AgentName, Who } from "../shared/Ids.ts"
import { ask, endedTurn, makeRepository, newChat, prompt, until } from "./support/Journey.ts"
import { clientOf, runServer, type RunningServer, temporaryFolder } from "./support/RunningServer.ts"

const agent = AgentName.make("scripted")
const key = "key-of-nobody-else"

/** Its agents can't take up a session again. */
class World extends Context.Service<World, { readonly server: RunningServer; readonly client: Client; readonly project: string }>()("test/AgentClientWorld") {
  static readonly layer = Layer.effect(World, Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const project = makeRepository(folder)
    const server = yield* runServer({ dataDir: join(folder, "data"), env: { SCRIPTED_NO_LOAD: "1", EXAMPLE_API_KEY: key } })
    return World.of({ server, project, client: yield* clientOf(server) })
  }))
}
const scripted = Effect.gen(function*() {
  const { client, project, server } = yield* World
  return { client, server, chatId: (yield* newChat(client, project, agent)).id }
})

layer(World.layer, { excludeTestServices: true, timeout: "60 seconds" })("an agent and its client", (it) => {
  it.effect("a command in a terminal is shown while it runs, and its output is kept: a large one by its hash", () => Effect.gen(function*() {
    const { chatId, client } = yield* scripted
    yield* prompt(client, chatId, "run echo first; sleep 1; head -c 30000 /dev/zero | tr '\\0' x")
    const shows = (words: string) => until(client, chatId, (chat) => JSON.stringify(chat.items).includes(words))
    assert.isUndefined(endedTurn(yield* shows("first"), 0))
    const chat = yield* until(client, chatId, (one) => endedTurn(one, 0) !== undefined)
    const [content] = chat.items.flatMap((item) => item._tag === "Tool" ? item.call.content : [])
    assert(content?.type === "content" && content.content.type === "stored")
    const whole = yield* client["chat.Blob"]({ hash: content.content.hash })
    assert.match(whole, /^first\nx{30000}\n\[Exit code 0\]$/)
  }))

  it.effect("a question that the agent takes back is closed at once, and an answer comes too late", () => Effect.gen(function*() {
    const { chatId, client } = yield* scripted
    yield* prompt(client, chatId, "withdraw Write a file 200\nsleep 60000")
    const asked = yield* until(client, chatId, (chat) => openRequests(chat).length === 1)
    const requestId = openRequests(asked)[0]?.requestId ?? assert.fail("no request")
    const chat = yield* until(client, chatId, (one) => openRequests(one).length === 0)
    assert.isUndefined(endedTurn(chat, 0))
    const request = chat.items.find((item) => item._tag === "Request")
    assert.deepStrictEqual(request?._tag === "Request" && request.closed, { answer: { _tag: "Cancelled" }, by: Who.make("scripted"), why: "withdrawn" })
    const late = yield* Effect.flip(client["chat.Answer"]({ chatId, requestId, answer: { _tag: "Selected", optionId: "allow-once" } }))
    assert.include(late.message, "took it back")
    yield* client["chat.Stop"]({ chatId })
  }))

  it.effect("an agent that can't take its session up again is told the chat, which says so; the prompt stays what it was", () => Effect.gen(function*() {
    const { chatId, client } = yield* scripted
    const first = yield* ask(client, chatId, "context\nsay The word is blue.")
    assert.strictEqual(first.text, "nothing was told\nThe word is blue.")
    assert.isTrue(yield* client["agent.Evict"]({ chatId, agent }))
    const second = yield* ask(client, chatId, "context")
    assert.include(second.text, "owner to scripted:\ncontext\nsay The word is blue.\n\nscripted:\nnothing was told\nThe word is blue.\n```")
    assert.deepInclude(second.chat.agents[agent], {
      continuity: "replayed", why: "This agent can't take up a session again: it is told what was said in the chat so far."
    })
    const prompts = second.chat.items.flatMap((item) => item._tag === "Prompt" ? [item.content] : [])
    assert.deepStrictEqual(prompts[1], [{ type: "text", text: "context" }])
    assert.strictEqual((yield* ask(client, chatId, "context")).text, "nothing was told\n")
  }))

  it.effect("what went over its wire can be read, without secrets, also after its end; news only, where that is wanted", () => Effect.gen(function*() {
    const { chatId, client, server } = yield* scripted
    assert.deepStrictEqual(yield* client["agent.Wire"]({ chatId, agent }), [])
    yield* ask(client, chatId, `env EXAMPLE_API_KEY\nsay ${server.token}\nstray`)
    const wire = yield* client["agent.Wire"]({ chatId, agent })
    const all = JSON.stringify(wire)
    assert.include(all, "EXAMPLE_API_KEY=[secret]")
    assert.notInclude(all, key)
    assert.notInclude(all, server.token)
    assert.deepStrictEqual(wire.flatMap(({ note }) => note ?? []), ["unknown update", "foreign session", "unknown notification"])
    const last = wire.at(-1)?.number ?? 0
    assert.deepStrictEqual(wire.map(({ number }) => last - number), wire.map((_, index) => wire.length - 1 - index))
    yield* client["agent.Evict"]({ chatId, agent })
    const news = yield* client["agent.Wire"]({ chatId, agent, after: last })
    assert.isTrue(news.every(({ number }) => number > last))
    assert.include(JSON.stringify(news), "session/close")
  }))
})
