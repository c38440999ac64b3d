/** The backend of programs without a protocol, with shells on real pseudo-terminals. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Context, Effect, Exit, Fiber, Option, type Scope, SubscriptionRef } from "effect"
import { AgentName, ChatId, TurnId, Who } from "../../../shared/Ids.ts"
import type { AgentFact, TurnUpdate } from "../../../shared/SessionUpdate.ts"
import type { StopStep } from "../../../shared/Turn.ts"
import { type AgentBackend, type BackendHost, BackendKey, StopNote } from "../AgentBackend.ts"
import { type LedgerEntry, ProcessLedger } from "../ProcessLedger.ts"
import { argumentsFor, make, type PtyBackendOptions } from "./PtyBackend.ts"
import { keysOf } from "./PtyProcess.ts"

const key = new BackendKey({ chatId: ChatId.make(crypto.randomUUID()), agent: AgentName.make("shell") })

const place = Effect.gen(function*() {
  const cwd = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "boocode-pty-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true })))
  const facts: Array<AgentFact> = []
  const said = { before: "" }
  const host: BackendHost = {
    prepare: Effect.succeed({ cwd }), note: (fact) => Effect.sync(() => { facts.push(fact) }),
    transcript: Effect.sync(() => said.before), speaks: Effect.succeed(false)
  }
  const open = (script: string, more: Partial<PtyBackendOptions> = {}) => make({ key, host, command: "sh", args: ["-c", script], env: {}, cancelGrace: "300 millis", ...more })
  return { cwd, facts, said, open }
})

const makeTurn = (text: string) => {
  const updates: Array<TurnUpdate> = []
  const steps: Array<StopStep> = []
  const state = { delivered: false }
  const turn = {
    turnId: TurnId.make(crypto.randomUUID()), content: [{ type: "text" as const, text }], settings: {},
    sink: {
      delivered: Effect.sync(() => { state.delivered = true }),
      updates: (some: ReadonlyArray<TurnUpdate>) => Effect.sync(() => { updates.push(...some) }),
      ask: () => Effect.die("a terminal asks nobody"),
      step: (step: StopStep) => Effect.sync(() => { steps.push(step) })
    }
  }
  return { turn, steps, state, updates, text: () => updates.map((one) => one._tag === "Text" ? one.text : "").join("") }
}

const play = Effect.fnUntraced(function*(backend: AgentBackend, text: string) {
  const one = makeTurn(text)
  return { ...one, end: yield* backend.prompt(one.turn) }
})

/** Stops a turn as a person does, once it has said the words. */
const playAndStop = Effect.fnUntraced(function*(backend: AgentBackend, words: string) {
  const one = makeTurn("")
  const fiber = yield* Effect.forkScoped(backend.prompt(one.turn), { startImmediately: true })
  while (!one.text().includes(words)) yield* Effect.sleep(5)
  yield* Fiber.interruptAs(fiber, undefined, Context.make(StopNote, { by: Who.make("ada") }))
  const exit = yield* Fiber.await(fiber)
  assert(Exit.isFailure(exit) && Option.isSome(Context.getOption(Cause.annotations(exit.cause), StopNote)))
  return one
})

/** Live processes with the text in their environment or command line. */
const processesWith = (text: string) => readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && ["environ", "cmdline"].some((file) => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1").includes(text)
  } catch {
    return false
  }
}))

const live = (name: string, test: Effect.Effect<void, unknown, ProcessLedger | Scope.Scope>) =>
  it.live(name, () => Effect.provide(test, ProcessLedger.layerMemory), 20_000)

describe("a program on a terminal", () => {
  live("is typed the prompt, and what it shows is the answer, in one text", Effect.gen(function*() {
    const { facts, open } = yield* place
    const backend = yield* open("test -t 0 && test -t 1 && echo a terminal; while read -r line; do echo \"got $line\"; done; printf '\\033[32mgreen\\033[0m 1%%\\r100%%'")
    const { end, state, text, updates } = yield* play(backend, "first\nsecond \\ ünï")
    assert.deepStrictEqual(end, { cause: { _tag: "Answered" } })
    assert.strictEqual(text(), "a terminal\ngot first\ngot second \\ ünï\n100%")
    assert.isTrue(state.delivered)
    assert.deepStrictEqual([...new Set(updates.map((one) => one._tag === "Text" ? one.partId : one._tag))], ["terminal"])
    assert.deepStrictEqual(facts.map((fact) => fact._tag === "Bound" ? fact.continuity : fact._tag), ["fresh"])
    assert.deepStrictEqual([SubscriptionRef.getUnsafe(backend.health).state, SubscriptionRef.getUnsafe(backend.health).turns], ["gone", 1])
  }))

  live("has the prompt in its arguments where they say so, whatever it holds", Effect.gen(function*() {
    const { open } = yield* place
    const backend = yield* open("", { args: ["-c", "printf '%s|' \"$@\"; cat", "sh", "-p", "{prompt}"] })
    assert.strictEqual((yield* play(backend, "$& `x` \"q\" $1\nmore")).text(), "-p|$& `x` \"q\" $1\nmore|")
  }))

  live("is typed what is longer than an argument may be", Effect.gen(function*() {
    const { open } = yield* place
    const backend = yield* open("", { args: ["-c", "echo \"$#\"; wc -c", "sh", "{prompt}"] })
    assert.strictEqual((yield* play(backend, "ü".repeat(64 * 1024))).text().replace(/\s+/g, " ").trim(), `0 ${128 * 1024 + 1}`)
    assert.strictEqual((yield* play(backend, "x".repeat(128 * 1024 - 1))).text().replace(/\s+/g, " ").trim(), "1 0")
  }))

  live("is told what was said before, since it remembers nothing", Effect.gen(function*() {
    const { facts, open, said } = yield* place
    const backend = yield* open("cat")
    said.before = "User: remember 42"
    const { text } = yield* play(backend, "What was it?")
    assert.match(text(), /for your information.*\n```\nUser: remember 42\n```\n\nWhat was it\?\n$/s)
    assert.deepStrictEqual(facts.map((fact) => fact._tag === "Bound" ? fact.continuity : fact._tag), ["replayed"])
  }))

  live("takes a line longer than a terminal does", Effect.gen(function*() {
    const { open } = yield* place
    const backend = yield* open("wc -c")
    assert.strictEqual((yield* play(backend, "x".repeat(50_000))).text().trim(), "50001")
  }))

  live("ends a turn by its code, its last words in the cause", Effect.gen(function*() {
    const { open } = yield* place
    const { end } = yield* play(yield* open("echo no key; exit 3"), "")
    assert.deepStrictEqual(end, { cause: { _tag: "ChildExited", code: 3, signal: null, stderr: "no key" } })
    const killed = yield* play(yield* open("kill -9 $$"), "")
    assert.deepStrictEqual(killed.end, { cause: { _tag: "ChildExited", code: null, signal: "SIGKILL", stderr: "" } })
    const missing = yield* play(yield* open("", { command: "no-such-program" }), "")
    assert.strictEqual(missing.end.cause._tag, "StartFailed")
  }))

  live("keeps a flood bounded", Effect.gen(function*() {
    const { open } = yield* place
    const { text } = yield* play(yield* open("yes 'a line of a flood' | head -n 500000; echo the end"), "")
    assert.isBelow(text().length, 64 * 1024)
    assert.match(text(), /\[… \d+ characters are left out …\]/)
    assert.isTrue(text().endsWith("the end\n"))
  }))

  live("is stopped by Ctrl-C where that is enough", Effect.gen(function*() {
    const { open } = yield* place
    const { steps, text } = yield* playAndStop(yield* open("trap 'echo bye; exit 0' INT; echo here; while :; do sleep 0.05; done"), "here")
    assert.deepStrictEqual(steps, ["cancel"])
    assert.strictEqual(text().replace("^C", ""), "here\nbye\n")
  }))

  live("is stopped by the ladder where it isn't, with everything it has started", Effect.gen(function*() {
    const { open } = yield* place
    const mark = crypto.randomUUID()
    const backend = yield* open("trap '' INT HUP TERM; setsid sleep 300 & (sleep 300 &) ; echo here; while :; do sleep 0.05; done", { env: { MARK: mark } })
    const { steps } = yield* playAndStop(backend, "here")
    assert.deepStrictEqual(steps, ["cancel", "stdin-closed", "sigterm", "sigkill"])
    assert.deepStrictEqual(processesWith(mark), [])
  }))

  it.live("leaves nothing that outlives its turn, and no entry in the ledger", () => Effect.gen(function*() {
    const entries = new Map<number, LedgerEntry>()
    const mark = crypto.randomUUID()
    yield* Effect.gen(function*() {
      const { open } = yield* place
      const { end } = yield* play(yield* open("setsid sleep 300 > /dev/null 2>&1 & echo done", { env: { MARK: mark } }), "")
      assert.strictEqual(end.cause._tag, "Answered")
      assert.deepStrictEqual(processesWith(mark), [])
      assert.strictEqual(entries.size, 0)
    }).pipe(Effect.provideService(ProcessLedger, ProcessLedger.memory(entries)))
  }).pipe(Effect.scoped), 20_000)
})

it("arguments without a place for the prompt leave it to be typed", () => {
  assert.deepStrictEqual(argumentsFor(["-q"], "p"), { args: ["-q"], typed: "p" })
  assert.deepStrictEqual(argumentsFor(["--ask={prompt}", "-q"], "p"), { args: ["--ask=p", "-q"], typed: "" })
})

it("keys that would do something else are not pressed", () => {
  assert.strictEqual(keysOf("a\u0003b\u0004c\u001b[Ad\r\ne\tf"), "abc[Ad\ne\tf")
})
