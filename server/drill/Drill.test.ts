/** The drill against the scripted agent, as it should be and with its faults, and against a program on a terminal. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { afterAll, assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { DrillStep } from "../../shared/Drill.ts"
import { AgentName } from "../../shared/Ids.ts"
import type { AgentRow, FoundAgent } from "../agent/AgentRow.ts"
import type { DrillPromptsEdit } from "../agent/catalog/DrillPrompts.ts"
import { scriptedRow } from "../agent/catalog/BuiltinRows.ts"
import { type LedgerEntry, ProcessLedger } from "../agent/ProcessLedger.ts"
import { ProcessTree } from "../agent/ProcessTree.ts"
import { Git } from "../work/git/Git.ts"
import { drill, type Drilled, drillLimits } from "./Drill.ts"

const self = { command: process.execPath, args: [join(import.meta.dirname, "../main.ts")] }
const limits = { ...drillLimits, turn: "10 seconds", stop: "15 seconds" } as const

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "boocode-home-"))), (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true })))

const found = (row: AgentRow, env: Record<string, string>): FoundAgent => ({ row, command: row.programs[0] ?? "", args: row.args, env })
const scripted = Effect.fnUntraced(function*(prompts: DrillPromptsEdit = {}, env: Record<string, string> = {}) {
  const row = scriptedRow(self)
  return found({ ...row, drill: { ...row.drill, ...prompts } }, { BOOCODE_SCRIPTED_HOME: yield* folder, ...env })
})

// temporary directories of this file's own: what is left in them is a drill's
const temporary = mkdtempSync(join(tmpdir(), "boocode-drills-"))
const usual = process.env["TMPDIR"]
process.env["TMPDIR"] = temporary
afterAll(() => {
  if (usual === undefined) delete process.env["TMPDIR"]
  else process.env["TMPDIR"] = usual
  rmSync(temporary, { recursive: true, force: true })
})
const stages = () => readdirSync(temporary).filter((name) => name.startsWith("boocode-drill-")).length
const verdicts = ({ lines }: Drilled): Record<string, string> => Object.fromEntries(lines.map(({ step, verdict }) => [step, verdict]))
const noteOf = ({ lines }: Drilled, step: DrillStep) => lines.find((line) => line.step === step)?.note ?? ""

const run = Effect.fnUntraced(function*(agent: FoundAgent) {
  const started = new Map<number, LedgerEntry>()
  const memory = ProcessLedger.memory(new Map())
  const before = stages()
  const told: Array<string> = []
  const drilled = yield* drill({ found: agent, version: "0.0.0", limits }, (news) => Effect.sync(() => {
    told.push(news._tag === "Began" ? `began ${news.step}` : `ended ${news.line.step}`)
  })).pipe(Effect.scoped, Effect.provideService(ProcessLedger, {
    forget: memory.forget, record: (entry) => Effect.andThen(Effect.sync(() => started.set(entry.pid, entry)), memory.record(entry))
  }))
  assert.deepStrictEqual(told, drilled.lines.flatMap(({ step }) => [`began ${step}`, `ended ${step}`]))
  assert.strictEqual(stages(), before, "no directory is left")
  const alive = yield* Effect.forEach(started.values(), (entry) => new ProcessTree(entry, entry.lifeId).survey)
  assert.deepStrictEqual(alive.flat(), [], "no process is left")
  return drilled
})

const live = (name: string, test: Effect.Effect<void, unknown, Effect.Services<ReturnType<typeof run>>>) => it.live(name, () => test.pipe(
  Effect.provide(Layer.mergeAll(Git.layer, ProcessLedger.layerMemory).pipe(Layer.provideMerge(NodeServices.layer)))), 120_000)

const allOk = {
  "start": "ok", "prompt": "ok", "tool": "ok", "permission": "ok", "cancel": "ok", "cancel while it asks": "ok",
  "prompt right after a cancel": "ok", "crash": "ok", "resume": "ok"
}

live("the scripted agent does everything, and nothing is left of it", Effect.scoped(Effect.gen(function*() {
  const drilled = yield* run(yield* scripted())
  assert.deepStrictEqual(verdicts(drilled), allOk, JSON.stringify(drilled.lines))
  assert.deepStrictEqual(drilled.learnt, { quirks: {}, words: [] })
  assert.match(noteOf(drilled, "cancel"), /^stopped after \d+ ms; reported cancelled$/)
  assert.match(noteOf(drilled, "permission"), /allow_once.*reject_once/)
  assert.match(noteOf(drilled, "resume"), /session\/resume/)
})))

live("an agent that ignores a cancel is found out", Effect.scoped(Effect.gen(function*() {
  const drilled = yield* run(yield* scripted({ long: "ignore-cancel\nstream 5000 every 5" }))
  assert.deepStrictEqual(verdicts(drilled), { ...allOk, cancel: "failed", "prompt right after a cancel": "ok" }, JSON.stringify(drilled.lines))
  assert.match(noteOf(drilled, "cancel"), /ignores a cancel; ended by stdin-closed after \d+ ms/)
  assert.deepStrictEqual(drilled.learnt.words, [])
})))

live("another word for a cancelled turn is learnt", Effect.scoped(Effect.gen(function*() {
  const drilled = yield* run(yield* scripted({ long: "end-turn-on-cancel\nstream 5000 every 5" }))
  assert.deepStrictEqual(verdicts(drilled), { ...allOk, cancel: "differs" }, JSON.stringify(drilled.lines))
  assert.deepStrictEqual(drilled.learnt, { quirks: { cancelReported: ["end_turn"] }, words: ["a cancelled turn is reported as end_turn"] })
})))

live("an agent that takes up no session, and one that does so by load", Effect.scoped(Effect.gen(function*() {
  const byLoad = yield* run(yield* scripted({}, { SCRIPTED_NO_RESUME: "1" }))
  assert.deepStrictEqual(verdicts(byLoad), allOk, JSON.stringify(byLoad.lines))
  assert.deepStrictEqual(byLoad.learnt.quirks, { resume: "load" })
  const never = yield* run(yield* scripted({}, { SCRIPTED_NO_LOAD: "1" }))
  assert.notStrictEqual(verdicts(never)["resume"], "ok")
  assert.deepStrictEqual(never.learnt.quirks, {})
})))

live("an agent that does not start is tried no further", Effect.scoped(Effect.gen(function*() {
  const drilled = yield* run({ ...(yield* scripted()), command: "/nonexistent/agent" })
  assert.deepStrictEqual(Object.values(verdicts(drilled)), ["failed", ...Array.from({ length: 8 }, () => "not offered")])
  assert.match(noteOf(drilled, "start"), /not installed/)
})))

live("an agent that never answers is stopped in time", Effect.scoped(Effect.gen(function*() {
  const drilled = yield* run(yield* scripted({ tool: "hang" }))
  assert.deepStrictEqual(verdicts(drilled), { ...allOk, tool: "failed" }, JSON.stringify(drilled.lines))
  assert.match(noteOf(drilled, "tool"), /had not ended its turn after 10 s/)
})))

live("a program on a terminal does what there is of it", Effect.scoped(Effect.gen(function*() {
  // what was said before comes first: its prompt is the last line
  const script = "text=$(tail -n 1); case $text in count*) while :; do echo counting; sleep 0.02; done;; *) echo \"$text\";; esac"
  const drilled = yield* run(found({
    ...scriptedRow(self), name: AgentName.make("shell"), programs: ["sh"], protocol: "pty", args: ["-c", script],
    drill: { answer: "{word}", remember: "{word}", long: "count" }
  }, {}))
  assert.deepStrictEqual(verdicts(drilled), {
    ...allOk, tool: "not offered", permission: "not offered", "cancel while it asks": "not offered", resume: "not offered"
  }, JSON.stringify(drilled.lines))
})))
