import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import { Environment } from "../../process/Environment.ts"
import { Git } from "./Git.ts"
import { makeRepository, rawGit, temporaryFolder, testEnvironment } from "./temporaryRepository.ts"

const what = "look"

/** A project with a worktree where the server has them. */
const world = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* temporaryFolder
  const project = yield* makeRepository(`${folder}/project`)
  yield* fs.makeDirectory(`${folder}/data/worktrees`, { recursive: true })
  const top = `${folder}/data/worktrees/one`
  yield* rawGit(project, "worktree", "add", "-q", "-b", "one", top)
  const git = yield* Effect.provide(Git, Git.layerGuarding(`${folder}/data`).pipe(Layer.provide(Layer.succeed(Environment, testEnvironment))))
  return { fs, folder, git, project, pwned: `${folder}/pwned`, top }
})

/** A repository whose configuration runs a program at every look of git's. */
const evil = Effect.fnUntraced(function*(at: string, top: string, project: string, pwned: string) {
  const fs = yield* FileSystem.FileSystem
  yield* fs.makeDirectory(`${at}/objects/info`, { recursive: true })
  yield* fs.makeDirectory(`${at}/refs`, { recursive: true })
  yield* fs.writeFileString(`${at}/HEAD`, yield* rawGit(project, "rev-parse", "HEAD"))
  yield* fs.writeFileString(`${at}/objects/info/alternates`, `${project}/.git/objects\n`)
  yield* fs.writeFileString(`${at}/config`, `[core]\n\trepositoryformatversion = 0\n\tworktree = ${top}\n[filter "x"]\n\tclean = touch ${pwned}; cat\n`)
  yield* fs.writeFileString(`${top}/.gitattributes`, "* filter=x\n")
  yield* fs.writeFileString(`${top}/new.txt`, "new\n")
})

const add = (git: Git["Service"], top: string) => git.bytes(top, { what, index: `${top}.index`, args: ["update-index", "--add", "new.txt"] })

layer(NodeServices.layer, { excludeTestServices: true })("git in a worktree", (it) => {
  it.effect("works with the repository that the worktree was made from", () => Effect.gen(function*() {
    const { folder, git, project, top } = yield* world
    assert.strictEqual(yield* git.toplevel(top), top)
    assert.strictEqual((yield* git.run(top, { what, args: ["rev-parse", "--git-common-dir"] })).trim(), `${project}/.git`)
    assert.strictEqual(yield* git.toplevel(project), project)
    assert.strictEqual((yield* git.run(top, { what, args: ["status", "--porcelain"] })).trim(), "", folder)
  }))

  it.effect("refuses a link that leads into the worktree, and runs nothing of it", () => Effect.gen(function*() {
    const { fs, git, project, pwned, top } = yield* world
    yield* evil(`${top}/.evil`, top, project, pwned)
    yield* fs.writeFileString(`${top}/.git`, `gitdir: ${top}/.evil\n`)
    const { reason } = yield* Effect.flip(add(git, top))
    assert.deepStrictEqual(reason, { _tag: "ForeignGit", path: top })
    assert.isFalse(yield* fs.exists(pwned))
  }))

  it.effect("refuses a folder in the link's place, a relative link, another worktree's, and a symlink", () => Effect.gen(function*() {
    const { folder, fs, git, project, pwned, top } = yield* world
    yield* rawGit(project, "worktree", "add", "-q", "-b", "two", `${folder}/data/worktrees/two`)
    const own = yield* fs.readFileString(`${top}/.git`)
    const refused = Effect.gen(function*() {
      assert.strictEqual((yield* Effect.flip(add(git, top))).reason._tag, "ForeignGit")
      yield* fs.remove(`${top}/.git`, { recursive: true })
    })
    yield* fs.remove(`${top}/.git`)
    yield* evil(`${top}/.git`, top, project, pwned)
    yield* refused
    yield* evil(`${top}/.evil`, top, project, pwned)
    yield* fs.writeFileString(`${top}/.git`, "gitdir: .evil\n")
    yield* refused
    yield* fs.copyFile(`${folder}/data/worktrees/two/.git`, `${top}/.git`)
    yield* refused
    yield* fs.symlink(`${top}/.evil`, `${top}/.git`)
    yield* refused
    assert.isFalse(yield* fs.exists(pwned))
    yield* fs.writeFileString(`${top}/.git`, own)
    assert.strictEqual(yield* git.toplevel(top), top)
  }))

  it.effect("asks nothing in a repository inside the worktree that git did not make a submodule", () => Effect.gen(function*() {
    const { fs, git, project, pwned, top } = yield* world
    yield* fs.makeDirectory(`${top}/inner`)
    yield* evil(`${top}/inner/.git`, `${top}/inner`, project, pwned)
    assert.strictEqual((yield* Effect.flip(git.run(`${top}/inner`, { what, args: ["status"] }))).reason._tag, "ForeignGit")
    assert.isFalse(yield* fs.exists(pwned))
  }))
})
