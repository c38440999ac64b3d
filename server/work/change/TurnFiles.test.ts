/** Pages of a turn's files are all of them, each once and in git's order, whatever their names and whatever comes or goes between. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { mkdirSync, renameSync, writeFileSync } from "node:fs"
import type { CountedChange } from "../../../shared/Change.ts"
import { Git } from "../git/Git.ts"
import { makeRepository, rawGit, temporaryFolder, testGit } from "../git/temporaryRepository.ts"
import { countedDiffArgs, countedFilesOfDiff } from "../git/TreeDiff.ts"
import { turnFiles } from "./TurnFiles.ts"

const pages = (all: ReadonlyArray<CountedChange>, limit: number) => {
  const files: Array<CountedChange> = [], sizes: Array<number> = []
  for (let page = turnFiles(all, limit); page.files.length > 0 && sizes.length <= all.length; page = turnFiles(all, limit, files.at(-1)?.path ?? "")) {
    files.push(...page.files)
    sizes.push(page.files.length)
  }
  return { files, sizes }
}

layer(testGit, { excludeTestServices: true, timeout: "30 seconds" })("the files of a turn", (it) => {
  it.effect("come in pages, with names that are no text and renames among them", () => Effect.gen(function*() {
    const repository = yield* makeRepository(`${yield* temporaryFolder}/project`, { "z-old": "1\n2\n3\n4\n5\n", "gone": "all of it\n" })
    renameSync(`${repository}/z-old`, `${repository}/a-new`)
    mkdirSync(`${repository}/a`)
    for (const name of ["a.b", "a/b", "\u00fcn\u00ef", "\"quoted", "B", "b\n"]) writeFileSync(`${repository}/${name}`, `${name}\n`)
    writeFileSync(Buffer.concat([Buffer.from(`${repository}/caf`), Buffer.from([0xe9])]), "x\n")
    yield* rawGit(repository, "rm", "-q", "gone")
    yield* rawGit(repository, "add", "-A")
    const tree = (yield* rawGit(repository, "write-tree")).trim()
    const all = countedFilesOfDiff(yield* (yield* Git).bytes(repository, { what: "compare trees", args: [...countedDiffArgs, "HEAD", tree] }))
    assert.deepStrictEqual(all.map(({ operation }) => operation).toSorted(), [...Array(7).fill("create"), "delete", "rename"])
    for (let limit = 1; limit <= all.length + 1; limit++) {
      const { files, sizes } = pages(all, limit)
      assert.deepStrictEqual(files, all)
      assert.isTrue(sizes.every((size, nth) => size === limit || nth === sizes.length - 1))
    }
    const [first, second, third] = all, page = turnFiles(all, 2)
    assert(second !== undefined && third !== undefined)
    assert.deepStrictEqual([page.count, page.added, page.removed], [9, 8, 1])
    // the one that a page ended with is gone by the next
    assert.deepStrictEqual(turnFiles(all.filter((one) => one !== second), 1, second.path).files, [third])
    assert.deepStrictEqual(turnFiles(all.filter((one) => one !== first), 1, second.path).files, [third])
  }))
})
