import { NodeServices } from "@effect/platform-node"
import { assert, it, layer } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { Environment } from "../../process/Environment.ts"
import { completeDirectories, splitPrefix } from "./Directories.ts"
import { temporaryFolder } from "../git/temporaryRepository.ts"

const isRoot = process.getuid?.() === 0

const namesIn = (folder: string, typed: string) => Effect.map(completeDirectories(typed).pipe(
  Effect.provideService(Environment, { HOME: folder })), (hints) => hints.map(({ path, repository }) => `${path.slice(folder.length + 1)}${repository ? "*" : ""}`))

layer(NodeServices.layer, { excludeTestServices: true })("completing a directory", (it) => {
  it.effect("offers directories, symlinks to them, repositories marked, hidden ones only when asked", () => Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* temporaryFolder
    for (const name of ["Beta", "alpha", "alpha 2", "al\npha", ".hidden", "repo/.git", "linked", "zeta/inner"]) yield* fs.makeDirectory(`${folder}/${name}`, { recursive: true })
    yield* fs.writeFileString(`${folder}/linked/.git`, "gitdir: elsewhere")
    yield* fs.writeFileString(`${folder}/alphafile`, "")
    yield* fs.symlink(`${folder}/zeta`, `${folder}/alink`)
    yield* fs.symlink(`${folder}/nowhere`, `${folder}/abroken`)
    yield* fs.symlink(`${folder}/alphafile`, `${folder}/afilelink`)
    assert.deepStrictEqual(yield* namesIn(folder, `${folder}/`), ["al\npha", "alink", "alpha", "alpha 2", "Beta", "linked*", "repo*", "zeta"])
    assert.deepStrictEqual(yield* namesIn(folder, `${folder}/al`), ["al\npha", "alink", "alpha", "alpha 2"])
    assert.deepStrictEqual(yield* namesIn(folder, "~/b"), ["Beta"])
    assert.deepStrictEqual(yield* namesIn(folder, "~/B"), ["Beta"])
    assert.deepStrictEqual(yield* namesIn(folder, "~/bE"), [])
    assert.deepStrictEqual(yield* namesIn(folder, "~/.h"), [".hidden"])
    assert.deepStrictEqual(yield* namesIn(folder, "re"), ["repo*"])
    assert.deepStrictEqual(yield* namesIn(folder, "~"), yield* namesIn(folder, "~/"))
    assert.deepStrictEqual(yield* namesIn(folder, `${folder}/alink/`), ["alink/inner"])
  }))

  it.effect("gives nothing for what isn't there, isn't a directory or makes no sense", () => Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* temporaryFolder
    yield* fs.writeFileString(`${folder}/file`, "")
    for (const typed of [`${folder}/none/x`, `${folder}/file/`, `${folder}/\0`, `${folder}/${"x".repeat(5000)}`]) assert.deepStrictEqual(yield* namesIn(folder, typed), [])
  }))

  it.effect.skipIf(isRoot)("gives nothing for what can't be read", () => Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* temporaryFolder
    yield* fs.makeDirectory(`${folder}/closed/inner`, { recursive: true })
    yield* fs.chmod(`${folder}/closed`, 0)
    assert.deepStrictEqual(yield* namesIn(folder, `${folder}/closed/`), [])
    yield* fs.chmod(`${folder}/closed`, 0o700)
  }))

  it.effect("stops at fifty, the first by name", () => Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* temporaryFolder
    for (let n = 80; n > 0; n--) yield* fs.makeDirectory(`${folder}/d${n}`)
    const names = yield* namesIn(folder, `${folder}/`)
    assert.deepStrictEqual([names.length, names[0], names[49]], [50, "d1", "d50"])
  }))
})

it("what is typed splits into a folder and the start of a name", () => {
  assert.deepStrictEqual(["/", "/ho", "", "~", "~/", "~/w/x", "w/"].map((typed) => Object.values(splitPrefix(typed, "/h"))), [
    ["/", ""], ["/", "ho"], ["/h/", ""], ["/h/", ""], ["/h/", ""], ["/h/w/", "x"], ["/h/w/", ""]
  ])
})
