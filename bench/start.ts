/** From the start of the program to its ready line, with the data directory of an earlier start; against the bare runtime. */
import { spawn } from "node:child_process"
import { join } from "node:path"
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

const bareRuntime = Effect.callback<number>((resume) => {
  const from = now()
  spawn(process.execPath, ["-e", "console.log(1)"], { stdio: "ignore" }).once("exit", () => resume(Effect.succeed(now() - from)))
})

export const start = Effect.fnUntraced(function*(isQuick: boolean) {
  const dataDir = join(yield* temporaryFolder, "data")
  const first = yield* startOnce(dataDir)
  const again: Array<number> = []
  const bare: Array<number> = []
  for (let round = 0; round < (isQuick ? 3 : 15); round++) {
    bare.push(yield* bareRuntime)
    again.push(yield* startOnce(dataDir))
  }
  const row = (name: string, values: ReadonlyArray<number>) =>
    [name, ms(quantile(values, 0.5)), ms(quantile(values, 1)), ratio(quantile(values, 0.5) / quantile(bare, 0.5))]
  console.log(render({
    title: `start · ${again.length} starts · load now ${load()}`,
    head: ["to the ready line", "p50", "longest", "of the bare runtime"],
    rows: [row("the bare runtime, started and ended", bare), row("with an empty data directory", [first]), row("with an existing data directory", again)],
    notes: ["reach: 1 s with an existing data directory"]
  }))
})
