/**
 * The measurements, each against a baseline of the same run: `bun bench/main.ts turn|fanout|log|start|work|diff|diff-page [--agent a,b] [--quick]`.
 * They print what they saw and judge nothing: no exit code depends on a time.
 */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Effect, type Scope } from "effect"
import { machine } from "./Machine.ts"

interface Options { readonly agents: ReadonlyArray<string>; readonly quick: boolean }

/** Loaded one at a time, so that none weighs on another's memory. */
const benches: Readonly<Record<string, (options: Options) => Promise<Effect.Effect<void, unknown, Scope.Scope | NodeServices.NodeServices>>>> = {
  turn: async ({ agents, quick }) => (await import("./turn.ts")).turn(agents, quick),
  fanout: async ({ quick }) => (await import("./fanout.ts")).fanout(quick),
  log: async ({ quick }) => (await import("./log.ts")).log(quick),
  start: async ({ quick }) => (await import("./start.ts")).start(quick),
  work: async ({ quick }) => (await import("./work.ts")).work(quick),
  diff: async ({ quick }) => (await import("./diff.ts")).diff(quick),
  "diff-page": async ({ quick }) => (await import("./diffPage.ts")).diffPage(quick),
  // started by the others
  "diff-reader": async () => (await import("./diffReader.ts")).diffReader(process.argv.slice(3)),
  "delay-reader": async () => (await import("./delayReader.ts")).delayReader(process.argv.slice(3))
}

const usage = `usage: bun bench/main.ts ${Object.keys(benches).filter((name) => !name.endsWith("-reader")).join("|")} [--agent scripted,goose,qwen,opencode] [--quick]`

const [name = "", ...rest] = process.argv.slice(2)
const bench = benches[name]
if (bench === undefined) {
  console.error(usage)
  process.exit(2)
}
const at = rest.indexOf("--agent")
const options: Options = {
  agents: at === -1 ? ["scripted", "goose", "qwen", "opencode"] : (rest[at + 1] ?? "").split(","),
  quick: rest.includes("--quick")
}
console.log(machine())
NodeRuntime.runMain(Effect.promise(() => bench(options)).pipe(Effect.flatten, Effect.scoped, Effect.provide(NodeServices.layer)))
