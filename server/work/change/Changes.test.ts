/** Changes over real git: who made what, through every kind of change, turns side by side, and hands between them. */
import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, FileSystem, Layer, Stream } from "effect"
import { CheckpointId, type PendingChange } from "../../../shared/Change.ts"
import { AgentName, ChatId, ProjectId, TurnId, WorktreeId } from "../../../shared/Ids.ts"
import type { Worktree } from "../../../shared/Session.ts"
import { ChangePort } from "./ChangePort.ts"
import { Changes } from "./Changes.ts"
import type { WorktreeTurn } from "./Running.ts"
import { Checkpoints } from "./Checkpoints.ts"
import { bytesOfPath } from "../git/PathText.ts"
import { changeSomething, randomFrom } from "../git/randomFiles.ts"
import { makeRepository, rawGit, temporaryFolder, testGit } from "../git/temporaryRepository.ts"

const turnOf = (agent: string) => ({ turnId: TurnId.make(crypto.randomUUID()), chatId: ChatId.make(crypto.randomUUID()), agent: AgentName.make(agent) })

const world = Effect.fnUntraced(function*(files: Readonly<Record<string, string>> = { "a.txt": "1\n2\n3\n", "b.txt": "x\n" }) {
  const fs = yield* FileSystem.FileSystem
  const project = yield* makeRepository(`${yield* temporaryFolder}/project`, files)
  const top = `${project}-worktree`
  yield* rawGit(project, "worktree", "add", "-q", "-b", "b", top)
  const worktree: Worktree = {
    id: WorktreeId.make(crypto.randomUUID()), sessionId: null, projectId: ProjectId.make(crypto.randomUUID()), path: top, branch: "b",
    baseCommit: (yield* rawGit(project, "rev-parse", "HEAD")).trim(), state: "ready"
  }
  return { fs, project, top, worktree, changes: yield* Changes, port: yield* ChangePort, write: (name: string, text: string) => fs.writeFileString(`${top}/${name}`, text) }
})

const told = (changes: ReadonlyArray<PendingChange>) => changes.map(({ added, agents, manual, operation, path, removed }) =>
  `${operation} ${path} +${added} -${removed} ${[...agents, ...(manual ? ["manual"] : [])].join(",")}`)

/** Handed over long ago, so that nothing on disk is later; or just now. */
const longAfter = 9_000_000_000_000

const services = Changes.layer.pipe(Layer.provideMerge(Checkpoints.layer), Layer.provideMerge(ChangePort.layerMemory), Layer.provideMerge(testGit))

layer(services, { excludeTestServices: true, timeout: "2 minutes" })("pending changes", (it) => {
  it.effect("name the agents of the turns, and hands between them", () => Effect.gen(function*() {
    const { changes, fs, port, top, worktree, write } = yield* world()
    const goose = turnOf("goose"), qwen = turnOf("qwen")
    yield* write("by hand", "1\n")
    yield* changes.began(worktree, goose, longAfter)
    yield* write("a.txt", "1\n2\n3\n4\n")
    yield* write("new", "n\n")
    yield* changes.ended(worktree, goose)
    yield* changes.began(worktree, qwen, longAfter)
    yield* write("a.txt", "1\n2\n3\n4\n5\n")
    yield* fs.remove(`${top}/b.txt`)
    yield* changes.ended(worktree, qwen)
    yield* write("new", "n\nm\n")
    const { changes: standing } = yield* changes.look(worktree)
    assert.deepStrictEqual(told(standing), ["edit a.txt +2 -0 goose,qwen", "delete b.txt +0 -1 qwen", "create by hand +1 -0 manual", "create new +2 -0 goose,manual"])
    assert.deepStrictEqual(yield* changes.list(worktree.id), standing)
    const checkpoints = yield* port.checkpoints(worktree.id, 100)
    assert.deepStrictEqual(checkpoints.toReversed().map(({ at, files }) => [at._tag, files.map(({ path }) => path)]), [
      ["TurnStarted", ["by hand"]], ["TurnEnded", ["a.txt", "new"]], ["TurnStarted", []], ["TurnEnded", ["a.txt", "b.txt"]], ["Seen", ["new"]]
    ])
    const history = yield* port.history(worktree.id, 100)
    assert.strictEqual(history.filter(({ path }) => path === "new").length, 2)
  }))

  it.effect("keep what a turn left as its end, though a look that came first has seen all of it", () => Effect.gen(function*() {
    const { changes, port, worktree, write } = yield* world()
    const goose = turnOf("goose")
    yield* changes.began(worktree, goose, longAfter)
    yield* write("a.txt", "1\n2\n3\n4\n")
    const [look, end] = yield* changes.alone(worktree.id, Effect.gen(function*() {
      // both wait for the worktree, and the look is first
      const look = yield* Effect.forkChild(changes.look(worktree), { startImmediately: true })
      const end = yield* Effect.forkChild(changes.ended(worktree, goose), { startImmediately: true })
      return [look, end] as const
    }))
    assert.deepStrictEqual(told((yield* Fiber.join(look)).changes), ["edit a.txt +1 -0 goose"])
    yield* Fiber.join(end)
    const rows = yield* port.checkpoints(worktree.id, 100)
    assert.deepStrictEqual(rows.toReversed().map(({ at }) => at), [{ _tag: "TurnStarted", turnId: goose.turnId }, rows[1]?.at, { _tag: "TurnEnded", turnId: goose.turnId }])
  }))

  it.effect("that a person makes while a turn runs are by hand, and what the agent makes then is not", () => Effect.gen(function*() {
    const { changes, fs, top, worktree, write } = yield* world()
    const goose = turnOf("goose")
    yield* changes.began(worktree, goose, longAfter)
    yield* write("a.txt", "1\n2\n3\n4\n")
    yield* changes.byHand(worktree, write("mine", "m\n"), () => ["mine"])
    yield* changes.byHand(worktree, fs.remove(`${top}/b.txt`), () => ["b.txt"])
    yield* changes.byHand(worktree, write("a.txt", "1\n2\n3\n4\n5\n"), () => ["a.txt"])
    yield* changes.byHand(worktree, Effect.void, () => [])
    yield* write("new", "n\n")
    const { changes: standing } = yield* changes.ended(worktree, goose)
    assert.deepStrictEqual(told(standing), ["edit a.txt +2 -0 goose,manual", "delete b.txt +0 -1 manual", "create mine +1 -0 manual", "create new +1 -0 goose"])
  }))

  it.effect("of turns side by side go to who reported them, else to all", () => Effect.gen(function*() {
    const { changes, worktree, write } = yield* world()
    const goose = turnOf("goose"), qwen = turnOf("qwen")
    yield* changes.began(worktree, goose, longAfter)
    yield* write("alone", "goose\n")
    yield* changes.began(worktree, qwen, longAfter)
    yield* write("reported", "qwen\n")
    yield* changes.reported(worktree.id, qwen.turnId, ["reported"])
    yield* write("silent", "?\n")
    yield* changes.ended(worktree, goose)
    yield* write("after", "qwen\n")
    const { changes: standing } = yield* changes.ended(worktree, qwen)
    assert.deepStrictEqual(told(standing), ["create after +1 -0 qwen", "create alone +1 -0 goose", "create reported +1 -0 qwen", "create silent +1 -0 goose,qwen"])
  }))

  it.effect("of turns side by side are not one's for what it reported before", () => Effect.gen(function*() {
    const { changes, worktree, write } = yield* world()
    const goose = turnOf("goose"), qwen = turnOf("qwen")
    yield* changes.began(worktree, goose, longAfter)
    yield* changes.began(worktree, qwen, longAfter)
    yield* write("a.txt", "goose\n")
    yield* changes.reported(worktree.id, goose.turnId, ["a.txt"])
    assert.deepStrictEqual(told((yield* changes.look(worktree)).changes), ["edit a.txt +1 -3 goose"])
    yield* write("a.txt", "qwen\n")
    assert.deepStrictEqual(told((yield* changes.ended(worktree, qwen)).changes), ["edit a.txt +1 -3 goose,qwen"])
  }))

  it.effect("made after the hand-over are the turn's, though its checkpoint comes late", () => Effect.gen(function*() {
    const { changes, worktree, write } = yield* world()
    const goose = turnOf("goose")
    yield* write("by hand", "1\n")
    yield* Effect.sleep("30 millis")
    const handedOver = Date.now()
    yield* Effect.sleep("30 millis")
    yield* write("quick", "1\n")
    const { changes: early, checkpoint } = yield* changes.began(worktree, goose, handedOver)
    assert.deepStrictEqual([told(early), checkpoint.left], [["create by hand +1 -0 manual"], ["quick"]])
    assert.deepStrictEqual(told((yield* changes.ended(worktree, goose)).changes), ["create by hand +1 -0 manual", "create quick +1 -0 goose"])
  }))

  it.effect("are no turn's end where another's prompt was handed over before they were looked at", () => Effect.gen(function*() {
    const { changes, worktree, write } = yield* world()
    const goose = turnOf("goose"), qwen = turnOf("qwen"), late = turnOf("goose")
    const endOf = ({ turnId }: WorktreeTurn) => Effect.map(changes.checkpoints(worktree.id, 10), (rows) => rows.filter(({ at }) => at._tag === "TurnEnded" && at.turnId === turnId).length)
    yield* changes.began(worktree, goose, longAfter)
    yield* write("a.txt", "goose\n")
    yield* changes.began(worktree, qwen, longAfter)
    yield* changes.ended(worktree, goose)
    assert.strictEqual(yield* endOf(goose), 1)
    yield* changes.over(worktree.id, [qwen])
    yield* changes.handedOver(worktree.id, late, longAfter)
    yield* changes.ended(worktree, qwen)
    assert.strictEqual(yield* endOf(qwen), 0)
    yield* changes.began(worktree, late, longAfter)
    yield* changes.ended(worktree, late)
    assert.strictEqual(yield* endOf(late), 1)
  }))

  it.effect("of turns that a dead server ran are still theirs", () => Effect.gen(function*() {
    const { changes, worktree, write } = yield* world()
    const goose = turnOf("goose"), qwen = turnOf("qwen")
    yield* write("both", "1\n")
    assert.deepStrictEqual(told((yield* changes.interrupted(worktree, [goose, qwen])).changes), ["create both +1 -0 goose,qwen"])
    yield* write("later", "1\n")
    assert.deepStrictEqual(told((yield* changes.look(worktree)).changes), ["create both +1 -0 goose,qwen", "create later +1 -0 manual"])
  }))

  it.effect("go back with the files to a turn's end, name who made them then, and come again", () => Effect.gen(function*() {
    const { changes, fs, top, worktree, write } = yield* world()
    const goose = turnOf("goose"), qwen = turnOf("qwen")
    yield* write("a.txt", "goose\n")
    yield* changes.ended(worktree, goose)
    yield* write("new", "qwen\n")
    const { changes: all } = yield* changes.ended(worktree, qwen)
    yield* write("new", "qwen\nby hand\n")
    const [, first] = yield* changes.checkpoints(worktree.id, 10)
    const id = () => CheckpointId.make(crypto.randomUUID())
    const { before, standing } = yield* changes.rewind(worktree, first?.tree ?? "", id())
    assert.deepStrictEqual(told(standing.changes), ["edit a.txt +1 -3 goose"])
    assert.isFalse(yield* fs.exists(`${top}/new`))
    assert.strictEqual(all.length, 2)
    const again = yield* changes.rewind(worktree, before.tree, id())
    assert.deepStrictEqual(told(again.standing.changes), ["edit a.txt +1 -3 goose", "create new +2 -0 qwen,manual"])
    assert.strictEqual(yield* fs.readFileString(`${top}/new`), "qwen\nby hand\n")
    assert.deepStrictEqual((yield* changes.checkpoints(worktree.id, 10)).map(({ at, files }) => [at._tag, files.length]),
      [["Rewound", 0], ["Rewinding", 0], ["Rewound", 0], ["Rewinding", 1], ["TurnEnded", 1], ["TurnEnded", 1]])
  }))

  it.effect("that can't be looked at stand as they were, and say why and since when until they can", () => Effect.gen(function*() {
    const { changes, fs, top, worktree, write } = yield* world()
    yield* write("a.txt", "1\n2\n3\n4\n")
    const { changes: standing } = yield* changes.look(worktree)
    const { lookedAt, problem } = yield* changes.seen(worktree.id)
    assert.isNull(problem)
    // one that was told, in the order of the tellings
    const pulses = yield* Effect.forkChild(Stream.runCollect(Stream.take(changes.pulses, 2)), { startImmediately: true })
    const link = yield* fs.readFileString(`${top}/.git`)
    yield* fs.writeFileString(`${top}/.git`, "gitdir: /nonexistent\n")
    yield* write("a.txt", "1\n")
    const { message } = yield* Effect.flip(changes.look(worktree))
    const failing = yield* changes.seen(worktree.id)
    assert.deepStrictEqual([failing.lookedAt, failing.problem?.sentence], [lookedAt, message])
    assert.isAtLeast(failing.problem?.since ?? 0, lookedAt ?? Infinity)
    // again, by the end of a turn: it is the same problem, and as old
    yield* Effect.flip(changes.ended(worktree, turnOf("goose")))
    assert.deepStrictEqual(yield* changes.seen(worktree.id), failing)
    assert.deepStrictEqual(yield* changes.list(worktree.id), standing)
    yield* fs.writeFileString(`${top}/.git`, link)
    assert.deepStrictEqual(told((yield* changes.look(worktree)).changes), ["edit a.txt +0 -2 goose,manual"])
    assert.isNull((yield* changes.seen(worktree.id)).problem)
    assert.deepStrictEqual([...(yield* Fiber.join(pulses))], [worktree.id, worktree.id])
  }))

  it.effect("name what is left out of them, though nothing else has changed, and no longer than it is", () => Effect.gen(function*() {
    const { changes, fs, top, worktree } = yield* world()
    yield* changes.look(worktree)
    yield* changes.look(worktree)
    const pulses = yield* Effect.forkChild(Stream.runCollect(Stream.take(changes.pulses, 2)), { startImmediately: true })
    yield* rawGit(top, "init", "-q", "theirs")
    yield* changes.look(worktree)
    assert.deepStrictEqual((yield* changes.seen(worktree.id)).skipped.map(({ path, why }) => [path, why]), [["theirs", "repository"]])
    yield* fs.remove(`${top}/theirs`, { recursive: true })
    yield* changes.look(worktree)
    assert.deepStrictEqual((yield* changes.seen(worktree.id)).skipped, [])
    yield* Fiber.join(pulses)
  }))

  it.effect("of a folder that is gone are not deletions, nor where it goes while it is looked at", () => Effect.gen(function*() {
    const { changes, fs, port, project, top, worktree, write } = yield* world()
    yield* write("a.txt", "1\n2\n3\n4\n")
    const { changes: standing } = yield* changes.look(worktree)
    const checkpoints = yield* Checkpoints
    const away = Effect.orDie(fs.rename(top, `${top}-away`))
    // the look is had, and then there is no folder any more
    const late = Layer.succeed(Checkpoints, Checkpoints.of({
      ...checkpoints, take: (...of) => Effect.orDie(fs.remove(`${top}/b.txt`)).pipe(Effect.andThen(checkpoints.take(...of)), Effect.tap(() => away))
    }))
    const isGone = Effect.fnUntraced(function*({ look }: Changes["Service"]) {
      assert.strictEqual((yield* Effect.flip(look(worktree))).reason._tag, "Vanished")
      assert.deepStrictEqual([yield* changes.list(worktree.id), (yield* port.checkpoints(worktree.id, 9)).length], [standing, 1])
      yield* fs.rename(`${top}-away`, top)
    })
    yield* Effect.andThen(away, isGone(changes))
    yield* isGone(yield* Effect.provide(Changes, Layer.fresh(Changes.layer).pipe(Layer.provide(late))))
    assert.include(yield* rawGit(project, "worktree", "list"), top)
  }))

  it.effect("that vanish are gone, and a look that sees nothing leaves nothing", () => Effect.gen(function*() {
    const { changes, port, worktree, write } = yield* world()
    yield* write("b.txt", "y\n")
    assert.strictEqual((yield* changes.look(worktree)).changes.length, 1)
    yield* write("b.txt", "x\n")
    assert.deepStrictEqual((yield* changes.look(worktree)).changes, [])
    yield* Effect.all([changes.look(worktree), changes.look(worktree)], { concurrency: 2 })
    assert.strictEqual((yield* port.checkpoints(worktree.id, 100)).length, 2)
    assert.strictEqual((yield* port.history(worktree.id, 100)).length, 1)
  }))

  it.effect("lose no maker and invent none, over random work of two agents and a person", () => Effect.gen(function*() {
    for (const seed of [21, 22, 23]) {
      const random = randomFrom(seed)
      const { changes, port, top, worktree } = yield* world()
      const touched = new Map<string, Set<string>>(), related = new Set<string>()
      let last = worktree.baseCommit
      for (let round = 0; round < 14; round++) {
        const who = ["goose", "qwen", "manual"][random(3)] ?? "manual"
        const turn = turnOf(who)
        if (who !== "manual") yield* changes.began(worktree, turn, longAfter)
        for (let n = 0; n <= random(5); n++) changeSomething(top, random)
        const { changes: standing, checkpoint: { tree } } = who === "manual" ? yield* changes.look(worktree) : yield* changes.ended(worktree, turn)
        for (const path of (yield* rawGit(top, "diff-tree", "-r", "--name-only", "--no-renames", last, tree)).split("\n").filter((line) => line !== "")) {
          touched.set(path, new Set([...(touched.get(path) ?? []), who]))
        }
        last = tree
        for (const { files } of yield* port.checkpoints(worktree.id, 1)) {
          for (const { oldPath, path } of files) if (oldPath !== null) { related.add(path).add(oldPath) }
        }
        const plain = (yield* rawGit(top, "diff", "--numstat", worktree.baseCommit, tree)).trim().split("\n").filter((line) => line !== "")
        assert.strictEqual(standing.length, plain.length)
        for (const { agents, manual, oldPath, path } of standing) {
          const names = [...agents, ...(manual ? ["manual"] : [])].toSorted()
          const own = [...new Set([...(touched.get(gitName(path)) ?? []), ...(oldPath === null ? [] : touched.get(gitName(oldPath)) ?? [])])].toSorted()
          if (related.has(path) || (oldPath !== null && related.has(oldPath))) assert.includeMembers(names, own, `seed ${seed}: ${path}`)
          else assert.deepStrictEqual(names, own, `seed ${seed}: ${path}`)
        }
      }
    }
  }), 120_000)
})

/** As git prints a name without `-z`: quoted where it must be, with every byte that is not ASCII. */
const gitName = (path: string): string => {
  const bytes = bytesOfPath(path)
  if (bytes.every((byte) => byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c)) return path
  const signs = Array.from(bytes, (byte) => {
    if (byte === 0x0a) return "\\n"
    if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`
    return byte < 0x20 || byte >= 0x7f ? `\\${byte.toString(8).padStart(3, "0")}` : String.fromCharCode(byte)
  })
  return `"${signs.join("")}"`
}


