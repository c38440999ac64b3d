/** Files of a worktree, listed, found, searched, read and staged, and kept within it. Guards drill 12: `..` and symlink escapes. */
import { mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, unlinkSync, writeFileSync, chmodSync } from "node:fs"
import { createHash } from "node:crypto"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer, Option, Stream } from "effect"
import { ProjectId, SessionId, WorktreeId } from "../../../shared/Ids.ts"
import { findFiles } from "./FileFinding.ts"
import { Files } from "./Files.ts"
import { matchOf } from "./FileSearching.ts"
import { makeRepository, rawGit, temporaryFolder, testGit } from "../git/temporaryRepository.ts"
import { LastMoment } from "../git/PutInPlace.ts"
import { Changes } from "../change/Changes.ts"
import { WorktreePort } from "../worktree/WorktreePort.ts"
import { Worktrees } from "../worktree/Worktrees.ts"

const session = SessionId.make(crypto.randomUUID())
const hashOf = (text: string) => createHash("sha256").update(text).digest("hex")

const world = Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const top = yield* makeRepository(`${folder}/work/tree`, { "a.txt": "one\n", "b.txt": "two\n", ".gitignore": "ignored/\n*.log\n" })
  const worktrees = Layer.mock(Worktrees, { ensure: (sessionId) => Effect.succeed({
    id: WorktreeId.make(crypto.randomUUID()), sessionId, projectId: ProjectId.make(crypto.randomUUID()), path: top, branch: "b", baseCommit: "c", state: "ready"
  }) })
  const port = Layer.mock(WorktreePort, { find: () => Effect.succeed({
    project: { id: ProjectId.make(crypto.randomUUID()), path: top, name: "p", addedAt: 0 }, worktree: Option.none(), archived: false, title: "A session"
  }) })
  const context = yield* Layer.build(Layer.fresh(Files.layer).pipe(Layer.provide([worktrees, port, Layer.mock(Changes, { byHand: (_, effect) => effect })])))
  const files = yield* Effect.provideContext(Files, context)
  const tag = <A, E extends { readonly reason: { readonly _tag: string } }>(effect: Effect.Effect<A, E>) => Effect.map(Effect.flip(effect), ({ reason }) => reason._tag)
  const search = (query: string, more: { readonly regex?: boolean; readonly caseSensitive?: boolean; readonly glob?: string } = {}) =>
    Effect.map(Stream.runCollect(files.search(session, { query, ...more })), (frames) => frames.flatMap((frame) => frame._tag === "Matches" ? frame.matches : []))
  return { folder, top, files, tag, search }
})

layer(testGit, { excludeTestServices: true })("files of a worktree", (it) => {
  it.effect("are listed folder by folder, folders first, with what is changed, new, gone, ignored, or a repository of its own", () => Effect.gen(function*() {
    const { files, top } = yield* world
    for (const name of ["src/deep", "ignored", "new/er", "own"]) mkdirSync(`${top}/${name}`, { recursive: true })
    writeFileSync(`${top}/src/deep/x.ts`, "1\n")
    yield* rawGit(top, "add", "-A")
    yield* rawGit(top, "commit", "-qm", "more")
    writeFileSync(`${top}/src/deep/x.ts`, "2\n")
    writeFileSync(`${top}/a.txt`, "changed\n")
    unlinkSync(`${top}/b.txt`)
    for (const name of ["ignored/i", "z.log", "new/er/n", "file10", "file9"]) writeFileSync(`${top}/${name}`, "x")
    symlinkSync("a.txt", `${top}/link`)
    yield* rawGit(`${top}/own`, "init", "-q")
    writeFileSync(Buffer.concat([Buffer.from(`${top}/caf`), Buffer.from([0xe9])]), "x")
    const list = (folder: string, ignored = false) => Effect.map(files.list(session, folder, ignored), ({ entries }) => entries.map(({ kind, mark, path }) => `${kind} ${path} ${mark ?? "-"}`))
    const all = yield* list("")
    for (const one of ["folder new A", "folder src M", "file \"caf\\351\" A", "file .gitignore -", "file a.txt M", "file b.txt D", "link link A"]) assert.include(all, one)
    assert.isTrue(all.some((one) => one.startsWith("repository own")))
    assert.isBelow(all.indexOf("file file9 A"), all.indexOf("file file10 A"))
    assert.isTrue(all.findIndex((one) => one.startsWith("file")) > all.findLastIndex((one) => one.startsWith("folder")), "folders first")
    assert.isFalse(all.some((one) => /ignored|z\.log|\.git /.test(one)))
    assert.include(yield* list("", true), "file z.log -")
    assert.deepStrictEqual(yield* list("src/deep"), ["file src/deep/x.ts M"])
    assert.deepStrictEqual(yield* list("new"), ["folder new/er A"])
    assert.deepStrictEqual(yield* list("new/er"), ["file new/er/n A"])
  }))

  it.effect("are found by letters of their names, and lines by what they hold, untracked too, ignored not", () => Effect.gen(function*() {
    const { files, search, top } = yield* world
    mkdirSync(`${top}/src`)
    writeFileSync(`${top}/src/QueueDecider.ts`, "const before = 1\nexport const Ünï = 'needle' // needle\n")
    writeFileSync(`${top}/x.log`, "needle\n")
    writeFileSync(`${top}/bin`, "needle\0")
    writeFileSync(`${top}/long.txt`, `${"x".repeat(3000)}needle${"y".repeat(3000)}\n`)
    assert.strictEqual((yield* files.find(session, "qdec"))[0]?.path, "src/QueueDecider.ts")
    const found = yield* search("NEEDLE")
    assert.deepStrictEqual(found.map(({ line, path }) => [path, line]).toSorted(), [["long.txt", 1], ["src/QueueDecider.ts", 2]])
    const match = found.find(({ path }) => path.startsWith("src"))
    assert.deepStrictEqual([match?.column, match?.preview.slice(match.at, match.at + 6)], [21, "needle"])
    const long = found.find(({ path }) => path === "long.txt")
    assert.isAtMost(long?.preview.length ?? 999, 240)
    assert.strictEqual(long?.preview.slice(long.at, long.at + 6), "needle")
    assert.deepStrictEqual(yield* search("NEEDLE", { caseSensitive: true }), [])
    assert.strictEqual((yield* search("n.+dle", { regex: true, glob: "src/" })).length, 1)
    assert.strictEqual((yield* search("needle", { glob: "*.txt" })).length, 1)
    assert.deepStrictEqual(yield* search("--no-such-option"), [])
    assert.match((yield* Effect.flip(search("a(", { regex: true }))).message, /^git could not search the files: .*\(/)
  }))

  it.effect("of which too many lines hold something are cut, and git ends with who stops reading", () => Effect.gen(function*() {
    const { files, search, top } = yield* world
    for (let file = 0; file < 30; file += 1) writeFileSync(`${top}/many-${file}`, "needle\n".repeat(300))
    const frames = yield* Stream.runCollect(files.search(session, { query: "needle" }))
    assert.deepStrictEqual(frames.at(-1), { _tag: "Ended", cut: true })
    assert.strictEqual((yield* search("needle")).length, 2000)
    assert.isTrue(Option.isSome(yield* Stream.runHead(files.search(session, { query: "needle" }))))
  }))

  it.effect("are read as what they are", () => Effect.gen(function*() {
    const { files, tag, top } = yield* world
    const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64")
    writeFileSync(`${top}/p.png`, png)
    writeFileSync(`${top}/bin`, "a\0b")
    writeFileSync(`${top}/latin`, Buffer.from([0x63, 0xe9]))
    writeFileSync(`${top}/big`, "ü".repeat(1024 * 1024 + 10))
    symlinkSync("/etc/passwd", `${top}/out`)
    assert.deepStrictEqual(yield* files.read(session, "a.txt"), { _tag: "Text", text: "one\n", hash: hashOf("one\n"), bytes: 4, cut: false, mended: false })
    assert.deepInclude(yield* files.read(session, "p.png"), { _tag: "Image", type: "image/png", base64: png.toString("base64") })
    assert.deepInclude(yield* files.read(session, "bin"), { _tag: "Binary", bytes: 3, hash: hashOf("a\0b") })
    assert.deepInclude(yield* files.read(session, "latin"), { _tag: "Text", mended: true })
    const big = yield* files.read(session, "big")
    assert.isTrue(big._tag === "Text" && big.cut && !big.mended && big.text.length === 1024 * 1024)
    assert.deepStrictEqual(yield* files.read(session, "out"), { _tag: "Link", target: "/etc/passwd" })
    assert.strictEqual(yield* tag(files.read(session, "gone")), "NotThere")
    assert.strictEqual(yield* tag(files.read(session, ".gitignore/x")), "NotThere")
  }))

  it.effect("are staged by hand, whole and with their mode, and only while they are what was read", () => Effect.gen(function*() {
    const { files, folder, tag, top } = yield* world
    chmodSync(`${top}/a.txt`, 0o755)
    assert.strictEqual(yield* files.write(session, "a.txt", "mine\n", hashOf("one\n")), hashOf("mine\n"))
    assert.deepStrictEqual([readFileSync(`${top}/a.txt`, "utf8"), statSync(`${top}/a.txt`).mode & 0o777], ["mine\n", 0o755])
    assert.strictEqual(yield* tag(files.write(session, "a.txt", "late\n", hashOf("one\n"))), "Moved")
    assert.strictEqual(yield* tag(files.write(session, "a.txt", "new\n", null)), "Moved", "what is there is not new")
    yield* files.write(session, "new/deep/n.txt", "n\n", null)
    assert.strictEqual(readFileSync(`${top}/new/deep/n.txt`, "utf8"), "n\n")
    assert.strictEqual(yield* tag(files.write(session, "a.txt/x", "x", null)), "NoFile", "a file is no folder")
    assert.strictEqual(yield* tag(files.remove(session, "b.txt", hashOf("other"))), "Moved")
    yield* files.remove(session, "b.txt", hashOf("two\n"))
    assert.strictEqual(yield* tag(files.write(session, "b.txt", "x", hashOf("two\n"))), "NotThere")
    assert.include(yield* rawGit(top, "status", "--porcelain"), " D b.txt")
    assert.strictEqual(readFileSync(`${top}/a.txt`, "utf8"), "mine\n")
    assert.deepStrictEqual(readdirSync(`${folder}/work`), ["tree"], "nothing staged is left behind")
  }))

  it.effect("that an agent writes to in the last moment are as it left them, and what was to be done by hand is not", () => Effect.gen(function*() {
    const { files, folder, tag, top } = yield* world
    const agent = <A, E>(effect: Effect.Effect<A, E>) => Effect.provideService(effect, LastMoment, (target) => writeFileSync(target, "the agent's\n"))
    const there = () => readFileSync(`${top}/a.txt`, "utf8")
    assert.deepStrictEqual([yield* tag(agent(files.write(session, "a.txt", "mine\n", hashOf("one\n")))), there()], ["Moved", "the agent's\n"])
    writeFileSync(`${top}/a.txt`, "one\n")
    assert.deepStrictEqual([yield* tag(agent(files.remove(session, "a.txt", hashOf("one\n")))), there()], ["Moved", "the agent's\n"])
    assert.deepStrictEqual(readdirSync(`${folder}/work`), ["tree"])
  }))

  it.effect("are those of the worktree alone: no way leads out of it or into git's own folder (drill 12)", () => Effect.gen(function*() {
    const { files, folder, tag, top } = yield* world
    writeFileSync(`${folder}/secret`, "secret")
    mkdirSync(`${folder}/out`)
    mkdirSync(`${top}/in`)
    symlinkSync(`${folder}/out`, `${top}/door`)
    symlinkSync("in", `${top}/inner`)
    symlinkSync(`${folder}/secret`, `${top}/window`)
    symlinkSync(`${folder}/nothing`, `${top}/hole`)
    symlinkSync(".git", `${top}/self`)
    const outside = ["../secret", `${folder}/secret`, "in/../../../secret", "./a.txt", "in//x", "", ".", "..", "door/x", "inner/x", "self/config", ".git/config", ".GIT/config", ".Git", ".git /x", "in/.git/x", "GIT~1/config"]
    for (const path of outside) {
      assert.strictEqual(yield* tag(files.write(session, path, "x", null)), "Outside", `write ${path}`)
      assert.strictEqual(yield* tag(files.remove(session, path, hashOf("secret"))), "Outside", `remove ${path}`)
      assert.strictEqual(yield* tag(files.read(session, path)), "Outside", `read ${path}`)
      if (path !== "") assert.strictEqual(yield* tag(files.list(session, path, true)), "Outside", `list ${path}`)
    }
    for (const path of ["window", "hole", "door", "inner"]) {
      assert.strictEqual(yield* tag(files.write(session, path, "x", hashOf("secret"))), "NoFile", path)
      assert.strictEqual(yield* tag(files.remove(session, path, hashOf("secret"))), "NoFile", path)
      assert.strictEqual(yield* tag(files.list(session, path, true)), "NotThere", path)
    }
    assert.deepStrictEqual([readFileSync(`${folder}/secret`, "utf8"), readdirSync(`${folder}/out`), readdirSync(folder).toSorted()], ["secret", [], ["out", "secret", "work"]])
  }))
})

describe("finding", () => {
  const paths = ["client/element/boo-file.ts", "server/work/Files.ts", "server/work/FileFinding.ts", "docs/life.md", "x/f/i/l/e/s.md"]
  const best = (query: string) => findFiles(paths, query, 100).map(({ path }) => path)

  it("puts names before folders, and letters that stand together before those that don't", () => {
    assert.strictEqual(best("files")[0], "server/work/Files.ts")
    assert.strictEqual(best("ff")[0], "server/work/FileFinding.ts")
    assert.deepStrictEqual(best("zzz"), [])
    assert.deepStrictEqual(findFiles(["a/Files.ts"], "files", 1)[0]?.hits, [2, 3, 4, 5, 6])
  })

  it("is quick on fifty thousand files", () => {
    const many = Array.from({ length: 50_000 }, (_, at) => `packages/module-${at % 500}/source/component-${at}.ts`)
    const started = performance.now()
    assert.strictEqual(findFiles(many, "component-49999", 100)[0]?.path, "packages/module-499/source/component-49999.ts")
    findFiles(many, "mdcmpts", 100)
    assert.isBelow(performance.now() - started, 3000)
  })
})

it("a match is read from what git writes, with NUL or colons", () => {
  assert.deepStrictEqual(matchOf(Buffer.from("a b.ts\0 12\0".replace(" 1", "1") + "5\0ünï x")), { path: "a b.ts", line: 12, column: 4, preview: "ünï x", at: 3 })
  assert.deepStrictEqual(matchOf(Buffer.from("a.ts\x003:1:x")), { path: "a.ts", line: 3, column: 1, preview: "x", at: 0 })
  assert.isUndefined(matchOf(Buffer.from("Binary file x matches")))
})
