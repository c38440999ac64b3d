/**
 * Real Postgres on a unix socket, owned by a scope: started, kept running, and stopped with the server. Restarts it
 * when it dies; whoever uses its socket sees their connections break and then work again. Knows nothing of SQL.
 *
 * ```
 *  Starting ── "ready to accept connections" ──▶ Ready{pid} ── it ends ──▶ Starting ── what it said last ──▶ Down{detail}
 *     ▲                                                                                                        │
 *     └──────────────────────────── wait a little, clear what it left ◀────────────────────────────────────────┘
 * ```
 */
import { Clock, Deferred, Effect, Fiber, Schedule, Schema, Stream, SubscriptionRef } from "effect"
import { type PostgresCluster, prepareCluster, socketName } from "./PostgresCluster.ts"
import { clearOrphans } from "./PostgresOrphans.ts"
import { StoreError } from "./StoreError.ts"

export const PostgresState = Schema.TaggedUnion({ Starting: {}, Ready: { pid: Schema.Int }, Down: { detail: Schema.String } })
export type PostgresState = typeof PostgresState.Type

export interface EmbeddedPostgres {
  /** Path of the socket. */
  readonly socket: string
  readonly state: SubscriptionRef.SubscriptionRef<PostgresState>
}

/** One server's database for one person's agents: small, and as durable as Postgres can be (fsync and all). */
const settings: Readonly<Record<string, string>> = {
  listen_addresses: "", unix_socket_permissions: "0700",
  shared_buffers: "32MB", work_mem: "4MB", maintenance_work_mem: "32MB", max_connections: "20", huge_pages: "off", jit: "off",
  max_wal_size: "256MB", min_wal_size: "64MB", max_wal_senders: "0", max_logical_replication_workers: "0",
  io_method: "sync", max_worker_processes: "2", max_parallel_workers_per_gather: "0", autovacuum_worker_slots: "2", autovacuum_max_workers: "1",
  logging_collector: "off", log_destination: "stderr", log_line_prefix: "", log_checkpoints: "off", timezone: "UTC", log_timezone: "UTC"
}

const startDeadline = "60 seconds"
/** A life this long was healthy: the next failure starts with the shortest wait again. */
const healthyAfter = 10_000
const restart = Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("5 seconds")])

const failed = (step: string, detail: string) => new StoreError({ reason: { _tag: "PostgresFailed", step, detail } })

/** The most telling of its last lines. */
const lastWords = (lines: ReadonlyArray<string>) =>
  (lines.findLast((line) => /^(FATAL|PANIC):/.test(line)) ?? (lines.slice(-3).join(" ") || "it said nothing.")).replace(/^[A-Z]+: +/, "")

/** One life: fails when Postgres ends, and never succeeds. */
const life = Effect.fnUntraced(function*(cluster: PostgresCluster, set: (state: PostgresState) => Effect.Effect<void>) {
  yield* set({ _tag: "Starting" })
  yield* clearOrphans(cluster)
  const args = Object.entries({ ...settings, cluster_name: cluster.title }).flatMap(([name, value]) => ["-c", `${name}=${value}`])
  const postgres = yield* cluster.launcher.command(cluster.program, ["-D", cluster.folder, "-k", cluster.socketDir, ...args], cluster.folder)
  yield* cluster.launcher.watch(postgres.pid)
  const ready = yield* Deferred.make<void>()
  const said: Array<string> = []
  const reader = yield* postgres.stderr.pipe(Stream.decodeText(), Stream.splitLines, Stream.runForEach((line) => {
    said.push(line)
    if (said.length > 20) said.shift()
    return line.includes("database system is ready to accept connections")
      ? Deferred.succeed(ready, undefined)
      : Effect.logDebug(line).pipe(Effect.annotateLogs({ from: "postgres" }))
  }), Effect.ignore, Effect.forkScoped)
  const ended = (step: string) => Effect.exit(postgres.exitCode).pipe(
    Effect.andThen(set({ _tag: "Starting" })), // said at once: its backends may hold stderr open for a moment
    Effect.andThen(Fiber.await(reader).pipe(Effect.timeoutOption("200 millis"))),
    Effect.andThen(Effect.suspend(() => Effect.fail(failed(step, lastWords(said))))))
  yield* Effect.raceFirst(Deferred.await(ready), ended("start")).pipe(Effect.timeoutOrElse({
    duration: startDeadline, orElse: () => Effect.fail(failed("start", `it was not ready after ${startDeadline}: ${lastWords(said)}`))
  }))
  yield* set({ _tag: "Ready", pid: postgres.pid })
  return yield* ended("go on")
}, Effect.scoped)

/** Ready when it succeeds. Fails when the first start does; later ones are tried for as long as the scope is open. */
export const startEmbeddedPostgres = Effect.fn("startEmbeddedPostgres")(function*(dataDir: string) {
  const cluster = yield* prepareCluster(dataDir)
  const state = yield* SubscriptionRef.make<PostgresState>({ _tag: "Starting" })
  const first = yield* Deferred.make<void, StoreError>()
  const set = (next: PostgresState) => Effect.andThen(SubscriptionRef.set(state, next),
    next._tag === "Ready" ? Deferred.succeed(first, undefined) : Effect.void)
  const supervised = Effect.gen(function*() {
    const startedAt = yield* Clock.currentTimeMillis
    return yield* life(cluster, set).pipe(
      Effect.catchTag("PlatformError", (error) => failed("start", `${error.message}.`)),
      Effect.tapError((error) => Effect.gen(function*() {
        if (yield* Deferred.fail(first, error)) return
        yield* SubscriptionRef.set(state, { _tag: "Down", detail: error.message })
        yield* Effect.logWarning(error.message)
      })),
      Effect.catch((error) => Effect.flatMap(Clock.currentTimeMillis, (now) =>
        now - startedAt > healthyAfter ? Effect.void : Effect.fail(error))))
  })
  yield* Effect.forever(Effect.retry(supervised, restart)).pipe(Effect.forkScoped)
  yield* Deferred.await(first)
  return { socket: `${cluster.socketDir}/${socketName}`, state } satisfies EmbeddedPostgres
})
