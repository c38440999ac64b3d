/** Many changes decided at once: each by itself whole or not at all, by as many runs of git as a few need. Drill 13 among them. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Result } from "effect"
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { ChangeId } from "../../../shared/Change.ts"
import { AgentName, ChatId, ProjectId, TurnId, WorktreeId } from "../../../shared/Ids.ts"
import type { Project, Worktree } from "../../../shared/Session.ts"
import { Apply } from "./Apply.ts"
import { ChangePort } from "../change/ChangePort.ts"
import { Changes } from "../change/Changes.ts"
import { Checkpoints } from "../change/Checkpoints.ts"
import { Git } from "../git/Git.ts"
import { makeRepository, rawGit, temporaryFolder, testGit } from "../git/temporaryRepository.ts"
import type { Outcome } from "./WholeDecisions.ts"

const runs = { git: 0 }
const countedGit = Layer.effect(Git, Effect.map(Git, (git) => {
  const counted = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.suspend(() => { runs.git += 1; return effect })
  return Git.of({ ...git, attempt: (...of) => counted(git.attempt(...of)), run: (...of) => counted(git.run(...of)), bytes: (...of) => counted(git.bytes(...of)), attemptBytes: (...of) => counted(git.attemptBytes(...of)) })
})).pipe(Layer.provideMerge(testGit))

const services = Apply.layer.pipe(Layer.provideMerge(Changes.layer), Layer.provideMerge(Checkpoints.layer), Layer.provideMerge(ChangePort.layerMemory), Layer.provideMerge(countedGit))

const text = (line: number, changed: string) => Array.from({ length: 12 }, (_, at) => at + 1 === line ? `${changed}\n` : `line ${at + 1}\n`).join("")
const numbered = text(0, "")
const count = 120
const names = Array.from({ length: count }, (_, at) => `f${String(at).padStart(3, "0")}`)

const world = Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const top = yield* makeRepository(`${folder}/project`, Object.fromEntries(names.map((name) => [name, numbered])))
  yield* rawGit(top, "worktree", "add", "-q", "-b", "b", `${folder}/worktree`)
  const project: Project = { id: ProjectId.make(crypto.randomUUID()), path: top, name: "p", addedAt: 0 }
  const worktree: Worktree = {
    id: WorktreeId.make(crypto.randomUUID()), sessionId: null, projectId: project.id, path: `${folder}/worktree`, branch: "b",
    baseCommit: (yield* rawGit(top, "rev-parse", "HEAD")).trim(), state: "ready"
  }
  const changes = yield* Changes, apply = yield* Apply
  const turn = Effect.suspend(() => changes.ended(worktree, { turnId: TurnId.make(crypto.randomUUID()), chatId: ChatId.make(crypto.randomUUID()), agent: AgentName.make("goose") }))
  return { folder, top, project, worktree, changes, apply, turn }
})

const states = (outcomes: ReadonlyArray<Outcome>) => outcomes.map((one) => Result.isSuccess(one) ? one.success.change.state : one.failure.reason._tag)

layer(services, { excludeTestServices: true, timeout: "2 minutes" })("many changes", (it) => {
  it.effect("are applied, reverted and rejected by as many runs of git as a few are", () => Effect.gen(function*() {
    const { apply, changes, project, top, turn, worktree } = yield* world
    for (const name of names) writeFileSync(`${worktree.path}/${name}`, text(5, name))
    const ids = (yield* turn).changes.map(({ id }) => id)
    assert.strictEqual(ids.length, count)
    const expect = (all: ReadonlyArray<Outcome>, state: string) => {
      assert.deepStrictEqual(states(all), ids.map(() => state))
      assert.isBelow(runs.git, 30)
      runs.git = 0
    }
    runs.git = 0
    expect(yield* apply.applyAll(project, worktree, ids), "applied")
    for (const name of names) assert.strictEqual(readFileSync(`${top}/${name}`, "utf8"), text(5, name))
    expect(yield* apply.revertAll(project, worktree, ids), "reverted")
    assert.strictEqual(yield* rawGit(top, "status", "--porcelain"), "")
    expect(yield* apply.reject(worktree, ids), "rejected")
    assert.strictEqual(yield* rawGit(worktree.path, "status", "--porcelain"), "")
    assert.deepStrictEqual(yield* changes.list(worktree.id), [])
    runs.git = 0
    expect(yield* apply.bringBack(worktree, ids), "pending")
    for (const name of names) assert.strictEqual(readFileSync(`${worktree.path}/${name}`, "utf8"), text(5, name))
    assert.deepStrictEqual((yield* changes.list(worktree.id)).map(({ agents, id, manual }) => [id, agents, manual]), ids.map((id) => [id, [AgentName.make("goose")], false]))
    assert.strictEqual(yield* rawGit(top, "for-each-ref", "refs/boocode/landing"), "")
    assert.strictEqual(readdirSync(`${top}/.git/boocode`).length, 0)
  }), 120_000)

  it.effect("drill 13: twice, on a moved base, on a dirty target, of which some can't be: once, merged or conflict, and refused, each by itself", () => Effect.gen(function*() {
    const { apply, changes, folder, project, top, turn, worktree } = yield* world
    for (const name of names.slice(0, 6)) writeFileSync(`${worktree.path}/${name}`, text(5, "theirs"))
    mkdirSync(`${worktree.path}/link`)
    writeFileSync(`${worktree.path}/link/x`, "1\n")
    writeFileSync(`${worktree.path}/wall`, "1\n")
    mkdirSync(`${folder}/outside`)
    symlinkSync(`${folder}/outside`, `${top}/link`)
    mkdirSync(`${top}/wall`)
    // moved on by a commit; dirty, elsewhere in the file; dirty in the same line; as it will be; gone
    writeFileSync(`${top}/f001`, text(11, "mine"))
    yield* rawGit(top, "commit", "-qam", "moved")
    writeFileSync(`${top}/f002`, text(11, "mine"))
    chmodSync(`${top}/f002`, 0o640)
    writeFileSync(`${top}/f003`, text(5, "mine"))
    writeFileSync(`${top}/f004`, text(5, "theirs"))
    const standing = (yield* turn).changes
    const ids = standing.map(({ id }) => id)
    assert.deepStrictEqual(standing.map(({ path }) => path), [...names.slice(0, 6), "link/x", "wall"])
    const both = text(5, "theirs").replace("line 11", "mine")
    const stands = () => {
      assert.deepStrictEqual(names.slice(0, 6).map((name) => readFileSync(`${top}/${name}`, "utf8")),
        [text(5, "theirs"), both, both, text(5, "mine"), text(5, "theirs"), text(5, "theirs")])
      assert.deepStrictEqual(readdirSync(`${folder}/outside`), [])
    }
    const foreign = ChangeId.make(crypto.randomUUID())
    for (let twice = 0; twice < 2; twice++) {
      const outcomes = yield* apply.applyAll(project, worktree, [...ids, foreign, ...ids.slice(0, 1)])
      assert.deepStrictEqual(states(outcomes), ["applied", "applied", "applied", "conflicted", "applied", "applied", "Outside", "InTheWay", "UnknownChange", "applied"])
      stands()
    }
    assert.deepStrictEqual((yield* changes.look(worktree)).changes.map(({ path, state }) => `${path} ${state}`), ["f003 conflicted", "link/x pending", "wall pending"])
    assert.strictEqual(yield* rawGit(top, "for-each-ref", "refs/boocode/landing"), "")
  }), 120_000)

  it.effect("of one file are decided one after the other", () => Effect.gen(function*() {
    const { apply, project, top, turn, worktree } = yield* world
    const ids: Array<ChangeId> = []
    for (const line of [2, 9]) {
      writeFileSync(`${worktree.path}/f000`, text(line, "theirs").replace("line 2\n", "theirs\n"))
      const [change] = (yield* turn).changes
      if (change === undefined) continue
      ids.push(change.id)
      assert.deepStrictEqual(states(yield* apply.applyAll(project, worktree, [change.id])), ["applied"])
    }
    assert.deepStrictEqual(states(yield* apply.revertAll(project, worktree, ids)), ["ChangeMoved", "reverted"])
    assert.deepStrictEqual(states(yield* apply.applyAll(project, worktree, ids.slice(1))), ["applied"])
    assert.deepStrictEqual(states(yield* apply.revertAll(project, worktree, ids.toReversed())), ["reverted", "reverted"])
    assert.strictEqual(readFileSync(`${top}/f000`, "utf8"), numbered)
    assert.isTrue(existsSync(`${top}/f001`))
  }), 120_000)
})
