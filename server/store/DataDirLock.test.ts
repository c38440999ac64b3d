/** One owner at a time, whoever comes when. */
import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, Exit, FileSystem, Result, Scope } from "effect"
import { lockDataDir } from "./DataDirLock.ts"
import { temporaryDataDir } from "./temporaryDataDir.ts"

const lockFiles = Effect.fnUntraced(function*(dataDir: string) {
  const fs = yield* FileSystem.FileSystem
  return (yield* fs.readDirectory(dataDir)).sort()
})

layer(NodeServices.layer, { excludeTestServices: true })("the data directory's lock", (it) => {
  it.effect("is free again when its owner's scope is closed", () => Effect.gen(function*() {
    const dataDir = yield* temporaryDataDir
    yield* Effect.scoped(lockDataDir(dataDir))
    yield* lockDataDir(dataDir)
    assert.deepStrictEqual(yield* lockFiles(dataDir), ["server.lock.2"])
    const error = yield* Effect.flip(Effect.scoped(lockDataDir(dataDir)))
    assert.deepInclude(error, { reason: { _tag: "DataDirInUse", path: dataDir, pid: process.pid } })
  }))

  it.effect("is taken over from a process that is gone, also when its pid lives on in another, and from garbage", () => Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const dataDir = yield* temporaryDataDir
    const owners = [
      JSON.stringify({ owner: { pid: process.pid, startTime: "1", machineBoot: "another" } }),
      JSON.stringify({ owner: { pid: 4_000_000, startTime: "1", machineBoot: "" } }),
      "", "{"
    ]
    for (const [index, owner] of owners.entries()) {
      yield* fs.writeFileString(`${dataDir}/server.lock.${index * 2 + 1}`, owner)
      yield* Effect.scoped(lockDataDir(dataDir))
    }
    assert.deepStrictEqual(yield* lockFiles(dataDir), ["server.lock.8"])
  }))

  it.effect("goes to one of many who take over a stale one at once", () => Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const dataDir = yield* temporaryDataDir
    const scope = yield* Scope.make()
    for (let round = 0; round < 20; round++) {
      yield* fs.writeFileString(`${dataDir}/server.lock.${100 * (round + 1)}`, "stale")
      const takers = yield* Effect.forEach(Array.from({ length: 16 }), () => Effect.result(Scope.provide(lockDataDir(dataDir), scope)), { concurrency: "unbounded" })
      assert.strictEqual(takers.filter(Result.isSuccess).length, 1)
    }
    yield* Scope.close(scope, Exit.void)
  }))

  it.effect("is never held by two while owners come and go", () => Effect.gen(function*() {
    const dataDir = yield* temporaryDataDir
    const seen = { holding: 0, most: 0, times: 0 }
    const holdOnce = Effect.scoped(Effect.gen(function*() {
      yield* lockDataDir(dataDir)
      seen.most = Math.max(seen.most, ++seen.holding)
      seen.times++
      yield* Effect.yieldNow
      seen.holding--
    })).pipe(Effect.ignore)
    yield* Effect.forEach(Array.from({ length: 8 }), () => Effect.repeat(holdOnce, { times: 50 }), { concurrency: "unbounded" })
    assert.strictEqual(seen.most, 1)
    assert.isAbove(seen.times, 8)
  }))
})
