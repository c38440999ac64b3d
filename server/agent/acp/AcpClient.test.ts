/** What an ACP agent gets of its client besides prompts: terminals, questions that it takes back, a transcript, and a wire log. */
import { assert, describe } from "@effect/vitest"
import { Effect, Exit, Fiber, Scope } from "effect"
import type { ToolCall } from "../../../shared/ToolCall.ts"
import { plainQuirks } from "../AgentRow.ts"
import * as WireLog from "../WireLog.ts"
import { completed, live, place, play, start, stop, type Turn, until } from "../../../test/support/AcpRig.ts"

const callsOf = ({ updates }: Pick<Turn, "updates">): ReadonlyArray<ToolCall> => updates.flatMap((one) => one._tag === "Tool" ? [one.call] : [])
/** What a call shows, as it was reported each time. */
const shown = (turn: Pick<Turn, "updates">): ReadonlyArray<string> => callsOf(turn).flatMap(({ content }) => content.flatMap((one) =>
  one.type === "content" && one.content.type === "text" ? [one.content.text] : one.type === "terminal" ? [`<${one.terminalId}>`] : []))

describe("a terminal", () => {
  live("is offered, and its tool call shows its output and how it ended, also when it was released", Effect.gen(function*() {
    const { cwd, open } = yield* place
    const turn = yield* play(yield* open(), "run pwd; echo wrong >&2; printf '\\033[31mred\\033[0m'; exit 3")
    assert.strictEqual(turn.text(), "run: 3\n")
    const call = callsOf(turn).at(-1)
    assert.deepStrictEqual([call?.status, call?.kind, shown(turn).at(-1)], ["failed", "execute", `${cwd}\nwrong\nred\n[Exit code 3]`])
  }))

  live("shows while it runs what it has said, not more often than four times a second, and the whole of it in the end", Effect.gen(function*() {
    const { open } = yield* place
    const running = yield* start(yield* open(), "run i=0; while [ $i -lt 100 ]; do i=$((i+1)); echo line $i; sleep 0.01; done; head -c 20000 /dev/zero | tr '\\0' x")
    yield* until("it shows some", () => shown(running).some((text) => text.includes("line 3\n")))
    assert.isUndefined(running.fiber.pollUnsafe())
    yield* Fiber.join(running.fiber)
    const texts = shown(running)
    assert.isAtLeast(texts.length, 4)
    assert.isAtMost(texts.length, 20)
    for (const text of texts.slice(0, -1).filter((one) => !one.includes("[Exit"))) assert.isAtMost(text.length, 4100)
    assert.match(texts.at(-1) ?? "", /^line 1\n[\s\S]*line 100\nx{20000}\n\[Exit code 0\]$/)
  }))

  live("that still runs when its turn is stopped shows what it had said; a call without output stays as it is", Effect.gen(function*() {
    const { open } = yield* place
    const backend = yield* open()
    const running = yield* start(backend, "run echo begun; sleep 1000")
    yield* until("it shows some", () => shown(running).includes("begun\n"))
    yield* stop(running)
    assert.strictEqual(shown(running).at(-1), "begun\n")
    assert.deepStrictEqual((yield* play(backend, "tool Look 1")).end, completed)
  }))
})

describe("a question", () => {
  live("that the agent cancels is taken back, and answered all the same", Effect.gen(function*() {
    const { open } = yield* place
    const backend = yield* open()
    const turn = yield* play(backend, "withdraw Write a file 100\nsay Never mind.")
    assert.deepStrictEqual([turn.asked.length, turn.asked[0]?.takenBack, turn.text()], [1, true, "withdrawn: cancelled\nNever mind."])
  }))

  live("whose tool call ends meanwhile is taken back; others are not", Effect.gen(function*() {
    const { open } = yield* place
    const backend = yield* open()
    const turn = yield* play(backend, "overtake Write a file 100")
    assert.deepStrictEqual([turn.asked[0]?.takenBack, turn.text()], [true, "overtaken: cancelled\n"])
    const other = yield* start(backend, "permission Write a file")
    yield* until("it asks", () => other.asked.length === 1)
    yield* stop(other)
    assert.deepStrictEqual([other.asked[0]?.takenBack, other.asked[0]?.withdrawn], [false, true])
  }))
})

describe("an agent that can't take its session up again", () => {
  /** Ends its first life after one turn, with this said in the chat since. */
  const again = Effect.fnUntraced(function*(before: string, quirks = plainQuirks, env: Record<string, string> = { SCRIPTED_NO_LOAD: "1" }) {
    const here = yield* place
    const first = yield* Scope.make()
    const turn = yield* play(yield* Scope.provide(here.open({ env, quirks }), first), "remember the word\ncontext")
    assert.strictEqual(turn.text(), "nothing was told\n")
    yield* Scope.close(first, Exit.void)
    here.said.before = before
    return { ...here, backend: yield* here.open({ env, quirks }) }
  })
  const why = "This agent can't take up a session again: it is told what was said in the chat so far."

  live("is told what was said, with its first prompt and not as part of it, and once", Effect.gen(function*() {
    const { backend, bound } = yield* again("ada to scripted:\nsay ``` hello")
    const first = yield* play(backend, "recall\ncontext\nhistory")
    assert.match(first.text(), /^nothing remembered\nWhat was said in this chat so far, .*\n\n````\nada to scripted:\nsay ``` hello\n````\n1 "recall\\ncontext\\nhistory"\n$/)
    assert.deepStrictEqual(bound(), ["fresh: The first turn of this agent in this chat.", `replayed: ${why}`])
    assert.strictEqual((yield* play(backend, "context")).text(), "nothing was told\n")
  }))

  live("or whose row forbids it, too; and is fresh where nothing was said", Effect.gen(function*() {
    const never = yield* again("ada to scripted:\nhello", { ...plainQuirks, resume: "never" }, {})
    assert.include((yield* play(never.backend, "context")).text(), "ada to scripted:\nhello")
    assert.strictEqual(never.bound()[1], `replayed: ${why}`)
    const nothing = yield* again("")
    assert.strictEqual((yield* play(nothing.backend, "context")).text(), "nothing was told\n")
    assert.strictEqual(nothing.bound()[1], "fresh: This agent can't take up a session again.")
  }))

  live("is told again where the prompt that told it failed", Effect.gen(function*() {
    const { backend } = yield* again("what was said")
    assert.strictEqual((yield* play(backend, "fail no credit")).end.cause._tag, "AgentFailed")
    assert.include((yield* play(backend, "context")).text(), "what was said")
  }))
})

describe("an agent's settings", () => {
  live("are those of the turn also in a process that was started anew", Effect.gen(function*() {
    const { open } = yield* place
    const backend = yield* open()
    const wanted = { model: "fast", mode: "auto", thinking: "high" }
    yield* play(backend, "say first", wanted)
    yield* play(backend, "crash 1", wanted)
    assert.strictEqual((yield* play(backend, "settings", wanted)).text(), "mode=auto model=fast thought_level=high\n")
  }))
})

describe("an agent that wants somebody to sign in", () => {
  live("says in which ways, and what to type", Effect.gen(function*() {
    const { open } = yield* place
    const { cause } = (yield* play(yield* open({ env: { SCRIPTED_SIGN_IN: "1" } }), "say hello")).end
    assert(cause._tag === "StartFailed")
    assert.match(cause.message, /^The agent wants you to sign in first in one of these ways: Account \(Sign in with an account\): run `\S+ \S+run\.ts login --now` in a terminal; API key \(Set SCRIPTED_API_KEY\); Old way: run `WAY=old scripted 'auth login'` in a terminal\. Then send the prompt again\.$/)
  }))
})

describe("the wire", () => {
  live("is heard in both directions across restarts, and what nobody could use is marked", Effect.gen(function*() {
    let at = 0
    const logs = WireLog.make({ now: () => ++at, secrets: [] })
    const { open, speaking } = yield* place
    speaking.allowed = false
    const backend = yield* open({ wire: logs.tap("here", []) })
    yield* play(backend, "stray\nlate-update 20")
    yield* until("the late update is heard", () => logs.read("here", 0).some(({ text }) => text.includes(`"late"`)))
    const heard = logs.read("here", 0)
    assert.deepStrictEqual(heard.filter(({ note }) => note !== undefined).map(({ direction, note }) => [direction, note]), [
      ["in", "unknown update"], ["in", "foreign session"], ["in", "unknown notification"], ["in", "unprompted"]
    ])
    const methods = heard.map(({ direction, text }) => `${direction} ${/"method":"([^"]+)"/.exec(text)?.[1] ?? "answer"}`)
    assert.deepStrictEqual(methods.slice(0, 4), ["out initialize", "in answer", "out session/new", "in answer"])
    yield* play(backend, "crash 1")
    yield* play(backend, "say again")
    const after = logs.read("here", heard.at(-1)?.number ?? 0).map(({ text }) => text).join("\n")
    assert.include(after, "session/resume")
    assert.include(after, "again")
  }))

  live("marks the history that comes while a session is loaded", Effect.gen(function*() {
    const { open } = yield* place
    const logs = WireLog.make({ now: () => 0, secrets: [] })
    const env = { SCRIPTED_NO_RESUME: "1" }
    const backend = yield* open({ wire: logs.tap("here", []), env })
    yield* play(backend, "replay-on-load\nsay blue")
    yield* play(backend, "crash 1")
    yield* play(backend, "say done")
    assert.deepStrictEqual(logs.read("here", 0).filter(({ note }) => note === "history").map(({ text }) => /"text":"([a-z-]+)/.exec(text)?.[1]), ["replay-on-load", "blue", "crash"])
  }))
})
