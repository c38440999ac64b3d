/**
 * From the start of the program to its ready line, with the data directory of an earlier start; against the bare runtime.
 * Both from the sources and as the first command of the README starts it, without npm.
 */
import { spawn } from "node:child_process"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { Effect } from "effect"
import { runServer, temporaryFolder } from "../test/support/RunningServer.ts"
import { ms, now, quantile, ratio } from "./Figures.ts"
import { load } from "./Machine.ts"
import { render } from "./Table.ts"

/** The server is gone when this returns. */
const startOnce = Effect.fnUntraced(function*(dataDir: string) {
  const from = now()
  yield* runServer({ dataDir })
  return now() - from
}, Effect.scoped)

const script = join(import.meta.dirname, "../scripts/start.sh")

const startByScript = (dataDir: string) => Effect.callback<number>((resume) => {
  const from = now()
  const child = spawn("sh", [script, "serve", "--port", "0", "--data-dir", dataDir], { stdio: ["ignore", "pipe", "ignore"] })
  let took = 0
  createInterface({ input: child.stdout }).once("line", () => {
    took = now() - from
    child.kill("SIGTERM")
  })
  child.once("exit", () => resume(Effect.succeed(took)))
})

const bareRuntime = Effect.callback<number>((resume) => {
  const from = now()
  spawn(process.execPath, ["-e", "console.log(1)"], { stdio: "ignore" }).once("exit", () => resume(Effect.succeed(now() - from)))
})

export const start = Effect.fnUntraced(function*(isQuick: boolean) {
  const dataDir = join(yield* temporaryFolder, "data")
  const first = yield* startOnce(dataDir)
  const again: Array<number> = []
  const byScript: Array<number> = []
  // bundles what is to be bundled
  yield* startByScript(dataDir)
  const bare: Array<number> = []
  for (let round = 0; round < (isQuick ? 3 : 15); round++) {
    bare.push(yield* bareRuntime)
    again.push(yield* startOnce(dataDir))
    byScript.push(yield* startByScript(dataDir))
  }
  const row = (name: string, values: ReadonlyArray<number>) =>
    [name, ms(quantile(values, 0.5)), ms(quantile(values, 1)), ratio(quantile(values, 0.5) / quantile(bare, 0.5))]
  console.log(render({
    title: `start · ${again.length} starts · load now ${load()}`,
    head: ["to the ready line", "p50", "longest", "of the bare runtime"],
    rows: [row("the bare runtime, started and ended", bare), row("with an empty data directory", [first]), row("with an existing data directory", again), row("the same by scripts/start.sh", byScript)],
    notes: ["reach: 1 s with an existing data directory"]
  }))
})
