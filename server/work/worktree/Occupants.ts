/**
 * Programs that are at work in a folder, as `/proc` tells of their current directories: agents, terminals, servers that an agent
 * started. Where there is no `/proc` none is known.
 */
import { readdir, readFile, readlink } from "node:fs/promises"
import { Effect } from "effect"

const lookAtOnce = 32
const quietly = <A>(run: () => Promise<A>) => Effect.orElseSucceed(Effect.tryPromise(run), () => undefined)

/** The first one found: its name and pid. */
export const occupantOf = Effect.fn("Occupants.occupantOf")(function*(folder: string) {
  const pids = ((yield* quietly(() => readdir("/proc"))) ?? []).filter((name) => /^\d+$/.test(name))
  const found = yield* Effect.filter(pids, (pid) => Effect.map(quietly(() => readlink(`/proc/${pid}/cwd`)),
    (cwd) => cwd === folder || cwd?.startsWith(`${folder}/`) === true), { concurrency: lookAtOnce })
  const [pid] = found
  if (pid === undefined) return undefined
  const name = yield* quietly(() => readFile(`/proc/${pid}/comm`, "utf8"))
  return `${(name ?? "a program").trim()} (pid ${pid})`
})
