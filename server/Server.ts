/**
 * The supervision tree, as layers in boot order. What stands lower is started first and stopped last.
 *
 *   announce     the ready line, server.json
 *   http         page, /rpc, /health: nothing is admitted before recovery is through
 *   keeping      worktrees are held against git, and those whose time has come taken away
 *   recovery     open turns of dead boots end `interrupted`, running tasks `failed`; what they wrote is theirs; landings are finished
 *   terminals    shells of people in the worktrees of sessions
 *   guards       how sessions end without losing work
 *   tasks        dispatched work, in chats or in worktrees of its own
 *   drills       what installed agents were seen to do
 *   chats        actors by chat, on demand; the agents' own sessions, as rows
 *   backends     live agents by (chat, agent), on demand
 *   projects     projects, sessions, the feed of lists; their worktrees, and the changes in them
 *   catalogue    which agents there are
 *   reaper       what agents of dead boots are still alive is killed
 *   store        the log and the repositories
 *   database     embedded Postgres, or an external one; the data directory's lock
 */
import { spawn } from "node:child_process"
import { hostname } from "node:os"
import { Console, Effect, Layer } from "effect"
import { HttpServer } from "effect/http"
import { BootId } from "../shared/Ids.ts"
import { AgentCatalog } from "./agent/AgentCatalog.ts"
import { Backends } from "./agent/Backends.ts"
import { reap } from "./agent/ProcessLedger.ts"
import { AgentSessions } from "./chat/AgentSessions.ts"
import { Chats } from "./chat/Chats.ts"
import { Forks } from "./chat/Forks.ts"
import { Rewinds } from "./chat/Rewinds.ts"
import { selfCommand, type ServeConfig, version } from "./Config.ts"
import { Drills } from "./drill/Drills.ts"
import { http } from "./edge/Http.ts"
import { ownerToken } from "./edge/OwnerToken.ts"
import { Guard } from "./guard/Guard.ts"
import { Reaper } from "./guard/Reaper.ts"
import { Taking } from "./guard/Taking.ts"
import { Projects } from "./project/Projects.ts"
import { writeServerFile } from "./ServerFile.ts"
import { postgresBundle } from "./store/PostgresBundle.ts"
import { knownWorktrees } from "./store/KnownWorktrees.ts"
import { ProcessRows } from "./store/ProcessRows.ts"
import { store } from "./store/Store.ts"
import { Tasks } from "./task/Tasks.ts"
import { Terminals } from "./terminal/Terminals.ts"
import { Apply } from "./work/decision/Apply.ts"
import { Changes } from "./work/change/Changes.ts"
import { Checkpoints } from "./work/change/Checkpoints.ts"
import { Commits } from "./work/land/Commits.ts"
import { Diffs } from "./work/diff/Diffs.ts"
import { Files } from "./work/file/Files.ts"
import { Git } from "./work/git/Git.ts"
import { Parking } from "./work/parking/Parking.ts"
import { Remotes } from "./work/land/Remotes.ts"
import { Setups } from "./work/worktree/Setups.ts"
import { TurnsAtWork } from "./work/change/TurnsAtWork.ts"
import { Unfinished } from "./work/decision/Unfinished.ts"
import { Work } from "./work/Work.ts"
import { Worktrees } from "./work/worktree/Worktrees.ts"

const reaper = Layer.effectDiscard(Effect.gen(function*() {
  const rows = yield* ProcessRows
  const alive = yield* reap(yield* rows.ofOtherBoots)
  if (alive.length > 0) yield* Effect.logWarning(`Killed ${alive.length} agent process(es) that an earlier server left behind.`)
  yield* rows.forgetOtherBoots
}))

const recovery = Layer.effectDiscard(Effect.gen(function*() {
  yield* (yield* TurnsAtWork).recover
  yield* Effect.flatMap(Effect.orDie(knownWorktrees), (yield* Unfinished).recover)
  yield* (yield* Chats).recover
  yield* (yield* Rewinds).recover
  yield* (yield* Tasks).recover
}))

/** Nobody waits for it: the page is shown meanwhile. */
const keeping = Layer.effectDiscard(Effect.flatMap(Reaper, ({ work }) => Effect.forkScoped(work)))

const openBrowser = (url: string) => Effect.sync(() => {
  const opener = process.platform === "darwin" ? "open" : "xdg-open"
  spawn(opener, [url], { stdio: "ignore", detached: true }).on("error", () => {
    process.stderr.write(`${opener} is not installed; open the address above in a browser.\n`)
  }).unref()
})

/** Where pages and programs of this machine reach the server. */
const urlOf = (config: ServeConfig, port: number): string => {
  const host = ["0.0.0.0", "::"].includes(config.host) ? "127.0.0.1" : config.host
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`
}

const announce = (config: ServeConfig, token: string) => Layer.effectDiscard(Effect.gen(function*() {
  const { address } = yield* HttpServer.HttpServer
  const url = urlOf(config, "port" in address ? address.port : config.port)
  yield* writeServerFile(config.dataDir, { url, token, pid: process.pid })
  yield* Console.log(`boocode ready ${url}/?token=${token}`)
  if (config.open) yield* openBrowser(`${url}/?token=${token}`)
}))

/** The whole program as one layer. Fails with a sentence where it can't start. */
export const server = (config: ServeConfig) => Layer.unwrap(Effect.sync(() => {
  const bootId = BootId.make(crypto.randomUUID())
  const { dataDir, demo } = config
  const storage = store({ dataDir, url: config.databaseUrl, host: hostname(), bootId }).pipe(Layer.provide(postgresBundle(dataDir)))
  const agents = AgentCatalog.layer({ dataDir, demo, selfCommand: selfCommand() })
  const changes = Layer.mergeAll(Work.layer, Files.layer, Parking.layer, Unfinished.layer, Remotes.layer, Setups.layer).pipe(Layer.provideMerge(Commits.layer), Layer.provideMerge(TurnsAtWork.layer), Layer.provideMerge(Apply.layer), Layer.provideMerge(Changes.layer), Layer.provideMerge(Checkpoints.layer))
  const work = Layer.mergeAll(Projects.layer, Diffs.layer, changes).pipe(Layer.provideMerge(Worktrees.layer({ dataDir })), Layer.provideMerge(Git.layerGuarding(dataDir)))
  const guards = Guard.layer.pipe(Layer.provideMerge(Reaper.layer(config)), Layer.provideMerge(Taking.layer))
  const backends = Layer.unwrap(Effect.map(ownerToken(dataDir), (token) =>
    Backends.layer({ cap: config.maxBackends, idleTimeToLive: config.idleTimeToLive, version, secrets: [token] })))
  const edge = Layer.unwrap(Effect.map(ownerToken(dataDir), (token) => announce(config, token).pipe(
    Layer.provideMerge(http({
      host: config.host, port: config.port, bootId, version, demo,
      guard: { token, hosts: [config.host, ...config.allowHosts], origins: config.allowOrigins }
    })))))
  return edge.pipe(
    Layer.provideMerge(keeping),
    Layer.provideMerge(recovery),
    Layer.provideMerge(guards),
    Layer.provideMerge(Terminals.layer),
    Layer.provideMerge(Drills.layer({ version, folder: `${dataDir}/drills` })),
    Layer.provideMerge(Tasks.layer),
    Layer.provideMerge(Rewinds.layer),
    Layer.provideMerge(Forks.layer),
    Layer.provideMerge(Chats.layer({ bootId })),
    Layer.provideMerge(AgentSessions.layer),
    Layer.provideMerge(backends),
    Layer.provideMerge(work),
    Layer.provideMerge(agents),
    Layer.provideMerge(reaper),
    Layer.provideMerge(storage)
  )
}))
