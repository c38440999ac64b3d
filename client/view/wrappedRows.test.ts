import { describe, expect, test } from "vitest"
import type { DiffHunk } from "../../shared/Diff.ts"
import { DiffModel } from "./diffModel.ts"
import { anchorAt, anchorTop, fieldHeight, rowAt, topOf } from "./insets.ts"
import { RowHeights } from "./rowHeights.ts"
import { WrappedRows } from "./wrappedRows.ts"

const hunk = (...lines: ReadonlyArray<string>): DiffHunk => ({
  nth: 0, oldStart: 1, newStart: 1, heading: "", oldLines: lines.filter((line) => line[0] !== "+").length, newLines: lines.filter((line) => line[0] !== "-").length,
  lines: lines.map((line) => ({ sign: line[0] === "+" ? "+" : line[0] === "-" ? "-" : " ", text: line.slice(1) }))
})
const wide = (columns: number) => "x".repeat(columns)

describe("the heights of many rows", () => {
  test("are summed as they come and change", () => {
    const heights = new RowHeights(), plain: Array<number> = []
    let seed = 7
    const next = (below: number) => (seed = seed * 48271 % 2147483647) % below
    for (let round = 0; round < 2000; round += 1) {
      if (plain.length === 0 || next(3) > 0) { plain.push(next(4)); heights.push(plain.at(-1) ?? 0) }
      else { const row = next(plain.length), more = next(9); plain[row] = more; heights.set(row, more) }
      const until = next(plain.length + 1)
      expect(heights.before(until)).toBe(plain.slice(0, until).reduce((sum, more) => sum + more, 0))
    }
  })
})

describe("rows with long lines that go on below", () => {
  test("are as high as the longer of their two sides", () => {
    const model = new DiffModel({ split: true, headless: true })
    model.take([hunk(" a", `-${wide(25)}`, "-b", `+${wide(35)}`, "+c")], true)
    const wrapped = new WrappedRows(model, 10)
    wrapped.settle(0, 3)
    expect([0, 1, 2].map((row) => wrapped.at(row))).toEqual([0, 3, 0])
    model.show({ split: false }, true)
    const unified = new WrappedRows(model, 10)
    unified.settle(0, 5)
    expect([0, 1, 2, 3, 4].map((row) => unified.at(row))).toEqual([0, 2, 0, 3, 0])
  })

  test("grow where the other side comes later", () => {
    const model = new DiffModel({ split: true, headless: true }), pieces = [hunk("-a", " b")]
    const removed = { ...hunk("-a"), lines: [{ sign: "-" as const, text: "a" }] }
    pieces.splice(0, 1, removed)
    model.take(pieces, false)
    const wrapped = new WrappedRows(model, 10)
    expect(wrapped.before(1)).toBe(0)
    pieces.push(hunk(`+${wide(40)}`))
    model.take(pieces, true)
    wrapped.grow()
    expect(wrapped.before(1)).toBeGreaterThan(2)
  })

  test("make room for the words on what is left out, and on the end of the file", () => {
    const model = new DiffModel({ split: false, headless: true })
    model.take([{ ...hunk(`+${wide(30)}`), lines: [{ sign: "+", text: wide(30), cut: 5000 }, { sign: "+", text: wide(30) }, { sign: "\\", text: "" }] }], true)
    const wrapped = new WrappedRows(model, 30)
    wrapped.settle(0, 2)
    expect([wrapped.at(0), wrapped.at(1)]).toEqual([1, 1])
  })

  test("are found by their place, and a place stays in its row whatever comes above it", () => {
    const model = new DiffModel({ split: false, headless: true })
    model.take([hunk(...Array.from({ length: 100 }, (_, n) => `+${n % 2 === 0 ? "a b c d e f g h i j k l m n o p q r" : "short"}`))], true)
    const taller = new WrappedRows(model, 11)
    const field = { rows: 100, height: 20, insets: [{ row: 3, height: 50 }], taller }
    for (const row of [0, 1, 2, 50, 99]) expect(rowAt(field, topOf(field, row) + 1)).toBe(row)
    const anchor = anchorAt(field, topOf(field, 60) + 7), before = anchorTop(field, anchor)
    expect(anchor).toEqual({ row: 60, into: 7 })
    const whole = fieldHeight(field)
    expect(taller.settle(0, 30)).toBe(true)
    expect(taller.settle(0, 30)).toBe(false)
    expect(fieldHeight(field)).not.toBe(whole)
    expect(anchorTop(field, anchor) - before).toBe(fieldHeight(field) - whole)
  })
})
