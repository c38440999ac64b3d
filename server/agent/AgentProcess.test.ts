import { mkdtempSync, rmSync } from "node:fs"
import { readdir, readFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Clock, Effect, Exit, Layer, Schedule, Scope, Stream } from "effect"
import type { ProcessExit } from "./AgentError.ts"
import { type AgentProcess, spawn } from "./AgentProcess.ts"
import { LifeId, mintLifeId } from "./LifeMarker.ts"
import { type LedgerEntry, ProcessLedger, reap } from "./ProcessLedger.ts"
import { parseStat } from "./ProcessTree.ts"
import type { SpawnOptions } from "./Supervision.ts"

const quick = { stdin: "200 millis", term: "200 millis", orphans: "200 millis" } as const
const sh = (script: string, more: Partial<SpawnOptions> = {}): SpawnOptions =>
  ({ command: "sh", args: ["-c", script], cwd: tmpdir(), ladder: quick, ...more })

const live = <E>(name: string, test: () => Effect.Effect<void, E, ProcessLedger | Scope.Scope>, limit = 30_000) =>
  it.live(name, () => test().pipe(Effect.provide(ProcessLedger.layerMemory)), limit)

const read = (path: string) => Effect.promise(() => readFile(path, "latin1").catch(() => ""))
const isAlive = (pid: number) => Effect.map(read(`/proc/${pid}/stat`), (stat) => {
  const state = parseStat(stat)?.state
  return state !== undefined && state !== "Z" && state !== "X"
})
const until = <E, R>(fact: string, check: Effect.Effect<boolean, E, R>, limit: "1 second" | "10 seconds" = "10 seconds") =>
  Effect.gen(function*() { while (!(yield* check)) yield* Effect.sleep(10) }).pipe(
    Effect.timeoutOrElse({ duration: limit, orElse: () => Effect.die(new Error(`not within ${limit}: ${fact}`)) }))
const allGone = (pids: ReadonlyArray<number>) => Effect.map(Effect.forEach(pids, isAlive), (alive) => !alive.includes(true))

/** The processes whose command line names the life: its watcher. */
const watchersOf = (lifeId: LifeId) => Effect.gen(function*() {
  const pids = (yield* Effect.promise(() => readdir("/proc"))).filter((name) => /^\d+$/.test(name))
  const lines = yield* Effect.forEach(pids, (pid) => read(`/proc/${pid}/cmdline`), { concurrency: 16 })
  return pids.filter((_, index) => lines[index]?.includes(lifeId) === true).map(Number)
})

/** What it writes first: numbers, one a line. */
const numbersOf = (agent: AgentProcess, count: number) => agent.stdout.pipe(
  Stream.decodeText, Stream.splitLines, Stream.take(count), Stream.map(Number), Stream.runCollect)

const exitOf = (script: string) => Effect.flatMap(spawn(sh(script)), (agent) => agent.exited)

live("an exit is typed: code, signal, and the signal behind a shell's code", () => Effect.gen(function*() {
  const none = { stderrTail: "" }
  assert.deepStrictEqual(yield* exitOf("exit 0"), { code: 0, signal: null, ...none })
  assert.deepStrictEqual(yield* exitOf("exit 3"), { code: 3, signal: null, ...none })
  assert.deepStrictEqual(yield* exitOf("kill -TERM $$"), { code: null, signal: "SIGTERM", ...none })
  assert.deepStrictEqual(yield* exitOf("exit 137"), { code: 137, signal: "SIGKILL", ...none })
  assert.deepStrictEqual(yield* exitOf("exit 128"), { code: 128, signal: null, ...none })
}))

live("the tail of stderr is kept while it runs and comes with the exit, without colours", () => Effect.gen(function*() {
  const agent = yield* spawn(sh(`
    i=0; while [ $i -lt 3000 ]; do echo "line $i of many" >&2; i=$((i + 1)); done
    printf '\\033[31mno provider\\033[0m\\n' >&2; read -r _; echo last >&2; exit 1`))
  yield* until("the tail has its colours", Effect.map(agent.stderrTail, (tail) => tail.endsWith("\u001b[31mno provider\u001b[0m\n")))
  assert.isTrue((yield* agent.plainStderrTail).endsWith("line 2999 of many\nno provider\n"))
  yield* agent.write("go\n")
  const { code, stderrTail }: ProcessExit = yield* agent.exited
  assert.strictEqual(code, 1)
  assert.isTrue(stderrTail.endsWith("line 2999 of many\nno provider\nlast\n"))
  assert.isAtMost(stderrTail.length, 8 * 1024)
  assert.isAbove(stderrTail.length, 8 * 1024 - 100)
}))

live("what can't be spawned is refused with the reason, and no watcher stays", () => Effect.gen(function*() {
  const lifeId = mintLifeId()
  const reasonOf = (options: Partial<SpawnOptions>) => Effect.map(Effect.flip(spawn(sh("", { lifeId, ...options }))), ({ reason }) => reason)
  assert.deepStrictEqual(yield* reasonOf({ command: "no-such-agent" }), { _tag: "NotInstalled", command: "no-such-agent" })
  assert.deepStrictEqual(yield* reasonOf({ command: "/no/such/agent" }), { _tag: "NotInstalled", command: "/no/such/agent" })
  for (const options of [{ command: "/etc/passwd" }, { command: tmpdir() }, { cwd: "/no/such/place" }, { cwd: "/etc/passwd" }, { args: ["-c", "a\0b"] }]) {
    assert.strictEqual((yield* reasonOf(options))._tag, "SpawnFailed", JSON.stringify(options))
  }
  assert.deepStrictEqual(yield* watchersOf(lifeId), [])
}))

live("an agent is marked, and the server's own settings stay with the server", () => Effect.gen(function*() {
  process.env["BOOCODE_TOKEN"] = "secret"
  yield* Effect.addFinalizer(() => Effect.sync(() => { delete process.env["BOOCODE_TOKEN"] }))
  const agent = yield* spawn(sh("exec env", { env: { MODEL: "m" } }))
  const lines = (yield* agent.stdout.pipe(Stream.decodeText, Stream.splitLines, Stream.runCollect))
  assert.include(lines, `BOOCODE_LIFE=${agent.lifeId}`)
  assert.include(lines, "MODEL=m")
  assert.include(lines, `PATH=${process.env["PATH"] ?? ""}`)
  assert.isFalse(lines.some((line) => line.startsWith("BOOCODE_TOKEN")))
}))

live("what it wrote before it exited is there for a reader who comes late, and more than a pipe holds waits", () => Effect.gen(function*() {
  const agent = yield* spawn(sh("head -c 100000 /dev/zero; echo end"))
  yield* agent.exited
  yield* Effect.sleep(300)
  const size = yield* Stream.runFold(agent.stdout, () => 0, (sum, chunk) => sum + chunk.byteLength)
  assert.strictEqual(size, 100_004)
}))

live("the output ends soon after the process, also where a descendant holds it open", () => Effect.gen(function*() {
  const agent = yield* spawn(sh("sleep 300 & echo hello; exit 0"))
  const start = yield* Clock.currentTimeMillis
  assert.deepStrictEqual(yield* agent.stdout.pipe(Stream.decodeText, Stream.runCollect), ["hello\n"])
  assert.isBelow((yield* Clock.currentTimeMillis) - start, 2_000)
}))

live("writing to a process that is gone fails, and twice", () => Effect.gen(function*() {
  const agent = yield* spawn(sh("exit 0"))
  yield* agent.exited
  assert.deepStrictEqual((yield* Effect.flip(Effect.andThen(agent.write("x"), agent.write("y")))).reason, { _tag: "StreamEnded" })
  assert.deepStrictEqual((yield* Effect.flip(agent.write("z"))).reason, { _tag: "StreamEnded" })
}))

live("an agent that goes when its input closes is not signalled", () => Effect.gen(function*() {
  const steps: Array<string> = []
  const scope = yield* Scope.make()
  const agent = yield* spawn({ ...sh("cat"), onStep: (step) => Effect.sync(() => { steps.push(step) }) }).pipe(Scope.provide(scope))
  yield* Scope.close(scope, Exit.void)
  assert.deepStrictEqual(steps, ["stdin-closed"])
  assert.deepStrictEqual(yield* agent.exited, { code: 0, signal: null, stderrTail: "" })
  assert.deepStrictEqual(yield* watchersOf(agent.lifeId), [])
}))

live("an agent that ignores the end of its input and SIGTERM is killed, each step is reported, a stuck report holds up nothing", () => Effect.gen(function*() {
  const steps: Array<string> = []
  const scope = yield* Scope.make()
  const agent = yield* spawn(sh("trap '' TERM; echo 1; while :; do sleep 0.05; done", {
    onStep: (step) => Effect.andThen(Effect.sync(() => { steps.push(step) }), step === "sigterm" ? Effect.uninterruptible(Effect.never) : Effect.void)
  })).pipe(Scope.provide(scope))
  yield* numbersOf(agent, 1)
  const start = yield* Clock.currentTimeMillis
  yield* Scope.close(scope, Exit.void)
  assert.isBelow((yield* Clock.currentTimeMillis) - start, 3_000)
  assert.deepStrictEqual(steps, ["stdin-closed", "sigterm", "sigkill"])
  assert.strictEqual((yield* agent.exited).signal, "SIGKILL")
  assert.isFalse(yield* isAlive(agent.pid))
}))

live("stop may be called by several, and again by the scope", () => Effect.gen(function*() {
  const steps: Array<string> = []
  const agent = yield* spawn(sh("trap '' TERM; echo 1; while :; do sleep 0.05; done", { onStep: (step) => Effect.sync(() => { steps.push(step) }) }))
  yield* numbersOf(agent, 1)
  yield* Effect.all([agent.stop, agent.stop], { concurrency: 2 })
  yield* agent.stop
  assert.deepStrictEqual(steps, ["stdin-closed", "sigterm", "sigkill"])
}))

it.live("a ledger that never answers holds up neither the start nor the end", () => Effect.gen(function*() {
  const stuck = Layer.succeed(ProcessLedger, { record: () => Effect.uninterruptible(Effect.never), forget: () => Effect.uninterruptible(Effect.never) })
  const start = yield* Clock.currentTimeMillis
  yield* Effect.scoped(spawn(sh("cat"))).pipe(Effect.provide(stuck))
  assert.isBelow((yield* Clock.currentTimeMillis) - start, 4_000)
}))

// Prints the pids of: a child without the mark, as agents start their MCP servers; one in a session of its own, an orphan, an
// orphan in a session of its own; then its own.
const FAMILY = `env -i sleep 300 & echo $!
  setsid sh -c 'trap "" TERM; while :; do sleep 300; done' & echo $!
  (sleep 300 & echo $!)
  (setsid sh -c 'trap "" TERM; while :; do sleep 300; done' & echo $!)
  echo $$`

for (const [name, end] of [
  ["outlives its input", "while :; do sleep 300; done"], ["goes by itself", "read -r _; exit 0"], ["is killed", "kill -KILL $$"]
] as const) {
  live(`nothing of an agent that ${name} outlives its scope: not what left the group, not what lost its parent`, () => Effect.gen(function*() {
    const scope = yield* Scope.make()
    const agent = yield* spawn(sh(`${FAMILY}; ${end}`)).pipe(Scope.provide(scope))
    const pids = yield* numbersOf(agent, 5)
    assert.strictEqual(pids.at(-1), agent.pid)
    assert.isTrue(yield* isAlive(pids[3] ?? 0))
    yield* Scope.close(scope, Exit.void)
    assert.isTrue(yield* allGone(pids))
    assert.deepStrictEqual(yield* watchersOf(agent.lifeId), [])
  }))
}

const inFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "boocode-process-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
)

/** A server that runs the script as an agent and waits. Prints the agent's lines. */
const serverScript = (script: string, lifeId: LifeId) => `
  import { Effect, Stream } from ${JSON.stringify(import.meta.resolve("effect"))}
  import { spawn } from ${JSON.stringify(join(import.meta.dirname, "AgentProcess.ts"))}
  import { ProcessLedger } from ${JSON.stringify(join(import.meta.dirname, "ProcessLedger.ts"))}
  await Effect.runPromise(spawn({ command: "sh", args: ["-c", ${JSON.stringify(script)}], cwd: "/", lifeId: ${JSON.stringify(lifeId)} }).pipe(
    Effect.flatMap((agent) => Stream.runForEach(Stream.decodeText(agent.stdout), (text) => Effect.sync(() => process.stdout.write(text)))),
    Effect.andThen(Effect.never), Effect.scoped, Effect.provide(ProcessLedger.layerMemory)))`

// Where the agent is gone before its server, only the mark is left to go by: there nothing is without it.
for (const end of ["while :; do sleep 300; done", "exit 0"]) {
  live(`nothing outlives a server that was killed, where the agent ${end === "exit 0" ? "was already gone" : "ignores everything"}`, () => Effect.gen(function*() {
    const folder = yield* inFolder
    const lifeId = mintLifeId()
    yield* Effect.promise(() => Bun.write(join(folder, "server.ts"), serverScript(`trap '' TERM; ${end === "exit 0" ? FAMILY.replace("env -i", "") : FAMILY}; ${end}`, lifeId)))
    // The server of this test is itself an agent's process: if the test fails, nothing of it stays.
    const server = yield* spawn({ command: process.execPath, args: [join(folder, "server.ts")], cwd: folder, ladder: quick })
    const pids = yield* numbersOf(server, 5)
    if (end === "exit 0") yield* until("the agent is gone", Effect.map(isAlive(pids[4] ?? 0), (alive) => !alive))
    const watchers = yield* watchersOf(lifeId)
    assert.lengthOf(watchers, 1)
    assert.notInclude(yield* read(`/proc/${watchers[0]}/environ`), "BOOCODE")
    process.kill(server.pid, "SIGKILL")
    yield* until("all of the agent are gone", allGone(pids), "1 second")
    yield* until("the watcher is gone", Effect.map(watchersOf(lifeId), (left) => left.length === 0), "1 second")
  }))
}

it.live("the ledger has an agent while it lives; what a dead server left is reaped by it (P7)", () => Effect.gen(function*() {
  const entries = new Map<number, LedgerEntry>()
  const ledger = Layer.succeed(ProcessLedger, ProcessLedger.memory(entries))
  const scope = yield* Scope.make()
  const lifeId = mintLifeId()
  const agent = yield* spawn(sh(`${FAMILY}; while :; do sleep 300; done`, { lifeId })).pipe(Effect.provide(ledger), Scope.provide(scope))
  const pids = yield* numbersOf(agent, 5)
  const entry = entries.get(agent.pid)
  assert.deepStrictEqual({ ...entry, startTime: 0 }, { pid: agent.pid, startTime: 0, lifeId, command: "sh" })
  if (entry === undefined) return
  const other = mintLifeId() // another life, and a pid that now names another process: nothing is touched
  assert.deepStrictEqual(yield* reap([{ ...entry, lifeId: other, startTime: entry.startTime - 1 }, { ...entry, lifeId: other, startTime: 0 }]), [])
  assert.isTrue(yield* isAlive(agent.pid))
  assert.deepStrictEqual(yield* reap([entry]), [entry])
  assert.isTrue(yield* allGone(pids))
  assert.deepStrictEqual(yield* reap([entry]), [])
  yield* Scope.close(scope, Exit.void)
  assert.strictEqual(entries.size, 0)
}))

live("a thousand short lives leave no zombie and no watcher (drill 15)", () => Effect.gen(function*() {
  const lives = yield* Effect.forEach(Array.from({ length: 1_000 }), () =>
    Effect.scoped(Effect.flatMap(spawn(sh("echo hello")), (agent) => Effect.as(agent.exited, agent.lifeId))), { concurrency: 8 })
  // other tests have children of this process too: ours say whose they are, and a zombie that stays is anybody's
  const ours = (pid: string) => Effect.map(Effect.zip(read(`/proc/${pid}/environ`), read(`/proc/${pid}/cmdline`)), ([environment, command]) =>
    lives.some((life) => environment.includes(life) || command.includes(life)))
  const children = Effect.gen(function*() {
    const pids = (yield* Effect.promise(() => readdir("/proc"))).filter((name) => /^\d+$/.test(name))
    const stats = yield* Effect.forEach(pids, (pid) => Effect.map(read(`/proc/${pid}/stat`), parseStat), { concurrency: 16 })
    return yield* Effect.filter(stats.filter((info) => info?.parent === process.pid), (info) =>
      info?.state === "Z" ? Effect.succeed(true) : ours(String(info?.pid)), { concurrency: 16 })
  })
  // the last watchers may just be on their way out
  const left = yield* Effect.repeat(children, { until: (some) => some.length === 0, schedule: Schedule.spaced("50 millis"), times: 100 })
  assert.deepStrictEqual(left, [])
}), 120_000)
