/** The database as a process: one per data directory, back when it was killed, gone with the server however that goes. */
import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, Exit, Fiber, FileSystem, Layer, Option, Redacted, Schedule, Scope, Stream, SubscriptionRef } from "effect"
import { ChildProcess } from "effect/process"
import { SqlClient } from "effect/sql"
import { vi } from "vitest"
import { Database } from "./Database.ts"
import { closedTo } from "./PostgresAccount.ts"
import { processIdentity } from "./ProcessIdentity.ts"
import { preparedDataDir, temporaryDataDir } from "./temporaryDataDir.ts"

// each makes a cluster of its own, which is slow on a busy machine
vi.setConfig({ testTimeout: 120_000 })

const postmasterOf = Effect.fnUntraced(function*(dataDir: string) {
  const fs = yield* FileSystem.FileSystem
  return Number.parseInt(yield* fs.readFileString(`${dataDir}/postgres-18/postmaster.pid`), 10)
})
const isGone = (pid: number) => Effect.map(processIdentity(pid), Option.isNone)
const untilTrue = <E, R>(fact: Effect.Effect<boolean, E, R>) =>
  Effect.repeat(fact, { until: (is) => is, schedule: Schedule.spaced("20 millis") }).pipe(Effect.timeout("15 seconds"))
/** The postmaster's children: they bear its title, and no other process does. */
const backendsOf = Effect.fnUntraced(function*(postmaster: number) {
  const fs = yield* FileSystem.FileSystem
  const children = yield* fs.readFileString(`/proc/${postmaster}/task/${postmaster}/children`)
  return children.trim().split(" ").map(Number)
})
const open = Effect.fnUntraced(function*(dataDir: string) {
  const scope = yield* Scope.make()
  const context = yield* Layer.buildWithScope(Layer.fresh(Database.layer({ dataDir })), scope)
  return { scope, context }
})

const here = new URL(".", import.meta.url).pathname
/** A program of its own that opens the database, says so, and stays. */
const holder = (dataDir: string) => `
  import { NodeServices } from "@effect/platform-node"
  import { Effect, Layer } from "effect"
  import { Database } from "${here}Database.ts"
  Effect.runFork(Effect.sync(() => console.log("open")).pipe(Effect.andThen(Effect.never),
    Effect.provide(Database.layer({ dataDir: "${dataDir}" }).pipe(Layer.provide(NodeServices.layer)))))`

const startHolder = Effect.fnUntraced(function*(dataDir: string, options: { readonly as?: string; readonly path?: string } = {}) {
  const [command, ...prefix] = options.as === undefined ? [process.execPath]
    : ["setpriv", `--reuid=${options.as}`, "--regid=nogroup", "--clear-groups", "env", `PATH=${options.path}`, process.execPath]
  const child = yield* ChildProcess.make(command ?? process.execPath, [...prefix, "-e", holder(dataDir)], {
    cwd: here, extendEnv: true, env: { HOME: dataDir }, stderr: "inherit", forceKillAfter: "5 seconds"
  })
  yield* child.stdout.pipe(Stream.decodeText(), Stream.splitLines, Stream.filter((line) => line === "open"), Stream.runHead)
  return child
})
const asRoot = process.getuid?.() === 0

layer(NodeServices.layer, { excludeTestServices: true })("the embedded database", (it) => {
  it.effect("stops with its scope, and starts again warm with what it held", () => Effect.gen(function*() {
    const dataDir = yield* temporaryDataDir
    const first = yield* open(dataDir)
    const insert = Effect.flatMap(SqlClient.SqlClient, (sql) => sql`insert into settings ${sql.insert({ key: "k", value: "1" })}`)
    yield* Effect.provideContext(insert, first.context)
    const postmaster = yield* postmasterOf(dataDir)
    const backends = yield* backendsOf(postmaster)
    yield* Scope.close(first.scope, Exit.void)
    for (const pid of [postmaster, ...backends]) assert.isTrue(yield* isGone(pid))
    const second = yield* open(dataDir)
    const rows = yield* Effect.flatMap(SqlClient.SqlClient, (sql) => sql`select key from settings`).pipe(Effect.provideContext(second.context))
    assert.deepStrictEqual(rows, [{ key: "k" }])
    yield* Scope.close(second.scope, Exit.void)
  }))

  it.effect("refuses a second server and names the first one's pid", () => Effect.gen(function*() {
    const dataDir = yield* preparedDataDir
    const holder = yield* startHolder(dataDir)
    const error = yield* Effect.flip(Effect.scoped(Layer.build(Layer.fresh(Database.layer({ dataDir })))))
    assert.deepInclude(error.reason, { _tag: "DataDirInUse", pid: holder.pid })
    assert.include(error.message, `pid ${holder.pid}`)
    yield* holder.kill({ killSignal: "SIGKILL" })
  }))

  it.effect("comes back when its postmaster is killed, and the same client works again", () => Effect.gen(function*() {
    const dataDir = yield* preparedDataDir
    const { context, scope } = yield* open(dataDir)
    yield* Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const { patiently, status } = yield* Database
      for (const _ of [1, 2]) {
        const postmaster = yield* postmasterOf(dataDir)
        const backends = yield* backendsOf(postmaster)
        const awayAndBack = yield* SubscriptionRef.changes(status).pipe(
          Stream.dropWhile((state) => state._tag === "Ok"), Stream.filter((state) => state._tag === "Ok"), Stream.runHead,
          Effect.forkChild({ startImmediately: true }))
        process.kill(postmaster, "SIGKILL")
        yield* Effect.timeout(Fiber.join(awayAndBack), "30 seconds")
        assert.deepStrictEqual(yield* patiently(sql`select 1 as one`), [{ one: 1 }])
        assert.notStrictEqual(yield* postmasterOf(dataDir), postmaster)
        for (const pid of backends) assert.isTrue(yield* isGone(pid))
      }
    }).pipe(Effect.provideContext(context))
    yield* Scope.close(scope, Exit.void)
  }))

  it.effect("dies with a server that is killed", () => Effect.gen(function*() {
    const dataDir = yield* preparedDataDir
    const holder = yield* startHolder(dataDir)
    const postmaster = yield* postmasterOf(dataDir)
    const backends = yield* backendsOf(postmaster)
    process.kill(holder.pid, "SIGKILL")
    for (const pid of [postmaster, ...backends]) yield* untilTrue(isGone(pid))
  }))

  it.effect("puts its socket elsewhere when the data directory's path is too long for one", () => Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const dataDir = `${yield* temporaryDataDir}/${"deep/".repeat(20)}er`
    yield* fs.chmod(dataDir.split("/deep")[0] ?? dataDir, 0o711)
    const { context, scope } = yield* open(dataDir)
    assert.deepStrictEqual(yield* Effect.flatMap(SqlClient.SqlClient, (sql) => sql`select 1 as one`).pipe(Effect.provideContext(context)), [{ one: 1 }])
    yield* Scope.close(scope, Exit.void)
  }))

  it.effect("says in one sentence what is wrong with a data directory or a URL", () => Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const parent = yield* temporaryDataDir
    yield* fs.writeFileString(`${parent}/file`, "")
    const file = yield* Effect.flip(Effect.scoped(Layer.build(Layer.fresh(Database.layer({ dataDir: `${parent}/file` })))))
    assert.strictEqual(file.message, `The data directory ${parent}/file can't be used: it is a file, not a directory; choose another with --data-dir.`)
    const url = yield* Effect.flip(Effect.scoped(Layer.build(Layer.fresh(Database.layer({ dataDir: `${parent}/new`, url: Redacted.make("mysql://u:secret@h/d") })))))
    assert.strictEqual(url.message, "The database at h/d doesn't answer: it is no postgres:// URL. Check --database-url and that the database runs.")
    if (!asRoot) return
    yield* fs.chmod(parent, 0o700)
    const closed = yield* Effect.flip(Effect.scoped(Layer.build(Layer.fresh(Database.layer({ dataDir: `${parent}/inside` })))))
    assert.include(closed.message, `who may not enter ${parent}; choose a directory elsewhere with --data-dir, or run \`chmod o+x ${parent}\`.`)
  }))

  it.effect.skipIf(!asRoot)("runs as a normal user too, and without setpriv a watcher stops it with its server", () => Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const dataDir = yield* temporaryDataDir
    const nobody = { name: "nobody", uid: 65534, gid: 65534 }
    for (const needed of [process.execPath, here]) {
      if (Option.isSome(yield* closedTo(nobody, needed))) return yield* Effect.logWarning(`not run: nobody can't reach ${needed}`)
    }
    yield* fs.chown(dataDir, nobody.uid, nobody.gid)
    for (const path of ["/usr/bin:/bin", "/nonexistent"]) {
      const holder = yield* startHolder(dataDir, { as: "nobody", path })
      const postmaster = yield* postmasterOf(dataDir)
      const backends = yield* backendsOf(postmaster)
      process.kill(holder.pid, "SIGKILL")
      for (const pid of [postmaster, ...backends]) yield* untilTrue(isGone(pid))
    }
  }))
})
