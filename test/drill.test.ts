/** `boocode drill` through the whole program: the scripted agent, and real goose, qwen and opencode against a scripted model. */
import { spawn } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect, Option, Schema, Stream } from "effect"
import { DrillReport } from "../shared/Drill.ts"
import { AgentName } from "../shared/Ids.ts"
import type { Launch } from "./support/AcpProbe.ts"
import { drillModel, drillTools } from "./support/DrillModel.ts"
import { goose, opencode, qwen } from "./support/RealAgents.ts"
import { clientOf, main, runServer, temporaryFolder } from "./support/RunningServer.ts"
import { ScriptedModel } from "./support/ScriptedModel.ts"


interface Ended { readonly code: number | null; readonly stdout: string; readonly stderr: string }

const boocode = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}): Effect.Effect<Ended> => Effect.callback<Ended>((resume) => {
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } })
  let stdout = "", stderr = ""
  child.stdout.on("data", (chunk: Buffer) => { stdout += chunk.toString() })
  child.stderr.on("data", (chunk: Buffer) => { stderr += chunk.toString() })
  child.once("close", (code) => resume(Effect.succeed({ code, stdout, stderr })))
  return Effect.sync(() => { child.kill("SIGKILL") })
})

const decodeReport = Schema.decodeUnknownEffect(Schema.fromJsonString(DrillReport))
/** What drills have left in their temporary directory. */
const stages = ({ TMPDIR }: { readonly TMPDIR: string }) => readdirSync(TMPDIR).filter((name) => name.startsWith("boocode-"))

/** A data directory with the agents, as their user has set them up. */
const dataDirWith = Effect.fnUntraced(function*(agents: ReadonlyArray<object>) {
  const folder = yield* temporaryFolder
  const dataDir = join(folder, "data")
  mkdirSync(dataDir, { recursive: true, mode: 0o711 })
  writeFileSync(join(dataDir, "agents.json"), JSON.stringify({ agents }))
  const TMPDIR = join(folder, "tmp")
  mkdirSync(TMPDIR)
  return { dataDir, home: { TMPDIR, BOOCODE_SCRIPTED_HOME: join(folder, "scripted"), HOME: folder, BOOCODE_URL: "", BOOCODE_TOKEN: "" } }
})

it.live("without a server: a line a step, nothing kept, and one sentence for what can't be drilled", () => Effect.scoped(Effect.gen(function*() {
  const { dataDir, home } = yield* dataDirWith([])
  const drilled = yield* boocode(["drill", "scripted", "--data-dir", dataDir], home)
  assert.strictEqual(drilled.code, 0, drilled.stderr)
  const lines = drilled.stdout.trimEnd().split("\n")
  assert.strictEqual(lines.length, 10)
  assert.match(lines[0] ?? "", /^ok +start +ready after \d+ ms$/)
  assert.strictEqual(lines.at(-1), "scripted: 9 ok")
  assert.strictEqual(drilled.stderr, "No server is running: the drill runs here, and its result is not kept.\n")
  assert.deepStrictEqual(stages(home), [])
  for (const [name, sentence] of [["nobody", /^There is no agent "nobody"; .*\.\n$/], ["Not A Name", /^"Not A Name" is no agent's name; .*\.\n$/]] as const) {
    const refused = yield* boocode(["drill", name, "--data-dir", dataDir], home)
    assert.strictEqual(refused.code, 2)
    assert.match(refused.stderr, sentence)
  }
})), 60_000)

it.live("by the server: kept with the agent, its quirk learnt, a failure is exit 1", () => Effect.scoped(Effect.gen(function*() {
  const { dataDir } = yield* dataDirWith([{ name: "scripted", drill: { long: "end-turn-on-cancel\nstream 5000 every 5", tool: "refuse" } }])
  const server = yield* runServer({ dataDir })
  const client = yield* clientOf(server)
  assert.deepStrictEqual(yield* client["agent.Drills"](), [])
  const first = yield* boocode(["drill", "scripted", "--data-dir", dataDir, "--json"])
  assert.strictEqual(first.code, 1, first.stderr)
  const report = yield* decodeReport(first.stdout)
  assert.deepStrictEqual(report.lines.filter(({ verdict }) => verdict !== "ok").map(({ step, verdict }) => [step, verdict]), [["tool", "failed"], ["cancel", "differs"]])
  assert.deepStrictEqual(report.learnt, ["a cancelled turn is reported as end_turn"])
  assert.deepStrictEqual(yield* client["agent.Drills"](), [report])
  // what is known is not learnt again
  const second = yield* Stream.runLast(client["agent.Drill"]({ agent: AgentName.make("scripted") }))
  assert(Option.isSome(second) && second.value._tag === "Done")
  assert.deepStrictEqual(second.value.report.learnt, [])
  const unknown = yield* Effect.flip(Stream.runDrain(client["agent.Drill"]({ agent: AgentName.make("nobody") })))
  assert.strictEqual(unknown._tag, "ChatError")
  // a killed server's goes with the next start
  const drills = () => existsSync(join(dataDir, "drills")) ? readdirSync(join(dataDir, "drills")) : []
  assert.deepStrictEqual(drills(), [])
  yield* Effect.forkChild(Effect.ignore(Stream.runDrain(client["agent.Drill"]({ agent: AgentName.make("scripted") }))))
  yield* Effect.gen(function*() { while (drills().length === 0) yield* Effect.sleep("20 millis") }).pipe(Effect.timeout("10 seconds"))
  yield* server.kill("SIGKILL")
  assert.strictEqual(drills().length, 1)
  yield* runServer({ dataDir })
  assert.deepStrictEqual(drills(), [])
})), 90_000)

type Real = (options: { readonly model: string; readonly home: string }) => Launch | undefined
const reals: Readonly<Record<"goose" | "qwen" | "opencode", Real>> = { goose, qwen, opencode }

for (const name of ["goose", "qwen", "opencode"] as const) {
  it.live(`real ${name}: every step is measured, and none fails`, () => Effect.scoped(Effect.gen(function*() {
    const model = yield* Effect.acquireRelease(
      Effect.promise(() => ScriptedModel.start(drillModel(drillTools[name]))), (one) => Effect.promise(() => one[Symbol.asyncDispose]()))
    const agentHome = yield* temporaryFolder
    const launch = reals[name]({ model: model.url, home: agentHome })
    if (launch === undefined) return
    const { dataDir, home } = yield* dataDirWith([{ name, ...launch }])
    const drilled = yield* boocode(["drill", name, "--data-dir", dataDir], home)
    console.log(drilled.stdout)
    assert.strictEqual(drilled.code, 0, drilled.stdout + drilled.stderr)
    assert.strictEqual(drilled.stdout.trimEnd().split("\n").filter((line) => /^(ok|differs|not offered) /.test(line)).length, 9)
    assert.match(drilled.stdout, /ok +tool /)
    assert.match(drilled.stdout, /ok +permission +offers .*allow_once/)
    assert.match(drilled.stdout, /ok +resume .*it knew what was said/)
    assert.deepStrictEqual(stages(home), [])
  })), 240_000)
}
