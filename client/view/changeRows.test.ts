import { describe, expect, test } from "vitest"
import { changeOf, manyChanges, mixedChanges } from "../../test/support/changes.ts"
import { type ChangeRow, listRows, matchingChanges, nextFile, noFilter, treeRows } from "./changeRows.ts"

const told = (rows: ReadonlyArray<ChangeRow>) => rows.map((row) => `${"  ".repeat(row.depth)}${row.name}${row._tag === "Folder" ? "/" : ""}`)
const none = new Set<string>()

describe("the tree of changes", () => {
  const changes = ["a/b/c/one.ts", "a/b/c/two.ts", "a/b/three.ts", "z.ts", "x/y/four.ts"].map((path, n) => changeOf(n + 1, path))

  test("has folders before files, and a folder that holds only a folder in its row", () => {
    expect(told(treeRows(changes, none))).toEqual(["a/b/", "  c/", "    one.ts", "    two.ts", "  three.ts", "x/y/", "  four.ts", "z.ts"])
  })
  test("leaves out what is folded, and still knows what is in it", () => {
    const rows = treeRows(changes, new Set(["a/b/c/"]))
    expect(told(rows)).toEqual(["a/b/", "  c/", "  three.ts", "x/y/", "  four.ts", "z.ts"])
    expect(rows[1]?._tag === "Folder" ? rows[1].changes.map(({ path }) => path) : []).toEqual(["a/b/c/one.ts", "a/b/c/two.ts"])
  })
  test("holds each of thousands once", () => {
    const many = manyChanges(2400)
    expect(treeRows(many, none).filter(({ _tag }) => _tag === "File")).toHaveLength(2400)
  })
})

describe("the list of changes", () => {
  test("shows where a file lies", () => {
    expect(listRows([changeOf(1, "a/b/one.ts"), changeOf(2, "top.ts")])).toMatchObject([{ parent: "a/b/", name: "one.ts" }, { parent: "", name: "top.ts" }])
  })
  test("is gone through by files, over folders, and ends", () => {
    const rows = treeRows([changeOf(1, "a/one.ts"), changeOf(2, "b/two.ts")], none)
    const first = nextFile(rows, undefined, 1), second = nextFile(rows, first?.key, 1)
    expect([first?.name, second?.name, nextFile(rows, second?.key, 1), nextFile(rows, second?.key, -1)?.name, nextFile(rows, undefined, -1)?.name]).toEqual(["one.ts", "two.ts", undefined, "one.ts", "two.ts"])
  })
})

describe("the filter", () => {
  const paths = (filter: Partial<typeof noFilter>) => matchingChanges(mixedChanges, { ...noFilter, ...filter }).map(({ path }) => path)

  test("keeps what any of the chosen made", () => {
    expect(paths({ makers: new Set(["my-own-agent"]) })).toEqual(["client/element/boo-queue.ts"])
    expect(paths({ makers: new Set(["manual"]) })).toEqual(["package.json", "scripts/release.sh"])
    expect(paths({ makers: new Set(["my-own-agent", "manual"]) })).toHaveLength(3)
  })
  test("takes words in any order, and the old name of what was renamed", () => {
    expect(paths({ typed: "ts queue decider" })).toEqual(["server/chat/QueueDecider.test.ts", "server/chat/QueueDecider.ts"])
    expect(paths({ typed: "store/rows" })).toEqual(["server/store/ChatRows.ts"])
  })
  test("without anything keeps all", () => expect(matchingChanges(mixedChanges, noFilter)).toBe(mixedChanges))
})
