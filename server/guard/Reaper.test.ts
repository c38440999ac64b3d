/** The reaper, over rows in a real Postgres and worktrees of every state: its graces, and that no byte goes that is in no other place. */
import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { existsSync, rmSync, writeFileSync } from "node:fs"
import { BootId, type SessionId } from "../../shared/Ids.ts"
import { Projects } from "../project/Projects.ts"
import { GuardRows } from "../store/GuardRows.ts"
import { store } from "../store/Store.ts"
import { preparedDataDir } from "../store/temporaryDataDir.ts"
import { Changes } from "../work/change/Changes.ts"
import { Checkpoints } from "../work/change/Checkpoints.ts"
import { parkedRef } from "../work/parking/ParkedNote.ts"
import { Parking } from "../work/parking/Parking.ts"
import { randomFrom } from "../work/git/randomFiles.ts"
import { makeRepository, rawGit, temporaryFolder, testGit } from "../work/git/temporaryRepository.ts"
import { Worktrees } from "../work/worktree/Worktrees.ts"
import { acts, type Held, heldBy, keeps, missingOf } from "./randomWorktrees.ts"
import { Reaper } from "./Reaper.ts"
import { Taking } from "./Taking.ts"

const world = Layer.unwrap(Effect.gen(function*() {
  const dataDir = yield* temporaryFolder
  const storage = store({ dataDir: yield* preparedDataDir, host: "here", bootId: BootId.make(crypto.randomUUID()) })
  return Reaper.layer({ archivedGrace: Duration.days(14), deletedGrace: Duration.days(1) }).pipe(
    Layer.provideMerge(Taking.layer), Layer.provideMerge(Projects.layer), Layer.provideMerge(Parking.layer), Layer.provideMerge(Changes.layer),
    Layer.provideMerge(Checkpoints.layer), Layer.provideMerge(Worktrees.layer({ dataDir })), Layer.provideMerge(storage))
})).pipe(Layer.provideMerge(testGit), Layer.provideMerge(NodeServices.layer))

/** A project, and sessions with worktrees in it. */
const place = Effect.gen(function*() {
  const projects = yield* Projects, worktrees = yield* Worktrees
  const folder = yield* temporaryFolder
  const path = yield* makeRepository(`${folder}/project`, { ".gitignore": "*.log\n.env\nout/\n", "a.txt": "one\n", "b.txt": "two\n" })
  const { id } = yield* projects.add(path)
  const session = Effect.gen(function*() {
    const { id: sessionId } = yield* projects.createSession(id, "A session")
    return { sessionId, worktree: yield* worktrees.ensure(sessionId) }
  })
  return { path, session }
})

const archive = (sessionId: SessionId) => Effect.flatMap(Projects, (projects) => projects.archiveSession(sessionId, true))
const remove = (sessionId: SessionId) => Effect.flatMap(GuardRows, (rows) => rows.deleteSession(sessionId, false))

layer(world, { excludeTestServices: true, timeout: "120 seconds" })("the reaper", (it) => {
  it.effect("leaves what was archived for fourteen days, what was deleted for one, and what is open for ever", () => Effect.gen(function*() {
    const reaper = yield* Reaper
    const { session } = yield* place
    const archived = yield* session, deleted = yield* session, reopened = yield* session, open = yield* session
    yield* archive(archived.sessionId)
    yield* archive(reopened.sessionId)
    yield* remove(deleted.sessionId)
    const there = () => [archived, deleted, reopened, open].map(({ worktree }) => existsSync(worktree.path))
    const after = (days: number) => Effect.andThen(TestClock.adjust(`${days * 24 * 60 * 60 * 1000} millis`), reaper.reap)
    yield* after(0.99)
    assert.deepStrictEqual(there(), [true, true, true, true])
    yield* after(0.02)
    assert.deepStrictEqual(there(), [true, false, true, true])
    yield* after(12.98)
    assert.deepStrictEqual(there(), [true, false, true, true])
    yield* (yield* Projects).archiveSession(reopened.sessionId, false)
    yield* after(0.02)
    assert.deepStrictEqual(there(), [false, false, true, true])
    yield* after(1000)
    assert.deepStrictEqual(there(), [false, false, true, true])
  }).pipe(Effect.scoped, Effect.provide(TestClock.layer())), 120_000)

  it.effect("parks the last checkpoint of one whose folder somebody deleted before it was taken", () => Effect.gen(function*() {
    const reaper = yield* Reaper, changes = yield* Changes
    const { path, session } = yield* place
    const deleted = yield* session
    writeFileSync(`${deleted.worktree.path}/only here`, "precious\n")
    yield* changes.look(deleted.worktree)
    rmSync(deleted.worktree.path, { recursive: true })
    yield* remove(deleted.sessionId)
    yield* TestClock.adjust("2 days")
    yield* reaper.reap
    assert.isFalse(existsSync(deleted.worktree.path))
    assert.strictEqual(yield* rawGit(path, "show", `${parkedRef(deleted.worktree.id)}:only here`), "precious\n")
  }).pipe(Effect.scoped, Effect.provide(TestClock.layer())), 60_000)

  it.effect("never takes a byte that is in no other place (P18)", () => Effect.gen(function*() {
    const changes = yield* Changes, reaper = yield* Reaper
    const { path, session } = yield* place
    const random = randomFrom(11)
    const sleepers: Array<Bun.Subprocess> = []
    yield* Effect.addFinalizer(() => Effect.sync(() => { for (const one of sleepers) one.kill(9) }))
    const occupy = (cwd: string) => { sleepers.push(Bun.spawn(["sleep", "600"], { cwd })) }
    const all: Array<{ readonly worktree: { readonly path: string }; readonly did: ReadonlyArray<string>; readonly held: Held }> = []
    const names = Object.keys(acts)
    for (const [at, first] of names.entries()) {
      const { sessionId, worktree } = yield* session
      const did: Array<string> = []
      for (const name of [first, ...Array.from({ length: at % 3 }, () => names[random(names.length)] ?? "")]) {
        acts[name]?.({ path: worktree.path, project: path, random, occupy })
        did.push(name)
      }
      if (random(2) === 0) yield* changes.look(worktree)
      all.push({ worktree, did, held: heldBy(worktree) })
      yield* at % 2 === 0 ? archive(sessionId) : remove(sessionId)
    }
    yield* TestClock.adjust("15 days")
    yield* reaper.reap
    // nothing is there by chance
    yield* rawGit(path, "reflog", "expire", "--expire=now", "--all")
    yield* rawGit(path, "gc", "--quiet", "--prune=now")
    const lost = all.flatMap(({ did, held, worktree }) => existsSync(worktree.path) ? [] : missingOf(path, held).map((one) => `${did.join(", ")}: ${one}`))
    assert.deepStrictEqual(lost, [])
    assert.deepStrictEqual(all.filter(({ worktree }) => existsSync(worktree.path)).map(({ did }) => did), all.map(({ did }) => did).filter((did) => did.some((name) => keeps.has(name))))
    const parked = (yield* rawGit(path, "for-each-ref", "--format=%(refname)", "refs/boocode/parked")).trim().split("\n")
    assert.isAbove(parked.length, names.length / 3)
  }).pipe(Effect.scoped, Effect.provide(TestClock.layer())), 240_000)
})
