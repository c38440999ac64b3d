/** The backend of ACP agents against a real one, the scripted agent as a process of its own, with all its faults. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Scope } from "effect"
import type { RequestAnswer } from "../../../shared/AgentRequest.ts"
import { TurnId } from "../../../shared/Ids.ts"
import type { TurnEnd } from "../../../shared/SessionUpdate.ts"
import type { AgentBackend } from "../AgentBackend.ts"
import { plainQuirks } from "../AgentRow.ts"
import { ProcessLedger } from "../ProcessLedger.ts"
import { ada, areGone, completed, hasSaid, health, isIn, live, makeTurn, pidIn, place, play, start, stop, type Turn, until, within } from "../../../test/support/AcpRig.ts"

describe("a warm agent", () => {
  live("answers prompt after prompt in one process and one session", Effect.gen(function*() {
    const { bound, open } = yield* place
    const backend = yield* open()
    assert.strictEqual(health(backend).state, "gone")
    const first = yield* play(backend, "pid\nsay Hello.")
    assert.deepStrictEqual(first.end, completed)
    assert.isTrue(first.state.delivered)
    assert.match(first.text(), /^pid \d+ prompts 1\nHello\.$/)
    const { pid } = health(backend)
    assert.strictEqual(pidIn(first.text(), "pid"), pid)
    const second = yield* play(backend, "pid")
    assert.strictEqual(second.text(), `pid ${pid} prompts 2\n`)
    assert.deepStrictEqual([health(backend).state, health(backend).turns, health(backend).restarts], ["ready", 2, 0])
    assert.deepStrictEqual(bound(), ["fresh: The first turn of this agent in this chat."])
  }))

  live("is told what a turn wants otherwise, once, and how it stands is announced", Effect.gen(function*() {
    const { announced, open } = yield* place
    const backend = yield* open()
    const wanted = { model: "fast", mode: "auto", thinking: "high" }
    assert.strictEqual((yield* play(backend, "settings", wanted)).text(), "mode=auto model=fast thought_level=high\n")
    const told = announced().length
    assert.strictEqual(announced().findLast(({ modes }) => modes)?.modes?.current, "auto")
    assert.deepStrictEqual(announced().findLast(({ options }) => options)?.options?.map(({ current }) => current), ["fast", "high"])
    assert.strictEqual((yield* play(backend, "settings", { ...wanted, model: "plain" })).text(), "mode=auto model=plain thought_level=high\n")
    assert.strictEqual(announced().length, told + 1)
    assert.strictEqual((yield* play(backend, "settings", { mode: "no such mode" })).end.cause._tag, "AgentFailed")
    assert.strictEqual((yield* play(backend, "settings")).text(), "mode=auto model=plain thought_level=high\n")
  }))

  live("whose models stand apart from its options is given the model, at each start", Effect.gen(function*() {
    const { announced, open } = yield* place
    const backend = yield* open({ env: { SCRIPTED_OLD_MODELS: "1" } })
    assert.include((yield* play(backend, "settings", { model: "fast" })).text(), "model=fast")
    yield* play(backend, "settings", { thinking: "high" })
    const model = announced().findLast(({ options }) => options)?.options?.find(({ category }) => category === "model")
    assert.deepStrictEqual([model?.current, model?.choices.map(({ value }) => value)], ["fast", ["plain", "fast"]])
    yield* play(backend, "crash 1", { model: "fast" })
    assert.include((yield* play(backend, "settings", { model: "fast" })).text(), "model=fast")
    assert.strictEqual((yield* play(backend, "settings", { model: "none" })).end.cause._tag, "AgentFailed")
  }))

  live("that reads its files itself is not offered the client's", Effect.gen(function*() {
    const { open } = yield* place
    const backend = yield* open({ quirks: { ...plainQuirks, ownFiles: true } })
    assert.include((yield* play(backend, "read README.md")).text(), "does not offer")
  }))

  live("is put into the mode of its row that asks, at each start (P11)", Effect.gen(function*() {
    const { open } = yield* place
    const backend = yield* open({ quirks: { ...plainQuirks, askModes: ["default", "auto"] } })
    assert.include((yield* play(backend, "settings")).text(), "mode=auto")
    yield* play(backend, "crash 1")
    assert.include((yield* play(backend, "settings")).text(), "mode=auto")
  }))

  live("reports thoughts, plans, tool calls, commands and a turn's own share of tokens and cost", Effect.gen(function*() {
    const { announced, open } = yield* place
    const backend = yield* open()
    const first = yield* play(backend, "think Hm.\nplan a; b\ntool Look 1\ncommands x y\nusage 10 5 0.25\nsay Done.")
    const kinds = first.updates.map((one) => one._tag === "Text" ? one.kind : one._tag === "Tool" ? `tool ${one.call.status}` : one._tag)
    assert.deepStrictEqual([kinds.slice(0, 2), kinds.includes("tool completed"), kinds.includes("text")], [["thought", "Plan"], true, true])
    const usageOf = (turn: Turn) => turn.updates.findLast(({ _tag }) => _tag === "Usage")
    assert.deepStrictEqual(usageOf(first), { _tag: "Usage", usage: { inputTokens: 10, outputTokens: 5, cost: 0.25, contextUsed: 15, contextSize: 200_000, source: "measured" } })
    assert.deepStrictEqual(announced().findLast(({ commands }) => commands)?.commands?.map(({ name }) => name), ["x", "y"])
    const second = yield* play(backend, "usage 1 1 0.5")
    assert.deepStrictEqual(usageOf(second), { _tag: "Usage", usage: { inputTokens: 1, outputTokens: 1, cost: 0.5, contextUsed: 2, contextSize: 200_000, source: "measured" } })
  }))

  live("ends as it says: refused, at a limit, with an error", Effect.gen(function*() {
    const { open } = yield* place
    const backend = yield* open()
    assert.deepStrictEqual((yield* play(backend, "refuse")).end, { cause: { _tag: "Answered", stopReason: "refusal" }, stopReason: "refusal" })
    assert.strictEqual((yield* play(backend, "end max_tokens")).end.stopReason, "max_tokens")
    const failed = yield* play(backend, "say Before.\nfail no credit left")
    assert.deepStrictEqual(failed.end, { cause: { _tag: "AgentFailed", message: "no credit left", code: -32603 } })
    assert.strictEqual(failed.text(), "Before.")
    assert.deepStrictEqual((yield* play(backend, "say On.")).end, completed)
  }))
})

describe("stop", () => {
  live("in mid-stream, then a prompt at once, many times: nothing mixes, nothing is refused", Effect.gen(function*() {
    const { bound, open } = yield* place
    const backend = yield* open()
    for (let round = 1; round <= 20; round++) {
      const running = yield* start(backend, `say round ${round}: \nstream 1000 every 1`)
      yield* hasSaid(running, "word")
      const stopping = yield* Effect.forkScoped(stop(running), { startImmediately: true })
      const next = yield* play(backend, `say next ${round}`)
      assert.strictEqual(yield* Fiber.join(stopping), ada)
      assert.deepStrictEqual(running.steps, ["cancel"])
      assert.deepStrictEqual([next.end, next.text()], [completed, `next ${round}`])
      assert.isTrue(running.text().startsWith(`round ${round}:word 1 `))
    }
    assert.strictEqual(bound().length, 1, "all of it in one life")
  }), 60_000)

  live("of an agent that answers a cancel with end_turn is as any other", Effect.gen(function*() {
    const { open } = yield* place
    const backend = yield* open()
    const running = yield* start(backend, "end-turn-on-cancel\nsay on\nhang")
    yield* hasSaid(running, "on")
    assert.strictEqual(yield* stop(running), ada)
    assert.deepStrictEqual(running.steps, ["cancel"])
    assert.deepStrictEqual((yield* play(backend, "say next")).end, completed)
  }))

  live("of an agent that ignores it climbs the ladder, each step told, until nothing of it is left; the next prompt resumes (P4, drill 4)", Effect.gen(function*() {
    const { bound, open } = yield* place
    const backend = yield* open({ cancelGrace: "200 millis" })
    const running = yield* start(backend, "ignore-cancel\nexit-slowly 30000\nfork-child\npid\nhang")
    yield* hasSaid(running, "pid")
    const { pid } = health(backend)
    assert.strictEqual(yield* stop(running), ada)
    assert.deepStrictEqual(running.steps, ["cancel", "stdin-closed", "sigterm", "sigkill"])
    yield* areGone(pid, pidIn(running.text(), "forked"))
    const next = yield* play(backend, "history")
    assert.strictEqual(next.text().trim().split("\n").length, 2, "it knows what was before")
    assert.notStrictEqual(health(backend).pid, pid)
    assert.deepStrictEqual(bound(), ["fresh: The first turn of this agent in this chat.", "resumed: Its session was taken up again (session/resume)."])
  }), 60_000)

  live("while the agent is still starting sends it nothing, and leaves it warm", Effect.gen(function*() {
    const { open } = yield* place
    const backend = yield* open({ env: { SCRIPTED_SLOW_START: "300" } })
    const early = yield* start(backend, "say never")
    yield* isIn(backend, "starting")
    assert.strictEqual(yield* within(200)(stop(early)), ada)
    assert.deepStrictEqual([early.state.delivered, early.steps], [false, []])
    assert.strictEqual((yield* play(backend, "history")).text(), "1 \"history\"\n")
    assert.strictEqual(health(backend).restarts, 0)
  }))

  live("while what was said can't be taken is heard all the same: the agent's answer is read, and it is not killed", Effect.gen(function*() {
    const { open } = yield* place
    const backend = yield* open({ cancelGrace: "2 seconds" })
    const running = yield* start(backend, "say on\nflood 8\nhang")
    yield* hasSaid(running, "on")
    running.state.holdUp = true
    yield* until("the taker is held up", () => running.state.heldUp)
    const { pid } = health(backend)
    assert.strictEqual(yield* within(6000)(stop(running)), ada)
    assert.deepStrictEqual(running.steps, ["cancel"])
    assert.strictEqual((yield* play(backend, "pid")).text(), `pid ${pid} prompts 2\n`)
  }))
})

describe("an interrupt that nobody asked for", () => {
  live("is quick; the next prompt waits until the agent has answered the last", Effect.gen(function*() {
    const { open } = yield* place
    const backend = yield* open()
    for (let round = 0; round < 5; round++) {
      const running = yield* start(backend, "say on\nstream 1000 every 1")
      yield* hasSaid(running, "on")
      yield* within(500)(Fiber.interrupt(running.fiber))
      assert.deepStrictEqual(running.steps, [])
      const next = yield* play(backend, "say next")
      assert.deepStrictEqual([next.end, next.text()], [completed, "next"])
    }
    assert.strictEqual(health(backend).restarts, 0)
  }))

  live("of an agent that ignores the cancel: the next prompt gets another process", Effect.gen(function*() {
    const { bound, open } = yield* place
    const backend = yield* open({ cancelGrace: "200 millis" })
    const running = yield* start(backend, "ignore-cancel\nsay on\nhang")
    yield* hasSaid(running, "on")
    const { pid } = health(backend)
    yield* within(500)(Fiber.interrupt(running.fiber))
    assert.deepStrictEqual((yield* play(backend, "say next")).end, completed)
    yield* areGone(pid)
    assert.strictEqual(bound().length, 2)
  }))
})

describe("an agent that dies", () => {
  live("in a turn: the cause says how and its last words, what it said stays, and it is warm again before anybody asks", Effect.gen(function*() {
    const { bound, open } = yield* place
    const backend = yield* open()
    yield* play(backend, "say warm")
    const { pid } = health(backend)
    const { end, text, updates } = yield* within(2000)(play(backend, "say Before.\ntool Look 1\ncrash 3"))
    assert(end.cause._tag === "ChildExited")
    assert.deepStrictEqual([end.cause.code, end.cause.signal], [3, null])
    assert.include(end.cause.stderr, "crash with code 3, as told")
    assert.deepStrictEqual([text(), updates.some(({ _tag }) => _tag === "Tool")], ["Before.", true])
    yield* isIn(backend, "ready")
    assert.deepStrictEqual([health(backend).restarts, health(backend).pid === pid, bound().length], [1, false, 2])
    assert.strictEqual((yield* play(backend, "history")).text().trim().split("\n").length, 3)
  }))

  live("by kill -9 in a turn: the turn ends within a second (P2, drill 1)", Effect.gen(function*() {
    const { open } = yield* place
    const backend = yield* open()
    const running = yield* start(backend, "say on\nhang")
    yield* hasSaid(running, "on")
    process.kill(health(backend).pid ?? 0, "SIGKILL")
    const end = yield* within(1000)(Fiber.join(running.fiber))
    assert.deepStrictEqual(end.cause, { _tag: "ChildExited", code: null, signal: "SIGKILL", stderr: "" })
    assert.deepStrictEqual((yield* play(backend, "say next")).end, completed)
  }))

  live("while idle: it is down, stays so, and the next prompt starts it (P9)", Effect.gen(function*() {
    const { facts, open } = yield* place
    const backend = yield* open()
    yield* play(backend, "say warm")
    const { pid } = health(backend)
    process.kill(pid ?? 0, "SIGKILL")
    yield* isIn(backend, "crashed")
    yield* until("it is noted", () => facts.at(-1)?._tag === "Down")
    assert.strictEqual(health(backend).restarts, 0)
    assert.deepStrictEqual((yield* play(backend, "say next")).end, completed)
    assert.deepStrictEqual([health(backend).restarts, health(backend).pid === pid], [1, false])
  }))

  live("again and again in turns: each prompt runs, and each end has its cause", Effect.gen(function*() {
    const { open } = yield* place
    const backend = yield* open({ restarts: 1 })
    for (const code of [1, 2, 3, 4]) {
      const { end } = yield* play(backend, `crash ${code}`)
      assert.strictEqual(end.cause._tag === "ChildExited" && end.cause.code, code)
    }
    assert.deepStrictEqual((yield* play(backend, "say well")).end, completed)
  }))
})

describe("a start", () => {
  live("that hangs ends at its deadline, and leaves no process (P2)", Effect.gen(function*() {
    const { open } = yield* place
    const ledger = new Map()
    const backend = yield* Effect.provideService(open({ env: { SCRIPTED_HANG_START: "1" }, startDeadline: "700 millis" }), ProcessLedger, ProcessLedger.memory(ledger))
    const running = yield* start(backend, "say never")
    yield* until("it is spawned", () => ledger.size === 1)
    const pids = [...ledger.keys()]
    const { cause } = yield* Fiber.join(running.fiber)
    assert.deepStrictEqual(cause, { _tag: "StartFailed", message: "The agent was not ready within 0.7 s; try again, or start it in a terminal to see what it waits for." })
    assert.strictEqual(health(backend).state, "failed")
    yield* areGone(...pids)
  }))

  live("that crashes is tried again, and the turn runs once it holds", Effect.gen(function*() {
    const { open } = yield* place
    const backend = yield* open({ env: { SCRIPTED_CRASH_START: "2" } })
    assert.deepStrictEqual((yield* play(backend, "say at last")).end, completed)
    assert.strictEqual(health(backend).restarts, 2)
  }))

  live("that crashes too often fails the turn with its last words, and the next prompt tries anew", Effect.gen(function*() {
    const { open } = yield* place
    const backend = yield* open({ env: { SCRIPTED_CRASH_START: "3" }, restarts: 1 })
    const { cause } = (yield* play(backend, "say never")).end
    assert.deepStrictEqual(cause, { _tag: "StartFailed", message: "The agent's process exited with code 1. Its last words: scripted agent: start 2 of 3 crashes, as told" })
    assert.strictEqual(health(backend).state, "failed")
    assert.deepStrictEqual((yield* play(backend, "say at last")).end, completed)
  }))

  live("of a program that isn't there is not tried again", Effect.gen(function*() {
    const { open } = yield* place
    const backend = yield* open({ command: "no-such-agent" })
    const { cause } = (yield* within(1000)(play(backend, "say never"))).end
    assert.deepStrictEqual(cause, { _tag: "StartFailed", message: "\"no-such-agent\" is not installed or not on the server's PATH; install it, or correct the agent's command in the settings." })
  }))

  live("without a directory to work in says why", Effect.gen(function*() {
    const { host, open } = yield* place
    const backend = yield* open({ host: { ...host, prepare: Effect.fail("the worktree could not be made.") } })
    assert.deepStrictEqual((yield* play(backend, "say never")).end.cause, { _tag: "StartFailed", message: "The agent could not be started: the worktree could not be made." })
  }))
})

describe("a session taken up again", () => {
  const opened = Effect.fnUntraced(function*(env: Record<string, string>, quirks = plainQuirks) {
    const here = yield* place
    const first = yield* Scope.make()
    yield* play(yield* Scope.provide(here.open({ env }), first), "remember the word\nreplay-on-load\nsay It is blue.")
    yield* Scope.close(first, Exit.void)
    const backend = yield* here.open({ env, quirks })
    return { ...here, turn: yield* play(backend, "recall") }
  })
  live("is resumed where the agent can", Effect.gen(function*() {
    const { bound, turn } = yield* opened({})
    assert.deepStrictEqual([turn.text(), bound()[1]], ["the word\n", "resumed: Its session was taken up again (session/resume)."])
  }))

  live("is loaded where it can only load, and what it replays is not said again (P12)", Effect.gen(function*() {
    const { bound, turn } = yield* opened({ SCRIPTED_NO_RESUME: "1" })
    assert.deepStrictEqual([turn.text(), bound()[1]], ["the word\n", "resumed: Its session was taken up again (session/load)."])
  }))

  live("is a fresh one where it can't, its row forbids it, or it fails; and why is said (P11)", Effect.gen(function*() {
    const can = yield* opened({ SCRIPTED_NO_LOAD: "1" })
    assert.deepStrictEqual([can.turn.text(), can.bound()[1]], ["nothing remembered\n", "fresh: This agent can't take up a session again."])
    const may = yield* opened({}, { ...plainQuirks, resume: "never" })
    assert.deepStrictEqual([may.turn.text(), may.bound()[1]], ["nothing remembered\n", "fresh: This agent can't take up a session again."])
    const fails = yield* opened({ SCRIPTED_FAIL_LOAD: "1" })
    assert.deepStrictEqual([fails.turn.text(), fails.turn.end], ["nothing remembered\n", completed])
    assert.include(fails.bound()[1], "fresh: Its session could not be taken up again: The agent answered session/resume with an error")
  }))
})

describe("a permission", () => {
  live("is put to a person after what was said before it, and the answer goes to the agent", Effect.gen(function*() {
    const { open } = yield* place
    const running = yield* start(yield* open(), "say May I?\npermission Write a file")
    yield* until("it asks", () => running.asked.length === 1)
    assert.strictEqual(running.text(), "May I?")
    const { answer, request } = running.asked[0] ?? assert.fail("no question")
    assert(request._tag === "Permission")
    assert.deepStrictEqual([request.title, request.options.map(({ kind }) => kind)], ["Write a file", ["allow_once", "allow_always", "reject_once"]])
    const tool = running.updates.find(({ _tag }) => _tag === "Tool")
    assert.strictEqual(tool?._tag === "Tool" && tool.call.toolCallId, request.toolCallId)
    yield* Deferred.succeed(answer, { _tag: "Selected", optionId: "reject-once" })
    assert.deepStrictEqual(yield* Fiber.join(running.fiber), completed)
    assert.include(running.text(), "permission: reject_once")
  }))

  live("that is open when the turn is stopped is withdrawn and answered, also for an agent that waits for that (P5)", Effect.gen(function*() {
    const { open } = yield* place
    const backend = yield* open()
    const running = yield* start(backend, "cancel-waits\npermission Write a file\nsay never")
    yield* until("it asks", () => running.asked.length === 1)
    assert.strictEqual(yield* within(2000)(stop(running)), ada)
    assert.deepStrictEqual([running.asked[0]?.withdrawn, running.steps], [true, ["cancel"]])
    assert.notInclude(running.text(), "never")
    const next = yield* start(backend, "permission Write a file")
    yield* until("it asks again", () => next.asked.length === 1)
    yield* Deferred.succeed(next.asked[0]?.answer ?? assert.fail("no question"), { _tag: "Selected", optionId: "allow-once" })
    assert.deepStrictEqual(yield* Fiber.join(next.fiber), completed)
  }))
})

describe("what no agent should say", () => {
  live("a line that is no JSON changes nothing", Effect.gen(function*() {
    const { open } = yield* place
    const { end, text } = yield* play(yield* open(), "say a\ngarbage\nsay b")
    assert.deepStrictEqual([end, text()], [completed, "ab"])
  }))

  live("a line of 20 MB fails the turn with that cause; what came before stays, and the next prompt works", Effect.gen(function*() {
    const { open } = yield* place
    const backend = yield* open()
    const { end, text } = yield* play(backend, "say Before.\ngarbage 20\nhang")
    assert.deepStrictEqual(end, { cause: { _tag: "StreamEnded", detail: "The agent sent a message of over 16 MB, which was dropped; ask it for less at a time." } })
    assert.strictEqual(text(), "Before.")
    const next = yield* play(backend, "say next")
    assert.deepStrictEqual([next.end, next.text(), health(backend).restarts], [completed, "next", 0])
  }))

  live("what it says of another session is not this turn's", Effect.gen(function*() {
    const { cwd, open } = yield* place
    const agent = join(cwd, "agent.js")
    writeFileSync(agent, `
      const send = (message) => console.log(JSON.stringify({ jsonrpc: "2.0", ...message }))
      const says = (sessionId, text) => send({ method: "session/update", params: { sessionId, update: { sessionUpdate: "agent_message_chunk", content: { type: "text", text } } } })
      for await (const line of console) {
        const { id, method } = JSON.parse(line)
        if (method === "initialize") send({ id, result: { protocolVersion: 1 } })
        if (method === "session/new") send({ id, result: { sessionId: "mine" } })
        if (method !== "session/prompt") continue
        says("another", "not mine")
        says("mine", "mine")
        send({ id, result: { stopReason: "end_turn" } })
      }`)
    const { end, text } = yield* play(yield* open({ args: [agent] }), "go")
    assert.deepStrictEqual([end, text()], [completed, "mine"])
  }))

  live("what comes after the turn never comes into it (P3)", Effect.gen(function*() {
    const { announced, open } = yield* place
    const backend = yield* open()
    const first = yield* play(backend, "say a\nlate-update 50")
    const told = announced().length
    yield* play(backend, "sleep 200\ncommands seen")
    yield* until("the agent is heard", () => announced().length > told)
    assert.strictEqual(first.text(), "a")
  }))
})

/** Takes what the agent says by itself, as the chat does when it has opened a turn for it. */
const listen = Effect.fnUntraced(function*(backend: AgentBackend) {
  const turn = makeTurn()
  const fiber = yield* Effect.forkScoped(backend.listen({ turnId: TurnId.make(crypto.randomUUID()), sink: turn.sink }), { startImmediately: true })
  return { ...turn, fiber }
})
const quiet: TurnEnd = { cause: { _tag: "Quiet" } }

describe("an agent that speaks by itself", () => {
  live("asks for a turn of its own, which takes everything said since and ends when it is quiet", Effect.gen(function*() {
    const { open, speaking } = yield* place
    const backend = yield* open()
    const first = yield* play(backend, "say a\nlate-update 30")
    yield* until("it asks for a turn", () => speaking.asked === 1)
    assert.strictEqual(health(backend).state, "ready")
    const own = yield* listen(backend)
    assert.strictEqual(health(backend).state, "busy", "nobody may evict it now")
    assert.deepStrictEqual([yield* Fiber.join(own.fiber), own.text(), first.text()], [quiet, "late", "a"])
    assert.deepStrictEqual([health(backend).state, speaking.asked], ["ready", 1])
    assert.deepStrictEqual(yield* within(500)(Fiber.join((yield* listen(backend)).fiber)), quiet, "there is nothing more to take")
  }))

  live("is not heard where that is refused, until the next turn has ended", Effect.gen(function*() {
    const { open, speaking } = yield* place
    const notes = new Array<string>()
    const backend = yield* open({ wire: { message: () => {}, note: (words) => { notes.push(words) } } })
    speaking.allowed = false
    yield* play(backend, "say a\nlate-update 30\nlate-update 60")
    yield* until("both were heard", () => notes.length === 2)
    assert.deepStrictEqual([notes[1], speaking.asked], ["late", 1], "it asks once")
    speaking.allowed = true
    const second = yield* play(backend, "say b\nlate-update 30")
    assert.strictEqual(second.text(), "b")
    yield* until("it asks again", () => speaking.asked === 2)
    assert.strictEqual((yield* listen(backend).pipe(Effect.tap(({ fiber }) => Fiber.join(fiber)))).text(), "late")
  }))

  live("makes way for a prompt at once", Effect.gen(function*() {
    const { open, speaking } = yield* place
    const backend = yield* open()
    yield* play(backend, "say a\nlate-update 30")
    yield* until("it asks for a turn", () => speaking.asked === 1)
    const own = yield* listen(backend)
    const next = yield* within(1500)(play(backend, "say b"))
    assert.deepStrictEqual([yield* Fiber.join(own.fiber), own.text(), next.text()], [quiet, "late", "b"])
  }))

  live("can be stopped", Effect.gen(function*() {
    const { open, speaking } = yield* place
    const backend = yield* open()
    yield* play(backend, "say a\nlate-update 30")
    yield* until("it asks for a turn", () => speaking.asked === 1)
    const own = yield* listen(backend)
    yield* hasSaid(own, "late")
    assert.strictEqual(yield* within(2500)(stop(own)), ada)
    assert.deepStrictEqual([own.steps, own.text()], [["cancel"], "late"])
    assert.strictEqual((yield* play(backend, "pid")).text(), `pid ${health(backend).pid} prompts 2\n`, "it is the same process")
  }))

  live("may ask a person, and is not quiet while it waits", Effect.gen(function*() {
    const { cwd, open, speaking } = yield* place
    const agent = join(cwd, "agent.ts")
    writeFileSync(agent, `
      const send = (message) => console.log(JSON.stringify({ jsonrpc: "2.0", ...message }))
      for await (const line of console) {
        const { id, method, result } = JSON.parse(line)
        if (method === "initialize") send({ id, result: { protocolVersion: 1 } })
        if (method === "session/new") send({ id, result: { sessionId: "mine" } })
        if (result?.outcome) send({ method: "session/update", params: { sessionId: "mine",
          update: { sessionUpdate: "agent_message_chunk", content: { type: "text", text: result.outcome.optionId ?? result.outcome.outcome } } } })
        if (method !== "session/prompt") continue
        send({ id, result: { stopReason: "end_turn" } })
        send({ id: 77, method: "session/request_permission", params: { sessionId: "mine", toolCall: { toolCallId: "t", title: "Write" },
          options: [{ optionId: "go", name: "Go", kind: "allow_once" }] } })
      }`)
    const backend = yield* open({ args: [agent] })
    yield* play(backend, "go")
    yield* until("it asks for a turn", () => speaking.asked === 1)
    const own = yield* listen(backend)
    yield* until("it asks a person", () => own.asked.length === 1)
    yield* Effect.sleep(3500)
    assert.isUndefined(own.fiber.pollUnsafe(), "it waits")
    yield* Deferred.succeed(own.asked[0]?.answer ?? Deferred.makeUnsafe<RequestAnswer>(), { _tag: "Selected", optionId: "go" })
    yield* hasSaid(own, "go")
    assert.deepStrictEqual(yield* Fiber.join(own.fiber), quiet)
  }))
})

describe("the end of its scope", () => {
  live("leaves no process, idle or in a turn, and is shown", Effect.gen(function*() {
    const { open } = yield* place
    const scope = yield* Scope.make()
    const backend = yield* Scope.provide(open(), scope)
    yield* play(backend, "say warm")
    const { pid } = health(backend)
    yield* within(3000)(Scope.close(scope, Exit.void))
    yield* areGone(pid)
    assert.strictEqual(health(backend).state, "gone")

    const other = yield* Scope.make()
    const busy = yield* Scope.provide(open(), other)
    const running = yield* start(busy, "fork-child\nsay on\nhang")
    yield* hasSaid(running, "on")
    yield* Fiber.interrupt(running.fiber)
    yield* within(8000)(Scope.close(other, Exit.void))
    yield* areGone(health(busy).pid, pidIn(running.text(), "forked"))
  }))
})
