/** What is decided on changes, over real git: carried whole or not at all, once however often, and nothing lost. */
import { assert, layer } from "@effect/vitest"
import { Effect, FileSystem, Layer, Result } from "effect"
import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname } from "node:path"
import { ChangeId } from "../../../shared/Change.ts"
import { AgentName } from "../../../shared/Ids.ts"
import { Apply } from "./Apply.ts"
import type { Decision } from "./WholeDecisions.ts"
import { LastMoment } from "../git/PutInPlace.ts"
import { ChangePort } from "../change/ChangePort.ts"
import { Changes } from "../change/Changes.ts"
import { Checkpoints } from "../change/Checkpoints.ts"
import { changeEveryKind, everyKind, filesOf, numbered, workedProject } from "../change/workedProject.ts"
import { changeSomething, randomFrom } from "../git/randomFiles.ts"
import { rawGit, testGit } from "../git/temporaryRepository.ts"
import { WorkError } from "../../../shared/WorkError.ts"

/** Memory, where that is a disk of its own. */
const otherDisk = existsSync("/dev/shm") && statSync("/dev/shm").dev !== statSync(tmpdir()).dev ? "/dev/shm" : undefined
const onOtherDisk = Effect.acquireRelease(Effect.sync(() => mkdtempSync(`${otherDisk}/boocode-work-`)), (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true })))

const world = Effect.fnUntraced(function*(files?: Readonly<Record<string, string>>, elsewhere?: string, hashes?: "sha256") {
  const made = yield* workedProject(files, elsewhere, hashes)
  const only = Effect.map(made.changes.list(made.worktree.id), ([change]) => {
    if (change === undefined) throw new Error("no change")
    return change
  })
  return { ...made, fs: yield* FileSystem.FileSystem, decide: yield* Apply, only, port: yield* ChangePort }
})

const services = Apply.layer.pipe(Layer.provideMerge(Changes.layer), Layer.provideMerge(Checkpoints.layer), Layer.provideMerge(ChangePort.layerMemory), Layer.provideMerge(testGit))

layer(services, { excludeTestServices: true, timeout: "2 minutes" })("a change", (it) => {
  it.effect.skipIf(otherDisk === undefined)("of a worktree on another disk than its project is rejected, in part and whole, applied and reverted", () => Effect.gen(function*() {
    const { changes, decide, mine, project, turn, work, worktree } = yield* world(undefined, yield* onOtherDisk)
    const there = (name: string) => readFileSync(`${worktree.path}/${name}`, "utf8")
    work("a.txt", numbered(12, [2, "one"], [11, "two"]))
    work("new.txt", "n\n")
    const [a, made] = (yield* turn("goose")).changes
    if (a === undefined || made === undefined) return assert.fail("two changes stand")
    yield* decide.rejectHunks(worktree, a.id, ChangeId.make(crypto.randomUUID()), [0])
    assert.strictEqual(there("a.txt"), numbered(12, [11, "two"]))
    const [left] = yield* changes.list(worktree.id)
    assert.deepStrictEqual((yield* decide.reject(worktree, [left?.id ?? a.id, made.id])).map(Result.isSuccess), [true, true])
    assert.deepStrictEqual([there("a.txt"), existsSync(`${worktree.path}/new.txt`)], [numbered(12), false])
    work("a.txt", numbered(12, [2, "three"]))
    const [again] = (yield* turn("goose")).changes
    if (again === undefined) return assert.fail("a change stands")
    yield* decide.apply(project, worktree, again.id)
    assert.strictEqual(mine("a.txt"), numbered(12, [2, "three"]))
    yield* decide.revert(project, worktree, again.id)
    assert.deepStrictEqual([mine("a.txt"), readdirSync(dirname(worktree.path))], [numbered(12), ["worktree"]])
  }))

  it.effect("in which a merge has left its marks is not applied before they are resolved; marks that the project has itself hinder nobody", () => Effect.gen(function*() {
    const example = `<<<<<<< ${"a".repeat(40)}\nan example\n>>>>>>> ${"b".repeat(40)}\n`
    const { decide, mine, project, turn, work, worktree, write } = yield* world({ "a.txt": "one\n", "b.txt": "x\n", "doc.md": example })
    work("a.txt", "the agent's\n")
    work("b.txt", "y\n")
    work("doc.md", `${example}more\n`)
    const { changes: [conflicting] } = yield* turn("goose")
    if (conflicting === undefined) return assert.fail("a change stands")
    write("a.txt", "the person's\n")
    assert.strictEqual((yield* decide.apply(project, worktree, conflicting.id)).change.state, "conflicted")
    yield* decide.resolve(project, worktree, conflicting.id, "worktree")
    const rows = (yield* turn("goose")).changes
    const marked = rows.find(({ path }) => path === "a.txt")
    assert.match(readFileSync(`${worktree.path}/a.txt`, "utf8"), /^<<<<<<< /)
    const refused = yield* Effect.flip(decide.apply(project, worktree, marked?.id ?? conflicting.id))
    assert.strictEqual(refused.reason._tag, "Unmerged")
    const all = yield* decide.applyAll(project, worktree, rows.map(({ id }) => id))
    assert.deepStrictEqual(all.map((one) => Result.isFailure(one) ? one.failure.reason._tag : "applied"), rows.map(({ path }) => path === "a.txt" ? "Unmerged" : "applied"))
    assert.deepStrictEqual([mine("a.txt"), mine("b.txt"), mine("doc.md")], ["the person's\n", "y\n", `${example}more\n`])
    work("a.txt", "both\n")
    const [resolved] = (yield* turn("goose")).changes
    yield* decide.apply(project, worktree, resolved?.id ?? conflicting.id)
    assert.strictEqual(mine("a.txt"), "both\n")
  }))

  it.effect("of a repository whose hashes are SHA-256 is applied, reverted, rejected and brought back, also where it removes a file", () => Effect.gen(function*() {
    const { decide, mine, project, top, turn, work, worktree } = yield* world(undefined, undefined, "sha256")
    rmSync(`${worktree.path}/b.txt`)
    work("a.txt", numbered(12, [2, "two"]))
    work("new.txt", "n\n")
    const { changes: [edited, removed, made] } = yield* turn("goose")
    if (edited === undefined || removed === undefined || made === undefined) return assert.fail("three changes stand")
    for (const { id } of [edited, removed, made]) yield* decide.apply(project, worktree, id)
    assert.deepStrictEqual([mine("a.txt"), existsSync(`${top}/b.txt`), mine("new.txt")], [numbered(12, [2, "two"]), false, "n\n"])
    for (const { id } of [edited, removed, made]) yield* decide.revert(project, worktree, id)
    assert.deepStrictEqual([mine("a.txt"), mine("b.txt"), existsSync(`${top}/new.txt`)], [numbered(12), "x\n", false])
    assert.deepStrictEqual((yield* decide.reject(worktree, [removed.id, made.id])).map(Result.isSuccess), [true, true])
    assert.deepStrictEqual([existsSync(`${worktree.path}/b.txt`), existsSync(`${worktree.path}/new.txt`)], [true, false])
  }))

  it.effect("of every kind is applied, twice as once, and what comes after it begins there (P19)", () => Effect.gen(function*() {
    const { changes, decide, project, top, turn, work, worktree } = yield* world(everyKind)
    work("edit", "1\n2\n")
    work("new dir", "x")
    rmSync(`${worktree.path}/new dir`)
    changeEveryKind(worktree.path)
    const { changes: standing } = yield* turn("goose")
    assert.strictEqual(standing.length, 7)
    for (const { id } of [...standing, ...standing]) assert.strictEqual((yield* decide.apply(project, worktree, id)).change.state, "applied")
    assert.deepStrictEqual(filesOf(top), filesOf(worktree.path))
    assert.strictEqual(yield* rawGit(top, "for-each-ref", "refs/boocode/landing"), "")
    assert.deepStrictEqual(yield* changes.list(worktree.id), [])
    work("edit", "1\n2\n3\n")
    const [next] = (yield* turn("qwen")).changes
    assert.deepStrictEqual([next?.path, next?.operation, next?.added, next?.agents], ["edit", "edit", 1, [AgentName.make("qwen")]])
    assert.strictEqual(readdirSync(`${top}/.git/boocode`).length, 0)
  }))

  it.effect("merges with what a person did meanwhile, keeping modes and line ends", () => Effect.gen(function*() {
    const { decide, mine, only, project, top, turn, work, worktree } = yield* world({ "a.txt": numbered(12).replaceAll("\n", "\r\n") })
    work("a.txt", numbered(12, [2, "theirs"]).replaceAll("\n", "\r\n"))
    writeFileSync(`${top}/a.txt`, numbered(12, [10, "mine"]).replaceAll("\n", "\r\n"))
    chmodSync(`${top}/a.txt`, 0o640)
    yield* turn("goose")
    const { change } = yield* decide.apply(project, worktree, (yield* only).id)
    assert.strictEqual(change.state, "applied")
    assert.strictEqual(mine("a.txt"), numbered(12, [2, "theirs"], [10, "mine"]).replaceAll("\n", "\r\n"))
    assert.strictEqual(statSync(`${top}/a.txt`).mode & 0o777, 0o640)
    yield* decide.revert(project, worktree, change.id)
    assert.strictEqual(mine("a.txt"), numbered(12, [10, "mine"]).replaceAll("\n", "\r\n"))
  }))

  it.effect("where both changed the same touches nothing, names both sides, and lands when it is told to (P19)", () => Effect.gen(function*() {
    const { decide, mine, only, project, top, turn, work, worktree } = yield* world()
    work("a.txt", numbered(12, [5, "theirs"]))
    writeFileSync(`${top}/a.txt`, numbered(12, [5, "mine"]))
    yield* turn("goose")
    const before = filesOf(top)
    for (let twice = 0; twice < 2; twice++) {
      const { change, marked } = yield* decide.apply(project, worktree, (yield* only).id)
      assert.strictEqual(change.state, "conflicted")
      assert.match(yield* rawGit(top, "cat-file", "-p", `${marked}:a.txt`), /<<<<<<< .*\nmine\n=======\ntheirs\n>>>>>>> /)
      assert.deepStrictEqual(filesOf(top), before)
    }
    assert.strictEqual((yield* decide.apply(project, worktree, (yield* only).id, true)).change.state, "applied")
    assert.strictEqual(mine("a.txt"), numbered(12, [5, "theirs"]))
    // what it took the place of is in no other place
    const [kept = ""] = (yield* rawGit(top, "for-each-ref", "--format=%(refname)", "refs/boocode/kept")).trim().split("\n")
    assert.strictEqual(yield* rawGit(top, "cat-file", "-p", `${kept}:a.txt`), numbered(12, [5, "mine"]))
  }))

  it.effect("that is rejected leaves the worktree as its base, and what comes after it is the next one's", () => Effect.gen(function*() {
    const { changes, decide, only, project, turn, work, worktree } = yield* world()
    work("a.txt", numbered(12, [5, "bad"]))
    yield* turn("goose")
    const { id } = yield* only
    assert.strictEqual((yield* decide.reject(worktree, [id])).map((one) => Result.getOrThrow(one).change.state)[0], "rejected")
    assert.strictEqual(readFileSync(`${worktree.path}/a.txt`, "utf8"), numbered(12))
    assert.deepStrictEqual(yield* changes.list(worktree.id), [])
    assert.strictEqual((yield* decide.reject(worktree, [id])).map((one) => Result.getOrThrow(one).change.state)[0], "rejected")
    assert.strictEqual((yield* Effect.flip(decide.apply(project, worktree, id))).reason._tag, "ChangeMoved")
    work("a.txt", numbered(12, [6, "good"]))
    assert.deepStrictEqual((yield* turn("qwen")).changes.map(({ agents, manual }) => [agents, manual]), [[[AgentName.make("qwen")], false]])
  }))

  it.effect("that was rejected is brought back with its makers, merged with what came since, or not at all, and twice as once", () => Effect.gen(function*() {
    const { changes, decide, project, turn, work, worktree } = yield* world({ "a.txt": numbered(60), "gone": "1\n", "kept": "1\n" })
    const there = (name: string) => readFileSync(`${worktree.path}/${name}`, "utf8")
    const back = (...ids: ReadonlyArray<ChangeId>) => Effect.map(decide.bringBack(worktree, ids), (all) => all.map((one) => Result.isSuccess(one) ? one.success.change.state : one.failure.reason._tag))
    const told = Effect.map(changes.look(worktree), (standing) => standing.changes.map(({ added, agents, id, manual, path, removed, state }) => ({ added, agents, id, manual, path, removed, state })))
    const whole = [[5, "first"], [30, "second"]] as const
    work("a.txt", numbered(60, ...whole))
    work("new", "n\n")
    rmSync(`${worktree.path}/gone`)
    yield* turn("goose")
    work("kept", "by hand\n")
    yield* changes.look(worktree)
    const before = yield* told
    const ids = before.map(({ id }) => id)
    yield* decide.reject(worktree, ids)
    assert.deepStrictEqual(yield* told, [])
    // of one that another was decided after
    work("kept", "qwen\n")
    const [other] = (yield* turn("qwen")).changes
    if (other === undefined) return assert.fail("a change stands")
    yield* decide.reject(worktree, [other.id])
    for (let twice = 0; twice < 2; twice++) assert.deepStrictEqual(yield* back(...ids), ids.map(() => "pending"))
    assert.deepStrictEqual(yield* told, before)
    assert.deepStrictEqual([there("a.txt"), there("new"), there("kept"), existsSync(`${worktree.path}/gone`)], [numbered(60, ...whole), "n\n", "by hand\n", false])
    // of the other both sides are in the same place
    assert.deepStrictEqual(yield* back(other.id), ["ChangedHere"])
    assert.strictEqual(there("kept"), "by hand\n")
    // a part by itself, and what came meanwhile
    const part = ChangeId.make(crypto.randomUUID()), [a] = ids
    if (a === undefined) return assert.fail("a change stood")
    yield* decide.rejectHunks(worktree, a, part, [1])
    work("a.txt", numbered(60, [5, "first"], [50, "later"]))
    yield* turn("qwen")
    yield* rawGit(project.path, "gc", "--prune=now", "--quiet")
    assert.deepStrictEqual(yield* back(part), ["pending"])
    assert.strictEqual(there("a.txt"), numbered(60, ...whole, [50, "later"]))
    const [merged] = yield* told
    assert.deepStrictEqual([merged?.added, merged?.agents, merged?.manual, merged?.state], [3, ["goose", "qwen"].map((name) => AgentName.make(name)), false, "pending"])
    // it is that one now, and no decided one any more
    assert.deepStrictEqual((yield* (yield* ChangePort).decided(worktree.id, 99)).map(({ path, state }) => `${state} ${path}`), ["rejected kept"])
    yield* decide.apply(project, worktree, merged?.id ?? a)
    assert.deepStrictEqual(yield* back(merged?.id ?? a), ["ChangeMoved"])
    assert.strictEqual(yield* rawGit(project.path, "for-each-ref", "refs/boocode/landing"), "")
  }))

  it.effect("that was reverted stands as that, and is applied again", () => Effect.gen(function*() {
    const { changes, decide, mine, only, project, turn, work, worktree } = yield* world()
    work("a.txt", numbered(12, [5, "theirs"]))
    yield* turn("goose")
    const { id } = yield* only
    yield* decide.apply(project, worktree, id)
    // killed before it forgot what it had begun
    yield* rawGit(worktree.path, "add", "-A")
    yield* rawGit(worktree.path, "update-ref", `refs/boocode/landing/${id}/apply`, (yield* rawGit(worktree.path, "write-tree")).trim())
    yield* decide.revert(project, worktree, id)
    assert.strictEqual(mine("a.txt"), numbered(12))
    assert.deepStrictEqual((yield* changes.look(worktree)).changes.map((change) => [change.id, change.state, change.agents]), [[id, "reverted", [AgentName.make("goose")]]])
    assert.strictEqual((yield* decide.apply(project, worktree, id)).change.state, "applied")
    work("a.txt", numbered(12, [5, "theirs"], [9, "more"]))
    yield* turn("qwen")
    const newer = yield* only
    yield* decide.apply(project, worktree, newer.id)
    assert.strictEqual((yield* Effect.flip(decide.revert(project, worktree, id))).reason._tag, "ChangeMoved")
    yield* decide.revert(project, worktree, newer.id)
    yield* decide.revert(project, worktree, id)
    assert.strictEqual(mine("a.txt"), numbered(12))
    assert.deepStrictEqual((yield* changes.list(worktree.id)).map(({ added, agents }) => [added, agents]), [[2, ["goose", "qwen"].map((name) => AgentName.make(name))]])
  }))

  it.effect("is applied in parts, and what is left still names its makers", () => Effect.gen(function*() {
    const { changes, decide, mine, only, project, turn, work, worktree } = yield* world({ "a.txt": numbered(60).replaceAll("\n", "\r\n") + "caf\u00e9 without an end" })
    const whole = [[5, "first"], [30, "second"], [55, "third"]] as const
    const text = (...changed: ReadonlyArray<readonly [number, string]>) => numbered(60, ...changed).replaceAll("\n", "\r\n") + "caf\u00e9 without an end"
    work("a.txt", text(...whole))
    yield* turn("goose")
    const { id } = yield* only
    const part = ChangeId.make(crypto.randomUUID())
    for (let twice = 0; twice < 2; twice++) {
      const { change } = yield* decide.applyHunks(project, worktree, id, part, [1])
      assert.deepStrictEqual([change.id, change.state, change.added, change.removed], [part, "applied", 1, 1])
      assert.strictEqual(mine("a.txt"), text([30, "second"]))
    }
    assert.deepStrictEqual((yield* changes.list(worktree.id)).map(({ added, agents, removed }) => [added, removed, agents]), [[2, 2, [AgentName.make("goose")]]])
    for (const wrong of [[2], [], [-1]]) {
      const reason = (yield* Effect.flip(decide.applyHunks(project, worktree, (yield* only).id, ChangeId.make(crypto.randomUUID()), wrong))).reason
      assert.strictEqual(reason._tag, "NoSuchHunk")
    }
    const rest = yield* decide.applyHunks(project, worktree, (yield* only).id, ChangeId.make(crypto.randomUUID()), [0, 1])
    assert.strictEqual(rest.change.state, "applied")
    assert.strictEqual(mine("a.txt"), text(...whole))
    assert.deepStrictEqual(yield* changes.list(worktree.id), [])
    yield* decide.revert(project, worktree, rest.change.id)
    yield* decide.revert(project, worktree, part)
    assert.strictEqual(mine("a.txt"), text())
  }))

  it.effect("is applied in parts from two places at once: one part lands, the other waits to be looked at again", () => Effect.gen(function*() {
    const { changes, decide, mine, only, project, turn, work, worktree } = yield* world({ "a.txt": numbered(40) })
    const whole = numbered(40, [2, "one"], [38, "two"])
    work("a.txt", whole)
    yield* turn("goose")
    const { id } = yield* only
    const both = yield* Effect.all([0, 1].map((hunk) => Effect.result(decide.applyHunks(project, worktree, id, ChangeId.make(crypto.randomUUID()), [hunk]))), { concurrency: 2 })
    assert.deepStrictEqual(both.map((one) => Result.isSuccess(one) ? one.success.change.state : one.failure.reason._tag).toSorted(), ["ChangeMoved", "applied"])
    yield* changes.look(worktree)
    assert.deepStrictEqual((yield* changes.list(worktree.id)).map(({ added, removed, state }) => [added, removed, state]), [[1, 1, "pending"]])
    yield* decide.apply(project, worktree, (yield* only).id)
    assert.strictEqual(mine("a.txt"), whole)
  }))

  it.effect("of which the same part is sent twice at once is decided once, and told twice", () => Effect.gen(function*() {
    const { decide, mine, only, project, turn, work, worktree } = yield* world({ "a.txt": numbered(60) })
    work("a.txt", numbered(60, [2, "one"], [20, "two"], [38, "three"]))
    yield* turn("goose")
    const twice = (part: ChangeId, decision: Effect.Effect<Decision, WorkError>) =>
      Effect.map(Effect.all([decision, decision], { concurrency: 2 }), (all) => all.map(({ change }) => [change.id === part, change.state, change.added]))
    const first = ChangeId.make(crypto.randomUUID()), second = ChangeId.make(crypto.randomUUID())
    assert.deepStrictEqual(yield* twice(first, decide.applyHunks(project, worktree, (yield* only).id, first, [0])), [[true, "applied", 1], [true, "applied", 1]])
    assert.strictEqual(mine("a.txt"), numbered(60, [2, "one"]))
    assert.deepStrictEqual(yield* twice(second, decide.rejectHunks(worktree, (yield* only).id, second, [0])), [[true, "rejected", 1], [true, "rejected", 1]])
    assert.strictEqual(readFileSync(`${worktree.path}/a.txt`, "utf8"), numbered(60, [2, "one"], [38, "three"]))
  }))

  it.effect("is reverted in parts: they wait anew with their makers, and the rest stays applied, until that is reverted too", () => Effect.gen(function*() {
    const { changes, decide, mine, only, project, top, turn, work, worktree } = yield* world({ "a.txt": numbered(60) })
    work("a.txt", numbered(60, [2, "before"]))
    yield* turn("wren")
    yield* decide.apply(project, worktree, (yield* only).id)
    yield* rawGit(top, "commit", "-qam", "before")
    const was = [2, "before"] as const
    const whole = [was, [15, "first"], [30, "second"], [55, "third"]] as const
    work("a.txt", numbered(60, ...whole))
    yield* turn("goose")
    const { id } = yield* only
    yield* decide.apply(project, worktree, id)
    writeFileSync(`${top}/a.txt`, mine("a.txt").replace("line 45", "a person's"))
    const person = [45, "a person's"] as const
    const part = ChangeId.make(crypto.randomUUID())
    for (let twice = 0; twice < 2; twice++) {
      const { change } = yield* decide.revertHunks(project, worktree, id, part, [1])
      assert.deepStrictEqual([change.id, change.state, change.added, change.removed], [part, "reverted", 1, 1])
      assert.strictEqual(mine("a.txt"), numbered(60, was, [15, "first"], person, [55, "third"]))
      assert.strictEqual(readFileSync(`${worktree.path}/a.txt`, "utf8"), numbered(60, ...whole))
      // of those who made what was applied before nobody is named
      assert.deepStrictEqual((yield* changes.look(worktree)).changes.map(({ added, agents, id, manual, removed, state }) => [id, state, added, removed, agents, manual]),
        [[part, "reverted", 1, 1, [AgentName.make("goose")], false]])
    }
    for (const wrong of [[2], []]) assert.strictEqual((yield* Effect.flip(decide.revertHunks(project, worktree, id, ChangeId.make(crypto.randomUUID()), wrong))).reason._tag, "NoSuchHunk")
    // somebody wrote over it: nothing is touched, and it stays applied
    writeFileSync(`${top}/a.txt`, mine("a.txt").replace("third", "a person's third"))
    const clash = yield* decide.revertHunks(project, worktree, id, ChangeId.make(crypto.randomUUID()), [1])
    assert.deepStrictEqual([clash.change.id, clash.change.state, clash.marked === undefined], [id, "applied", false])
    writeFileSync(`${top}/a.txt`, mine("a.txt").replace("a person's third", "third"))
    // under what came after it, and all that is left is the change itself
    work("a.txt", numbered(60, ...whole, [20, "later"]))
    yield* turn("qwen")
    const newer = (yield* only).id
    yield* decide.apply(project, worktree, newer)
    assert.strictEqual((yield* Effect.flip(decide.revertHunks(project, worktree, id, ChangeId.make(crypto.randomUUID()), [1]))).reason._tag, "ChangeMoved")
    yield* decide.revert(project, worktree, newer)
    assert.strictEqual((yield* decide.revertHunks(project, worktree, id, ChangeId.make(crypto.randomUUID()), [1])).change.state, "reverted")
    assert.strictEqual(mine("a.txt"), numbered(60, was, [15, "first"], person))
    assert.deepStrictEqual((yield* only).agents, ["goose", "qwen"].map((name) => AgentName.make(name)))
    const last = yield* decide.revertHunks(project, worktree, id, ChangeId.make(crypto.randomUUID()), [0])
    assert.deepStrictEqual([last.change.id, last.change.state, mine("a.txt")], [id, "reverted", numbered(60, was, person)])
    const { added, agents, id: all } = yield* only
    assert.deepStrictEqual([added, agents], [4, ["goose", "qwen"].map((name) => AgentName.make(name))])
    assert.strictEqual((yield* Effect.flip(decide.revertHunks(project, worktree, id, ChangeId.make(crypto.randomUUID()), [0]))).reason._tag, "ChangeMoved")
    yield* decide.apply(project, worktree, all)
    assert.strictEqual(mine("a.txt"), numbered(60, ...whole, [20, "later"], person))
    assert.strictEqual(yield* rawGit(top, "for-each-ref", "refs/boocode/landing"), "")
  }))

  it.effect("stays within the project, whatever stands there", () => Effect.gen(function*() {
    const { decide, folder, project, top, turn, work, worktree } = yield* world()
    mkdirSync(`${worktree.path}/d`)
    work("d/x", "1\n")
    mkdirSync(`${worktree.path}/e`)
    work("e/x", "1\n")
    work("f", "1\n")
    mkdirSync(`${folder}/outside`)
    symlinkSync("../outside", `${top}/d`)
    writeFileSync(`${top}/e`, "a file")
    mkdirSync(`${top}/f`)
    const { changes: standing } = yield* turn("goose")
    const tags = yield* Effect.forEach(standing, ({ id }) => Effect.map(Effect.flip(decide.apply(project, worktree, id)), ({ reason }) => reason._tag))
    assert.deepStrictEqual(tags, ["Outside", "InTheWay", "InTheWay"])
    assert.deepStrictEqual([readdirSync(`${folder}/outside`), readFileSync(`${top}/e`, "utf8")], [[], "a file"])
  }))

  it.effect("is finished when it is asked again after its server died at any step", () => Effect.gen(function*() {
    for (const merged of [false, true]) {
      const { decide, mine, port, project, top, turn, work, worktree } = yield* world()
      work("a.txt", numbered(12, [2, "theirs"]))
      renameSync(`${worktree.path}/b.txt`, `${worktree.path}/c.txt`)
      if (merged) writeFileSync(`${top}/a.txt`, numbered(12, [10, "mine"]))
      const { changes: standing } = yield* turn("goose")
      // the disk has it, the database doesn't
      let isOver = false
      const killed = Effect.fail(new WorkError({ reason: { _tag: "Unrecorded", detail: "killed" } }))
      const dying = yield* Apply.pipe(Effect.provide(Layer.fresh(Apply.layer).pipe(Layer.provide(Layer.succeed(ChangePort, ChangePort.of({
        ...port, record: () => Effect.andThen(Effect.sync(() => { isOver = true }), killed), findAll: (ids) => Effect.suspend(() => isOver ? killed : port.findAll(ids))
      }))))))
      for (const { id } of standing) {
        isOver = false
        assert.strictEqual((yield* Effect.flip(dying.apply(project, worktree, id))).message, "killed")
      }
      const there = filesOf(top)
      // a rename half done
      writeFileSync(`${top}/b.txt`, "x\n")
      for (const { id } of standing) assert.strictEqual((yield* decide.apply(project, worktree, id)).change.state, "applied")
      assert.deepStrictEqual(filesOf(top), there)
      assert.strictEqual(mine("a.txt"), numbered(12, [2, "theirs"], ...(merged ? [[10, "mine"] as const] : [])))
    }
  }))

  it.effect("loses no edit that a person makes at the same time", () => Effect.gen(function*() {
    const { decide, mine, project, top, turn, work, worktree } = yield* world({ "a.txt": numbered(60) })
    for (let round = 0; round < 6; round++) {
      work("a.txt", numbered(60, [1, `theirs ${round}`]))
      const [change] = (yield* turn("goose")).changes
      if (change === undefined) continue
      const typing = Effect.forEach(Array.from({ length: 12 }), (_, at) => Effect.andThen(Effect.sleep("7 millis"), Effect.sync(() => appendFileSync(`${top}/a.txt`, `mine ${round} ${at}\n`))))
      yield* Effect.all([typing, Effect.exit(decide.apply(project, worktree, change.id))], { concurrency: 2 })
      yield* Effect.exit(decide.apply(project, worktree, change.id))
    }
    for (let round = 0; round < 6; round++) for (let at = 0; at < 12; at++) assert.include(mine("a.txt"), `mine ${round} ${at}\n`)
  }))

  it.effect("takes no write of another program's with it that comes in the last moment: merges with it, or names both sides", () => Effect.gen(function*() {
    for (const [at, state, text] of [
      [10, "applied", numbered(12, [2, "theirs"], [10, "mine"])], [2, "conflicted", numbered(12, [2, "mine"])]
    ] as const) {
      const { decide, mine, project, turn, work, worktree } = yield* world()
      work("a.txt", numbered(12, [2, "theirs"]))
      const [change] = (yield* turn("goose")).changes
      if (change === undefined) return assert.fail("a change stands")
      let times = 0
      const writes = (target: Buffer) => { if (times++ === 0) writeFileSync(target, numbered(12, [at, "mine"])) }
      const decided = yield* Effect.provideService(decide.apply(project, worktree, change.id), LastMoment, writes)
      assert.deepStrictEqual([decided.change.state, mine("a.txt"), times], [state, text, state === "applied" ? 2 : 1])
    }
    const { decide, mine, project, turn, work, worktree } = yield* world()
    work("a.txt", numbered(12, [2, "theirs"]))
    const [change] = (yield* turn("goose")).changes
    if (change === undefined) return assert.fail("a change stands")
    // a person who doesn't stop is told so, and has all that they wrote
    const { reason } = yield* Effect.flip(Effect.provideService(decide.apply(project, worktree, change.id), LastMoment, (target) => appendFileSync(target, "more\n")))
    assert.deepStrictEqual([reason._tag, mine("a.txt")], ["Restless", `${numbered(12)}${"more\n".repeat(3)}`])
  }))

  it.effect("and all others, applied, make the project what the worktree is; reverted, what it was", () => Effect.gen(function*() {
    for (const seed of [31, 32, 33]) {
      const random = randomFrom(seed)
      const { decide, project, top, turn, worktree } = yield* world()
      const before = filesOf(top)
      for (let n = 0; n < 14; n++) changeSomething(worktree.path, random)
      const { changes: standing } = yield* turn("goose")
      const applied: Array<(typeof standing)[number]> = []
      let left = standing
      for (let pass = 0; pass < 3; pass++) {
        const still: Array<(typeof standing)[number]> = []
        for (const change of left) {
          const exit = yield* Effect.result(decide.apply(project, worktree, change.id))
          if (exit._tag === "Success" && exit.success.change.state === "applied") applied.push(change)
          else still.push(change)
        }
        left = still
      }
      if (left.length === 0) {
        yield* rawGit(top, "add", "-A")
        yield* rawGit(worktree.path, "add", "-A")
        assert.strictEqual(yield* rawGit(top, "write-tree"), yield* rawGit(worktree.path, "write-tree"), `seed ${seed}`)
      }
      let back = applied.toReversed()
      for (let pass = 0; pass < 3; pass++) {
        const still: Array<(typeof standing)[number]> = []
        for (const change of back) {
          const exit = yield* Effect.result(decide.revert(project, worktree, change.id))
          if (exit._tag !== "Success" || exit.success.change.state !== "reverted") still.push(change)
        }
        back = still
      }
      assert.deepStrictEqual([back.length, left.length], [0, 0], `seed ${seed}`)
      assert.deepStrictEqual(filesOf(top), before, `seed ${seed}`)
    }
  }), 60_000)
})
