/** Real opencode under its backends, against a scripted model on loopback: one server, many chats. */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Deferred, Effect, Stream } from "effect"
import type { AgentRequest, RequestAnswer } from "../shared/AgentRequest.ts"
import { optionOfKind, type PermissionKind } from "../shared/AgentRequest.ts"
import type { AgentFact, TurnEnd } from "../shared/SessionUpdate.ts"
import { plainQuirks } from "../server/agent/AgentRow.ts"
import * as OpencodeServer from "../server/agent/opencode/OpencodeServer.ts"
import { ProcessLedger } from "../server/agent/ProcessLedger.ts"
import { isAlive, makeRepository } from "./support/Journey.ts"
import { OpencodeRig, type RecordedChat, type RecordedTurn } from "./support/OpencodeRig.ts"

const answered: TurnEnd = { cause: { _tag: "Answered", stopReason: "end_turn" }, stopReason: "end_turn" }

const bound = (chat: RecordedChat): ReadonlyArray<Extract<AgentFact, { _tag: "Bound" }>> => chat.facts.filter((fact) => fact._tag === "Bound")
const sessionOf = (chat: RecordedChat): string => bound(chat)[0]?.agentSessionId ?? ""

const choose = (...kinds: ReadonlyArray<PermissionKind>) => (request: AgentRequest): Effect.Effect<RequestAnswer> => Effect.succeed(
  request._tag === "Permission" ? { _tag: "Selected", optionId: optionOfKind(request.options, ...kinds)?.optionId ?? "" } : { _tag: "Declined" })

const callsOf = ({ updates }: RecordedTurn) => updates.flatMap((update) => update._tag === "Tool" ? [update.call] : [])
const usageOf = ({ updates }: RecordedTurn) => updates.flatMap((update) => update._tag === "Usage" ? [update.usage] : []).at(-1)
const thoughtsOf = ({ updates }: RecordedTurn) => updates.map((update) => update._tag === "Text" && update.kind === "thought" ? update.text : "").join("")

const write = (path: string) => `call write ${JSON.stringify({ filePath: path, content: "made by opencode\n" })}`
/** A process that was killed can be seen until its parent has heard of it. */
const untilGone = (pid: number) => Effect.timeout(Effect.repeat(Effect.andThen(Effect.sleep(10), Effect.sync(() => isAlive(pid))), { while: (alive) => alive }), "2 seconds")

const words = (count: number) => Array.from({ length: count }, (_, index) => `word ${index + 1} `).join("")

layer(OpencodeRig.layer, { excludeTestServices: true, timeout: "90 seconds" })("opencode over its server", (it) => {
  it.effect("two turns of a chat are one session on one server, which another chat shares", () => Effect.gen(function*() {
    const { chat, folder, model } = yield* OpencodeRig
    const here = yield* chat()
    const first = yield* here.ask("think it over\nsay the first answer")
    assert.deepStrictEqual(first.ended, answered)
    assert.strictEqual(first.text(), "the first answer")
    assert.strictEqual(thoughtsOf(first), "it over")
    const second = yield* here.ask("stream 20 every 5")
    assert.strictEqual(second.text(), words(20))
    assert.include(JSON.stringify(model.turns.at(-1)?.messages), "the first answer")
    assert.deepStrictEqual(bound(here).map(({ continuity }) => continuity), ["fresh"])
    const usage = usageOf(second)
    assert.deepInclude(usage, { source: "measured", contextSize: 200_000 })
    assert.isAbove(usage?.inputTokens ?? 0, 0)
    const there = yield* chat({ cwd: makeRepository(folder, "other") })
    assert.strictEqual((yield* there.ask("say elsewhere")).text(), "elsewhere")
    assert.strictEqual(yield* there.pid, yield* here.pid)
  }), 90_000)

  it.effect("announces its commands, and its models and agents as options", () => Effect.gen(function*() {
    const here = yield* (yield* OpencodeRig).chat()
    yield* here.ask("say hello")
    const announcement = here.facts.flatMap((fact) => fact._tag === "Announced" ? [fact.announcement] : []).at(-1)
    assert.includeMembers(announcement?.commands?.map(({ name }) => name) ?? [], ["init", "review", "compact"])
    assert.deepStrictEqual(announcement?.options?.map(({ category, current }) => [category, current]), [["mode", "build"], ["model", "scripted/scripted"]])
    while (!here.facts.some((fact) => fact._tag === "Titled" && fact.title === "Scripted")) yield* Effect.sleep(10) // a model call of its own
  }), 60_000)

  it.effect("asks before it writes; what is rejected isn't written", () => Effect.gen(function*() {
    const here = yield* (yield* OpencodeRig).chat()
    const path = join(here.cwd, "made.txt")
    const rejected = yield* here.ask(write(path), { answer: choose("reject_once") })
    assert.deepStrictEqual(rejected.ended, answered)
    assert.strictEqual(callsOf(rejected).at(-1)?.status, "failed")
    assert.isFalse(existsSync(path))
    const allowed = yield* here.ask(`${write(path)}\nsay written`, { answer: choose("allow_once") })
    assert.deepStrictEqual(allowed.ended, answered)
    assert.strictEqual(readFileSync(path, "utf8"), "made by opencode\n")
    assert.strictEqual(allowed.text(), "written")
    const [request] = allowed.requests
    const calls = callsOf(allowed)
    assert.strictEqual(request?._tag === "Permission" ? request.toolCallId : undefined, calls[0]?.toolCallId)
    assert.deepStrictEqual([calls[0]?.status, calls.at(-1)?.status, calls.at(-1)?.kind], ["pending", "completed", "edit"])
    assert.deepStrictEqual(calls.at(-1)?.content, [{ type: "diff", path, oldText: null, newText: "made by opencode\n" }])
    const again = yield* here.ask(write(path).replace("by opencode", "again"), { answer: choose("allow_once") })
    assert.deepStrictEqual(callsOf(again).at(-1)?.content, [{ type: "diff", path, oldText: "made by opencode\n", newText: "made again\n" }])
    // two model calls
    assert.isAbove(usageOf(allowed)?.inputTokens ?? 0, 1.5 * (usageOf(rejected)?.inputTokens ?? 0))
  }), 60_000)

  it.effect("a question is an elicitation", () => Effect.gen(function*() {
    const here = yield* (yield* OpencodeRig).chat()
    const questions = [{ question: "Which colour?", header: "Colour", options: [{ label: "red", description: "hot" }, { label: "blue", description: "cold" }] }]
    const turn = yield* here.ask(`call question ${JSON.stringify({ questions })}\nsay thanks`, {
      answer: () => Effect.succeed({ _tag: "Accepted", content: JSON.stringify({ question_0: "blue" }) })
    })
    const [request] = turn.requests
    assert.include(request?._tag === "Elicitation" ? request.schema : "", "\"const\":\"red\"")
    assert.include(callsOf(turn).at(-1)?.output ?? "", "blue")
    assert.strictEqual(turn.text(), "thanks")
  }), 60_000)

  it.effect("a question that is too large to be shown is declined, and asked of nobody", () => Effect.gen(function*() {
    const here = yield* (yield* OpencodeRig).chat()
    const questions = [{ question: "Which colour?", header: "Colour", options: [{ label: "red", description: "r".repeat(70_000) }] }]
    const turn = yield* here.ask(`call question ${JSON.stringify({ questions })}\nsay thanks`, { answer: () => Effect.never })
    assert.deepStrictEqual([turn.requests, callsOf(turn).at(-1)?.status], [[], "failed"])
  }), 60_000)

  it.effect("a sub-agent's words are thoughts, its questions are asked and its tokens counted", () => Effect.gen(function*() {
    const here = yield* (yield* OpencodeRig).chat()
    const path = join(here.cwd, "child.txt")
    const task = { description: "Write", subagent_type: "general", prompt: `say inside\n${write(path)}\nsay done inside` }
    const turn = yield* here.ask(`call task ${JSON.stringify(task)}\nsay outside`, { answer: choose("allow_once") })
    assert.deepStrictEqual(turn.ended, answered)
    assert.strictEqual(turn.text(), "outside")
    assert.include(thoughtsOf(turn), "inside")
    assert.isTrue(existsSync(path))
    assert.strictEqual(turn.requests.length, 1)
    assert.deepStrictEqual([...new Set(callsOf(turn).map(({ title }) => title.split(" ")[0]))], ["task", "write"])
  }), 60_000)

  it.effect("stop, then a prompt at once, 20 times: each ends once, none by another's event (drill 3)", () => Effect.gen(function*() {
    const here = yield* (yield* OpencodeRig).chat()
    for (let round = 1; round <= 20; round++) {
      const stopped = yield* here.send("stream 2000 every 5")
      // at any moment: before it was taken, before the first word, in the middle
      if (round % 3 !== 0) yield* stopped.until((turn) => turn.text().length > (round % 3) * 40 - 40)
      else yield* Effect.sleep(round * 3)
      yield* Effect.forkChild(stopped.stop, { startImmediately: true })
      const next = yield* here.ask(`say after ${round}`)
      assert.deepStrictEqual(next.ended, answered, `round ${round}`)
      assert.strictEqual(next.text(), `after ${round}`)
      assert.strictEqual((yield* stopped.end).cause._tag, "Stopped")
      assert.deepStrictEqual(stopped.steps, ["cancel"])
      assert.isTrue(words(2000).startsWith(stopped.text()))
    }
    assert.strictEqual(bound(here).length, 1)
  }), 90_000)

  it.effect("an abort of an idle session ends nothing, neither its own next turn nor another's", () => Effect.gen(function*() {
    const { chat, server } = yield* OpencodeRig
    const [here, there] = [yield* chat(), yield* chat()]
    yield* here.ask("say one")
    yield* there.ask("say one")
    const { api } = yield* server.ready
    const running = yield* there.send("stream 60 every 10")
    yield* running.until((turn) => turn.text() !== "")
    const abort = api.request("POST", `/session/${sessionOf(here)}/abort`, { directory: here.cwd })
    yield* abort
    const turn = yield* here.send("stream 30 every 10")
    assert.deepStrictEqual([yield* turn.end, turn.text()], [answered, words(30)])
    assert.deepStrictEqual([yield* running.end, running.text()], [answered, words(60)])
  }), 60_000)

  it.effect("a stop takes back what was asked, and cancels what was running (P5)", () => Effect.gen(function*() {
    const here = yield* (yield* OpencodeRig).chat()
    const asked = yield* here.send(write(join(here.cwd, "never.txt")))
    yield* asked.until(({ requests }) => requests.length > 0)
    assert.strictEqual((yield* asked.stop).cause._tag, "Stopped")
    const running = yield* here.send(`call bash ${JSON.stringify({ command: "sleep 60 & echo $!; wait", description: "Sleep" })}`, { answer: choose("allow_once") })
    yield* running.until((turn) => /\d+/.test(String(callsOf(turn).at(-1)?.output)))
    const pid = Number(callsOf(running).at(-1)?.output)
    yield* running.stop
    assert.strictEqual(callsOf(running).at(-1)?.status, "canceled")
    assert.strictEqual((yield* here.ask("say next")).text(), "next")
    yield* untilGone(pid)
  }), 60_000)

  it.effect("errors end the turn with their words; the next prompt runs", () => Effect.gen(function*() {
    const here = yield* (yield* OpencodeRig).chat()
    assert.deepStrictEqual((yield* here.ask("status 400 no such thing")).ended.cause, { _tag: "AgentFailed", message: "no such thing", code: 400 })
    const model = yield* here.ask("say x", { settings: { model: "scripted/nope" } })
    assert.deepInclude(model.ended.cause, { _tag: "AgentFailed", message: "Model not found: scripted/nope." })
    const mode = yield* here.ask("say x", { settings: { mode: "nope" } })
    assert.include(mode.ended.cause._tag === "AgentFailed" ? mode.ended.cause.message : "", "Agent not found: \"nope\"")
    assert.deepInclude((yield* here.ask("say x", { settings: { model: "nope" } })).ended.cause, { _tag: "AgentFailed" })
    const right = yield* here.ask("say right", { settings: { model: "scripted/scripted", mode: "plan" } })
    assert.deepStrictEqual([right.ended, right.text()], [answered, "right"])
  }), 60_000)

  it.effect("commands run as commands", () => Effect.gen(function*() {
    const { chat, model } = yield* OpencodeRig
    const here = yield* chat()
    const turn = yield* here.ask("/init say from the command")
    assert.deepStrictEqual([turn.ended, turn.text()], [answered, "from the command"])
    assert.include(JSON.stringify(model.turns.at(-1)?.messages), "AGENTS.md")
    const compact = yield* here.ask("/compact")
    assert.deepStrictEqual([compact.ended, compact.text()], [answered, ""])
    assert.strictEqual((yield* here.ask("/nothing that it knows\nsay plain")).text(), "plain")
  }), 60_000)

  it.effect("events that were missed are made good: text whole and once, the question asked, the end found", () => Effect.gen(function*() {
    const { chat, server } = yield* OpencodeRig
    let cut = Deferred.makeUnsafe<void>()
    const cuttable: OpencodeServer.OpencodeServer = {
      ...server,
      ready: Effect.map(server.ready, (life) => ({
        ...life, api: { ...life.api, events: (directory) => Stream.interruptWhen(Stream.suspend(() => life.api.events(directory)), Effect.suspend(() => Deferred.await(cut))) }
      }))
    }
    const breakOff = Effect.suspend(() => {
      const now = cut
      cut = Deferred.makeUnsafe()
      return Deferred.succeed(now, undefined)
    })
    const here = yield* chat({ server: cuttable })
    const path = join(here.cwd, "gap.txt")
    const turn = yield* here.send(`stream 60 every 10\n${write(path)}\nstream 40 every 10`, { answer: choose("allow_once") })
    yield* turn.until((now) => now.text().includes("word 10 "))
    yield* breakOff
    yield* turn.until((now) => now.requests.length > 0)
    yield* turn.until((now) => now.text().length > words(60).length + 40)
    yield* breakOff
    assert.deepStrictEqual(yield* turn.end, answered)
    assert.strictEqual(turn.text(), words(60) + words(40))
    assert.isTrue(existsSync(path))
    const last = yield* here.send("stream 10 every 10")
    yield* last.until((now) => now.text() !== "")
    yield* breakOff
    assert.deepStrictEqual([yield* last.end, last.text()], [answered, words(10)])
  }), 60_000)

  it.effect("a session that is gone makes way for a fresh one, and says why (drill 10)", () => Effect.gen(function*() {
    const { chat } = yield* OpencodeRig
    const here = yield* chat({ agentSessionId: "ses_dfb26ce81ffegK5bsAR7UtHkFe" })
    assert.strictEqual((yield* here.ask("say fresh")).text(), "fresh")
    assert.strictEqual(bound(here)[0]?.continuity, "fresh")
    assert.include(bound(here)[0]?.why ?? "", "not found")
    const later = yield* chat({ cwd: here.cwd, agentSessionId: sessionOf(here) })
    yield* later.ask("say again")
    assert.deepInclude(bound(later)[0], { continuity: "resumed", agentSessionId: sessionOf(here) })
  }), 60_000)

  it.effect("a session that is still at work when it is taken up again is aborted first", () => Effect.gen(function*() {
    const { chat } = yield* OpencodeRig
    const here = yield* chat()
    const left = yield* here.send("stream 2000 every 10")
    yield* left.until((turn) => turn.text() !== "")
    const again = yield* chat({ agentSessionId: sessionOf(here) })
    const next = yield* again.ask("say next")
    assert.deepStrictEqual([next.ended, next.text()], [answered, "next"])
    assert.deepStrictEqual((yield* left.end).stopReason, "cancelled")
  }), 60_000)

  it.effect("kill -9 of the server under two turns: both end at once with that cause, both resume", () => Effect.gen(function*() {
    const { chat, model } = yield* OpencodeRig
    const [here, there] = [yield* chat(), yield* chat()]
    yield* here.ask("say I was here")
    const turns = [yield* here.send("stream 2000 every 10"), yield* there.send("stream 2000 every 10")]
    yield* Effect.forEach(turns, (turn) => turn.until((now) => now.text() !== ""))
    const before = yield* here.pid
    process.kill(before, "SIGKILL")
    const ends = yield* Effect.timeout(Effect.forEach(turns, ({ end }) => end, { concurrency: 2 }), "3 seconds")
    for (const { cause } of ends) assert.deepInclude(cause, { _tag: "ChildExited", signal: "SIGKILL" })
    for (const turn of turns) assert.isTrue(turn.text() !== "" && words(2000).startsWith(turn.text()))
    const next = yield* Effect.forEach([here, there], (one) => one.ask("say back"), { concurrency: 2 })
    assert.deepStrictEqual(next.map((turn) => turn.text()), ["back", "back"])
    assert.deepStrictEqual([here, there].map((one) => bound(one).map(({ continuity }) => continuity)), [["fresh", "resumed"], ["fresh", "resumed"]])
    assert.isTrue(model.turns.slice(-2).some(({ messages }) => JSON.stringify(messages).includes("I was here")))
    assert.notStrictEqual(yield* here.pid, before)
  }), 60_000)

  it.effect("a server that hangs at its start delays nobody else (drill 9)", () => Effect.gen(function*() {
    const { chat, folder } = yield* OpencodeRig
    const command = join(folder, "hanging.sh")
    writeFileSync(command, "#!/bin/sh\nexec sleep 300\n", { mode: 0o755 })
    const hanging = yield* OpencodeServer.make({ command, args: [], env: {} }, { startDeadline: "3 seconds" })
    const stuck = yield* chat({ server: hanging, cwd: folder })
    const late = yield* stuck.send("say never")
    const here = yield* chat()
    const started = performance.now()
    assert.strictEqual((yield* here.ask("say at once")).text(), "at once")
    const { cause } = yield* late.end
    assert.include(cause._tag === "StartFailed" ? cause.message : "", "not ready within 3 s")
    assert.isAbove(performance.now(), started)
    const other = yield* stuck.send("say never")
    assert.strictEqual((yield* other.stop).cause._tag, "Stopped")
  }).pipe(Effect.provide(ProcessLedger.layerMemory)), 60_000)

  it.effect("tags of a plugin are taken out, also where they are split", () => Effect.gen(function*() {
    const here = yield* (yield* OpencodeRig).chat({ quirks: { ...plainQuirks, stripTags: ["dcp-message-id"] } })
    const turn = yield* here.ask(`say Hello<dcp-mess\nsleep 50\nsay age-id>m00\nsleep 50\nsay 01</dcp-message-id> you <\nsay b>`)
    assert.strictEqual(turn.text(), "Hello you <b>")
  }), 60_000)

  it.effect("the todo list is the plan", () => Effect.gen(function*() {
    const here = yield* (yield* OpencodeRig).chat()
    const todos = [{ content: "look", status: "completed", priority: "high" }, { content: "leap", status: "in_progress", priority: "low" }] as const
    const turn = yield* here.ask(`call todowrite ${JSON.stringify({ todos })}`)
    assert.deepStrictEqual(turn.updates.filter((update) => update._tag === "Plan"), [{ _tag: "Plan", entries: [...todos] }])
  }), 60_000)

  it.effect("a session that won't be stopped is left, and its server with another's turn on it alone; the next prompt says why it is fresh", () => Effect.gen(function*() {
    const { chat, server } = yield* OpencodeRig
    let deaf = true
    const api = (life: OpencodeServer.ServerLife): OpencodeServer.ServerLife["api"] => ({ ...life.api, request: (method, path, options) =>
      deaf && path.endsWith("/abort") ? Effect.succeed(true) : life.api.request(method, path, options) })
    const stubborn = yield* chat({ cancelGrace: "500 millis", server: { ...server, ready: Effect.map(server.ready, (life) => ({ ...life, api: api(life) })) } })
    const there = yield* chat()
    const other = yield* there.send("stream 400 every 20")
    const turn = yield* stubborn.send("stream 2000 every 20")
    yield* Effect.forEach([other, turn], (one) => one.until((now) => now.text() !== ""))
    assert.strictEqual((yield* turn.stop).cause._tag, "Stopped")
    assert.deepStrictEqual(turn.steps, ["cancel"])
    assert.strictEqual((yield* stubborn.ask("say elsewhere")).text(), "elsewhere")
    assert.deepStrictEqual(bound(stubborn).map(({ continuity }) => continuity), ["fresh", "fresh"])
    assert.include(bound(stubborn)[1]?.why ?? "", "still at work on the prompt that was stopped")
    assert.deepStrictEqual([yield* other.end, other.text()], [answered, words(400)])
    deaf = false
    yield* Effect.flatMap(server.ready, ({ api: { request } }) => request("POST", `/session/${sessionOf(stubborn)}/abort`, { directory: stubborn.cwd }))
  }), 60_000)

  it.effect("a stop on a server that hangs ends it when the turn is its only one; the next prompt resumes", () => Effect.gen(function*() {
    const here = yield* (yield* OpencodeRig).chat({ cancelGrace: "1 second" })
    const turn = yield* here.send("stream 2000 every 20")
    yield* turn.until((now) => now.text() !== "")
    const pid = yield* here.pid
    process.kill(pid, "SIGSTOP")
    assert.strictEqual((yield* turn.stop).cause._tag, "Stopped")
    assert.deepStrictEqual(turn.steps, ["cancel", "stdin-closed", "sigterm", "sigkill"])
    yield* untilGone(pid)
    assert.strictEqual((yield* here.ask("say again")).text(), "again")
    assert.deepStrictEqual(bound(here).map(({ continuity }) => continuity), ["fresh", "resumed"])
  }), 60_000)
})
