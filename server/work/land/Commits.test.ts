/** Changes landed as a commit, over real git: all or none of them, once however often, and nothing of anybody's lost. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { NodeServices } from "@effect/platform-node"
import { ChangeId } from "../../../shared/Change.ts"
import { AgentName } from "../../../shared/Ids.ts"
import { LandId, type LandOrder } from "../../../shared/Land.ts"
import { Environment } from "../../process/Environment.ts"
import { Commits } from "./Commits.ts"
import { Git } from "../git/Git.ts"
import { changeEveryKind, everyKind, filesOf, numbered } from "../change/workedProject.ts"
import { landServices, landTest, landWorld } from "./landWorld.ts"
import { testEnvironment } from "../git/temporaryRepository.ts"

const reasonOf = (commits: Commits["Service"], order: LandOrder) => Effect.map(Effect.flip(commits.commit(order)), ({ message, reason }) => ({ message, tag: reason._tag }))

layer(landTest, { excludeTestServices: true, timeout: "2 minutes" })("on the checkout's branch", (it) => {
  it.effect("changes of every kind become one commit, once, and the files and the index follow", () => Effect.gen(function*() {
    const { changes, commits, git, order, top, turn, work, worktree } = yield* landWorld(everyKind)
    work("edit", "1\n2\n")
    yield* turn("goose")
    changeEveryKind(worktree.path)
    const { changes: standing } = yield* turn("qwen")
    assert.strictEqual(standing.length, 7)
    const landing = order(standing, { message: "Do it\n\nBecause.\n" })
    const first = yield* commits.commit(landing), again = yield* commits.commit(landing)
    assert.deepStrictEqual(again, first)
    assert.strictEqual(first._tag === "Landed" && first.commit, yield* git("rev-parse", "main"))
    assert.deepStrictEqual(new Set(first.changes.map(({ state }) => state)), new Set(["applied"]))
    assert.strictEqual(yield* git("log", "--format=%s", "main"), "Do it\nfirst")
    assert.strictEqual(yield* git("log", "-1", "--format=%B%an <%ae>"),
      "Do it\n\nBecause.\n\nCo-authored-by: qwen <qwen@agents.boocode.invalid>\nCo-authored-by: goose <goose@agents.boocode.invalid>\nt <t@t>")
    assert.deepStrictEqual(filesOf(top), filesOf(worktree.path))
    assert.strictEqual(yield* git("status", "--porcelain"), "")
    assert.strictEqual(yield* git("diff-files", "--name-only"), "")
    assert.strictEqual(yield* git("reflog", "-1", "--format=%gs", "HEAD"), "commit: Do it")
    assert.strictEqual(yield* git("for-each-ref", "refs/boocode/landing"), "")
    assert.deepStrictEqual(yield* changes.list(worktree.id), [])
    work("edit", "1\n2\n3\n")
    const [next] = (yield* turn("codex")).changes
    assert.deepStrictEqual([next?.path, next?.added, next?.agents], ["edit", 1, [AgentName.make("codex")]])
    assert.notInclude(yield* git("fsck", "--full"), "missing")
  }))

  it.effect("some land and the others stay, on commits that were made meanwhile", () => Effect.gen(function*() {
    const { changes, commits, git, mine, order, turn, work, worktree, write } = yield* landWorld()
    work("a.txt", numbered(12, [2, "theirs"]))
    work("b.txt", "y\n")
    const { changes: standing } = yield* turn("goose")
    write("a.txt", numbered(12, [11, "mine"]))
    yield* git("commit", "-qam", "meanwhile")
    const result = yield* commits.commit(order(standing.filter(({ path }) => path === "a.txt")))
    assert.strictEqual(result._tag, "Landed")
    assert.strictEqual(mine("a.txt"), numbered(12, [2, "theirs"], [11, "mine"]))
    assert.strictEqual(yield* git("show", "HEAD:a.txt"), numbered(12, [2, "theirs"], [11, "mine"]).trimEnd())
    assert.strictEqual(yield* git("show", "HEAD:b.txt"), "x")
    assert.strictEqual(yield* git("status", "--porcelain"), "")
    assert.deepStrictEqual((yield* changes.list(worktree.id)).map(({ path }) => path), ["b.txt"])
  }))

  it.effect("what is dirty or staged stays so, in the same files too", () => Effect.gen(function*() {
    const { commits, git, mine, order, turn, work, write } = yield* landWorld({ "a.txt": numbered(30), "b.txt": "x\n", "c.txt": "c\n", "gone": "g\n" })
    work("a.txt", numbered(30, [2, "theirs"]))
    const { changes: standing } = yield* turn("goose")
    write("a.txt", numbered(30, [20, "staged"]))
    write("b.txt", "staged\n")
    rmSync(`${(yield* git("rev-parse", "--show-toplevel"))}/gone`)
    yield* git("add", "a.txt", "b.txt", "gone")
    write("a.txt", numbered(30, [20, "staged"], [28, "dirty"]))
    write("b.txt", "dirty\n")
    write("c.txt", "dirty\n")
    write("untracked", "u\n")
    assert.strictEqual((yield* commits.targets((order(standing)).sessionId)).staged, true)
    assert.strictEqual((yield* commits.commit(order(standing)))._tag, "Landed")
    assert.strictEqual(yield* git("show", "HEAD:a.txt"), numbered(30, [2, "theirs"]).trimEnd())
    assert.strictEqual(yield* git("show", ":a.txt"), numbered(30, [2, "theirs"], [20, "staged"]).trimEnd())
    assert.strictEqual(mine("a.txt"), numbered(30, [2, "theirs"], [20, "staged"], [28, "dirty"]))
    assert.strictEqual(yield* git("status", "--porcelain"), "MM a.txt\nMM b.txt\n M c.txt\nD  gone\n?? untracked")
    assert.deepStrictEqual([yield* git("show", ":b.txt"), mine("b.txt"), mine("untracked")], ["staged", "dirty\n", "u\n"])
    assert.strictEqual(yield* git("diff-tree", "--name-only", "-r", "--no-commit-id", "HEAD"), "a.txt")
  }))

  it.effect("what can't be merged lands nothing, and is named", () => Effect.gen(function*() {
    for (const kind of ["committed", "dirty", "staged", "folder"]) {
      const { commits, everything, git, order, port, top, turn, work, worktree, write } = yield* landWorld()
      work("a.txt", numbered(12, [2, "theirs"]))
      work("b.txt", "y\n")
      work("new", "n\n")
      const { changes: standing } = yield* turn("goose")
      if (kind === "folder") {
        mkdirSync(`${top}/new`)
        write("new/inner", "i\n")
        yield* git("add", "-A")
      } else write("a.txt", numbered(12, [2, "mine"]))
      if (kind === "committed" || kind === "folder") yield* git("commit", "-qam", "meanwhile")
      if (kind === "staged") {
        yield* git("add", "a.txt")
        write("a.txt", numbered(12))
      }
      const before = yield* everything
      const result = yield* commits.commit(order(standing))
      const name = kind === "folder" ? "new" : "a.txt"
      assert.deepStrictEqual([result._tag, result.changes.map(({ path, state }) => `${path} ${state}`)], ["Conflicted", [`${name} conflicted`]], kind)
      assert.deepStrictEqual(yield* everything, before, kind)
      assert.deepStrictEqual((yield* port.load(worktree.id)).live.map(({ path, state }) => `${path} ${state}`).filter((row) => row.endsWith("conflicted")), [`${name} conflicted`])
      // the others land without it
      const rest = yield* commits.commit(order(standing.filter(({ path }) => path !== name)))
      assert.strictEqual(rest._tag, "Landed", kind)
    }
  }))

  it.effect("is refused in words where it can't be, and nothing is touched", () => Effect.gen(function*() {
    const world = yield* landWorld()
    const { commits, everything, folder, git, order, top, turn, work } = world
    work("a.txt", numbered(12, [2, "theirs"]))
    const { changes: standing } = yield* turn("goose")
    const refused = (says: string, more: Partial<LandOrder> = {}) => Effect.gen(function*() {
      const before = yield* everything
      const { message, tag } = yield* reasonOf(commits, order(standing, more))
      assert.include(message, says)
      assert.deepStrictEqual(yield* everything, before)
      return tag
    })
    work("b.txt", `<<<<<<< ${"a".repeat(40)}\nmine\n`)
    const { changes: marked } = yield* turn("goose")
    const unmerged = yield* reasonOf(commits, order(marked))
    assert.deepStrictEqual([unmerged.tag, unmerged.message.startsWith("b.txt still has the marks of a merge")], ["Unmerged", true])
    work("b.txt", "x\n")
    yield* turn("goose")
    yield* git("checkout", "-q", "--detach")
    assert.strictEqual(yield* refused("on no branch"), "Detached")
    yield* git("checkout", "-q", "main")
    yield* git("worktree", "add", "-q", "--force", `${folder}/twin`, "main")
    assert.strictEqual(yield* refused(`checked out in ${folder}/twin`), "BranchShared")
    yield* git("worktree", "remove", `${folder}/twin`)
    writeFileSync(`${top}/.git/MERGE_HEAD`, `${yield* git("rev-parse", "HEAD")}\n`)
    assert.strictEqual(yield* refused("merge is under way"), "Underway")
    rmSync(`${top}/.git/MERGE_HEAD`)
    assert.strictEqual(yield* refused("can't be the name", { branch: "a..b" }), "BadBranch")
    assert.strictEqual(yield* refused("can't be the name", { branch: "--force" }), "BadBranch")
    for (const branch of ["@", "refs/heads/q", "HEAD"]) assert.strictEqual(yield* refused("can't be the name", { branch }), "BadBranch")
    assert.strictEqual(yield* refused("is a branch main already, checked out in", { branch: "main" }), "BranchTaken")
    assert.strictEqual(yield* refused("is a branch main already", { branch: "main/x" }), "BranchTaken")
    assert.strictEqual(yield* refused("no such change", { changeIds: [ChangeId.make(crypto.randomUUID())] }), "UnknownChange")
    world.write("a.txt", numbered(12, [2, "theirs"]))
    yield* git("commit", "-qam", "by hand")
    assert.strictEqual(yield* refused("has all of that already"), "NothingToLand")
    yield* git("checkout", "-q", "--orphan", "unborn")
    const { tag } = yield* reasonOf(commits, order(standing))
    assert.strictEqual(tag, "NoCommit")
  }))

  it.effect("where a step is refused everything is as it was", () => Effect.gen(function*() {
    const { commits, everything, git, mine, order, top, turn, work, write } = yield* landWorld({ "a.txt": numbered(30), "b.txt": "x\n" })
    work("a.txt", numbered(30, [2, "theirs"]))
    rmSync(`${top}/../worktree/b.txt`)
    work("new", "n\n")
    const { changes: standing } = yield* turn("goose")
    write("a.txt", numbered(30, [20, "dirty"]))
    const before = yield* everything
    // the index can't be written
    writeFileSync(`${top}/.git/index.lock`, "")
    const landing = order(standing)
    assert.strictEqual((yield* reasonOf(commits, landing)).tag, "Locked")
    rmSync(`${top}/.git/index.lock`)
    assert.deepStrictEqual(yield* everything, before)
    // nor can the branch be moved
    writeFileSync(`${top}/.git/refs/heads/main.lock`, "")
    assert.strictEqual((yield* reasonOf(commits, landing)).tag, "BranchMoved")
    rmSync(`${top}/.git/refs/heads/main.lock`)
    assert.deepStrictEqual(yield* everything, before)
    assert.strictEqual((yield* commits.commit(landing))._tag, "Landed")
    assert.strictEqual(mine("a.txt"), numbered(30, [2, "theirs"], [20, "dirty"]))
    assert.strictEqual(yield* git("status", "--porcelain"), " M a.txt")
  }))

  it.effect("a commit that is made in the midst of it is kept, and landed upon", () => Effect.gen(function*() {
    const { commits, folder, git, mine, order, top, turn, work } = yield* landWorld({ "a.txt": numbered(12), "b.txt": "x\n" })
    // a filter runs when files are carried: it commits, once
    writeFileSync(`${folder}/meddle`, `#!/bin/sh\nif [ ! -e ${folder}/done ]; then : > ${folder}/done; unset GIT_INDEX_FILE
      git -C ${top} update-ref refs/heads/main $(git -C ${top} commit-tree -p main -m meanwhile $(git -C ${top} rev-parse 'main^{tree}')); fi\ncat\n`, { mode: 0o755 })
    yield* git("config", "filter.meddle.smudge", `${folder}/meddle`)
    writeFileSync(`${top}/.git/info/attributes`, "a.txt filter=meddle\n")
    work("a.txt", numbered(12, [2, "theirs"]))
    const { changes: standing } = yield* turn("goose")
    assert.strictEqual((yield* commits.commit(order(standing)))._tag, "Landed")
    assert.strictEqual(yield* git("log", "--format=%s"), "Do it\nmeanwhile\nfirst")
    assert.strictEqual(mine("a.txt"), numbered(12, [2, "theirs"]))
    assert.strictEqual(yield* git("status", "--porcelain"), "")
  }))
})

layer(landTest, { excludeTestServices: true, timeout: "2 minutes" })("on a new branch", (it) => {
  it.effect("no file of the checkout is touched, from a detached HEAD too", () => Effect.gen(function*() {
    const { changes, commits, everything, git, order, sessionId, turn, work, worktree, write } = yield* landWorld()
    work("a.txt", numbered(12, [2, "theirs"]))
    const { changes: standing } = yield* turn("goose")
    write("a.txt", numbered(12, [2, "dirty"]))
    yield* git("checkout", "-q", "--detach")
    const before = (yield* everything).filter((line) => !line.includes("refs/heads"))
    const { branch, message, suggested } = yield* commits.targets(sessionId)
    assert.deepStrictEqual([branch, suggested, message], [null, "a-session", "A session"])
    const landing = order(standing, { branch: "feature/one" })
    const result = yield* commits.commit(landing)
    assert.deepStrictEqual(yield* commits.commit(landing), result)
    assert.deepStrictEqual(result._tag === "Landed" && [result.branch, result.commit], ["feature/one", yield* git("rev-parse", "feature/one")])
    assert.deepStrictEqual((yield* everything).filter((line) => !line.includes("refs/heads")), before)
    assert.strictEqual(yield* git("show", "feature/one:a.txt"), numbered(12, [2, "theirs"]).trimEnd())
    assert.strictEqual(yield* git("rev-parse", "feature/one^"), yield* git("rev-parse", "HEAD"))
    assert.deepStrictEqual(yield* changes.list(worktree.id), [])
  }))

  it.effect("an id lands what it was first asked for, and nothing else", () => Effect.gen(function*() {
    const { commits, git, order, turn, work } = yield* landWorld()
    work("a.txt", numbered(12, [2, "theirs"]))
    work("b.txt", "y\n")
    const { changes: standing } = yield* turn("goose")
    const id = LandId.make(crypto.randomUUID())
    yield* commits.commit(order(standing.slice(0, 1), { id, branch: "one" }))
    assert.strictEqual((yield* reasonOf(commits, order(standing, { id, branch: "one" }))).tag, "LandedOtherwise")
    // over is over, whatever becomes of the branch
    yield* git("branch", "-q", "-D", "one")
    assert.strictEqual((yield* commits.commit(order(standing.slice(0, 1), { id, branch: "one" })))._tag, "Landed")
    assert.strictEqual(yield* git("branch", "--list", "one"), "")
  }))
})

const { PATH } = testEnvironment
const nobody = landServices.pipe(Layer.provideMerge(Git.layer), Layer.provideMerge(NodeServices.layer),
  Layer.provide(Layer.succeed(Environment, { PATH, HOME: "/nonexistent", GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" })))

layer(nobody, { excludeTestServices: true })("a landing by nobody", (it) => {
  it.effect("is refused with what to do, and nothing is touched", () => Effect.gen(function*() {
    const { commits, everything, git, order, turn, work } = yield* landWorld()
    work("a.txt", numbered(12, [2, "theirs"]))
    const { changes: standing } = yield* turn("goose")
    const before = yield* everything
    const { message, tag } = yield* reasonOf(commits, order(standing))
    assert.strictEqual(tag, "NoIdentity")
    assert.include(message, "git config --global user.name")
    assert.deepStrictEqual(yield* everything, before)
    yield* git("config", "user.name", "Somebody")
    yield* git("config", "user.email", "s@s")
    yield* commits.commit(order(standing))
    assert.strictEqual(yield* git("log", "-1", "--format=%an %cn"), "Somebody Somebody")
  }))
})
