import { describe, expect, test } from "vitest"
import type { DiffHunk, DiffLine } from "../../shared/Diff.ts"
import { DiffModel, textsOf } from "./diffModel.ts"
import type { RowWish } from "./diffRows.ts"

const line = (text: string): DiffLine => {
  const sign = text[0]
  return { sign: sign === "+" || sign === "-" || sign === "\\" ? sign : " ", text: text.slice(1) }
}
const hunk = (nth: number, oldStart: number, newStart: number, lines: ReadonlyArray<string>): DiffHunk => {
  const count = (gone: string) => lines.filter((text) => text[0] !== gone && text[0] !== "\\").length
  return { nth, oldStart, oldLines: count("+"), newStart, newLines: count("-"), heading: `h${nth}`, lines: lines.map(line) }
}

const shown = (model: DiffModel): ReadonlyArray<string> => Array.from({ length: model.rows.length }, (_, index) => {
  const row = model.rows.at(index)
  const side = (at: number, which: "old" | "new") => at === -1 ? "·" : `${model.lines.number(at, which)}${model.lines.text(at)}`
  switch (row.kind) {
    case "line": return `${model.lines.kind(row.line)} ${model.lines.number(row.line, "old")}:${model.lines.number(row.line, "new")} ${model.lines.text(row.line)}`
    case "pair": return `${side(row.left, "old")} | ${side(row.right, "new")}`
    case "between": return `~ ${row.old}:${row.now}`
    case "head": return `@${row.hunk} ${row.hidden}`
    case "tail": return `end ${row.hidden}`
    case "rest": return ""
  }
}).filter((words) => words !== "")

const modelOf = (pieces: ReadonlyArray<DiffHunk>, wish: Partial<RowWish> = {}, over = true): DiffModel => {
  const model = new DiffModel({ split: false, headless: false, ...wish })
  model.take(pieces, over)
  return model
}

const edit = [
  hunk(0, 4, 4, [" a", "-b", "-c", "+B", " d"]),
  hunk(1, 20, 19, [" e", "+f", "+g", "-h", "+H", "\\ No newline at end of file"])
]

describe("the rows of a diff", () => {
  test("unified: heads with what is hidden above, lines with both numbers", () => {
    expect(shown(modelOf(edit))).toEqual([
      "@0 3", "same 4:4 a", "removed 5:0 b", "removed 6:0 c", "added 0:5 B", "same 7:6 d",
      "@1 12", "same 20:19 e", "added 0:20 f", "added 0:21 g", "removed 21:0 h", "added 0:22 H"
    ])
  })

  test("split: removed lines beside the added ones of their run, and nothing beside what has no other side", () => {
    expect(shown(modelOf(edit, { split: true }))).toEqual([
      "@0 3", "4a | 4a", "5b | 5B", "6c | ·", "7d | 6d", "@1 12", "20e | 19e", "· | 20f", "· | 21g", "21h | 22H"
    ])
  })

  test("the word on a missing newline belongs to the line before it", () => {
    const { lines } = modelOf(edit)
    expect(lines.at(lines.length - 1)).toMatchObject({ text: "H", bare: true })
    expect(lines.length).toBe(10)
  })

  test("a hunk that comes in pieces is one, in whatever frames it comes", () => {
    const whole = hunk(0, 1, 1, ["-a", "-b", "-c", "+A", "+B", " d", "+e"])
    const pieces = piecesOf(whole)
    for (const split of [false, true]) {
      const model = modelOf([], { split }, false)
      for (let count = 1; count <= pieces.length; count += 1) model.take(growing(pieces, count), count === pieces.length)
      expect(shown(model)).toEqual(shown(modelOf([whole], { split })))
    }
  })

  test("a new file has no head, and numbers from 1", () => {
    expect(shown(modelOf([hunk(0, 1, 1, ["+a", "+b"])], { headless: true }))).toEqual(["added 0:1 a", "added 0:2 b"])
  })

  test("what is hidden can be shown from either end, and all of it; the file's end too", () => {
    const model = modelOf(edit)
    const old = Array.from({ length: 30 }, (_, n) => `o${n + 1}`)
    model.know({ old, now: [...old, "more"], cuts: { old: new Map(), new: new Map() }, complete: true }, true)
    expect(shown(model).at(-1)).toBe("end 9")
    model.reveal(1, "top", 2)
    model.reveal(1, "bottom", 1)
    model.reveal(2, "all", 0)
    const rows = shown(model)
    expect(rows.slice(6, 11)).toEqual(["~ 8:7", "~ 9:8", "@1 9", "~ 19:18", "same 20:19 e"])
    expect(rows.at(-1)).toBe("~ 30:31")
    expect(rows.filter((row) => row.startsWith("end"))).toEqual([])
    model.reveal(1, "all", 0)
    expect(shown(model)).toContain("@1 0")
    expect(model.rows.find("new", 18)).toBe(model.rows.find("old", 19))
  })

  test("finds the row of a line by its number on a side", () => {
    const model = modelOf(edit, { split: true })
    expect(shown(model).length).toBe(10)
    const at = (side: "old" | "new", number: number) => model.rows.at(model.rows.find(side, number))
    expect(at("old", 5)).toEqual(at("new", 5))
    expect(model.rows.find("new", 12)).toBe(-1)
    expect(model.rows.hunkAt(model.rows.find("old", 20))).toBe(1)
  })

  test("the texts of both sides, without what git says of newlines", () => {
    expect(textsOf(edit, true)).toMatchObject({ old: ["a", "b", "c", "d", "e", "h"], now: ["a", "B", "d", "e", "f", "g", "H"] })
  })

  test("a list that is another one begins anew", () => {
    const model = modelOf(edit)
    model.take([edit[0] ?? hunk(0, 1, 1, [])], true)
    expect(model.lines.length).toBe(5)
  })
})

/** Each of one line, with starts and counts of its own: of its first lines, all removed, the new side has none. */
const piecesOf = (whole: DiffHunk): ReadonlyArray<DiffHunk> => {
  let oldStart = whole.oldStart, newStart = whole.newStart
  return whole.lines.map((line) => {
    const piece = { ...whole, oldStart, newStart, oldLines: line.sign === "+" ? 0 : 1, newLines: line.sign === "-" ? 0 : 1, lines: [line] }
    oldStart += piece.oldLines
    newStart += piece.newLines
    return piece
  })
}

const lists = new WeakMap<object, Array<DiffHunk>>()
/** The same list, longer with every call. */
const growing = (pieces: ReadonlyArray<DiffHunk>, count: number): ReadonlyArray<DiffHunk> => {
  const list = lists.get(pieces) ?? []
  lists.set(pieces, list)
  list.push(...pieces.slice(list.length, count))
  return list
}
