import { describe, expect, test } from "vitest"
import type { DiffHunk } from "../../shared/Diff.ts"
import { DiffModel } from "../view/diffModel.ts"
import { type Drawing, movedAnchor, movedLine } from "../view/movedRows.ts"
import { chosenIn } from "./LineCursor.ts"

const texts = Array.from({ length: 60 }, (_, n) => `line ${n + 1}`)
/** Changes one line, with one unchanged one around it. */
const hunk = (nth: number, at: number): DiffHunk => ({
  nth, heading: "", oldStart: at - 1, oldLines: 3, newStart: at - 1, newLines: 3,
  lines: [{ sign: " ", text: "above" }, { sign: "-", text: "was" }, { sign: "+", text: "is" }, { sign: " ", text: "below" }]
})
const modelOf = (split = false): DiffModel => {
  const model = new DiffModel({ split, headless: false })
  model.take([hunk(0, 20), hunk(1, 40)], true)
  model.know({ old: texts, now: texts, cuts: { old: new Map(), new: new Map() }, complete: true }, true)
  return model
}
const drawn = ({ lines, rows }: DiffModel): Drawing => ({ lines, rows })
const at = ({ lines, rows }: DiffModel, row: number) => {
  const found = rows.at(row)
  return found.kind === "line" ? `${lines.kind(found.line)} of ${rows.hunkAt(row)}` : found.kind
}

describe("a diff's rows that become others", () => {
  test("leave the keys in their line and its hunk, wherever unchanged lines are unfolded", () => {
    for (const [gap, where] of [[0, "bottom"], [0, "all"], [1, "top"], [1, "bottom"], [1, "all"], [2, "all"]] as const) {
      const model = modelOf(), before = drawn(model)
      const [row, anchor] = [model.rows.find("new", 40), model.rows.find("old", 20)]
      model.reveal(gap, where, 5)
      const chosen = chosenIn(model.rows, before, { row, anchor, side: "new" })
      expect([at(model, chosen?.row ?? -1), at(model, chosen?.anchor ?? -1)]).toEqual(["added of 1", "removed of 0"])
    }
  })

  test("leave them there side by side too, and back, on the side that the line is on", () => {
    const model = modelOf(), before = drawn(model), row = model.rows.find("old", 40)
    model.show({ split: true }, true)
    const turned = drawn(model), chosen = chosenIn(model.rows, before, { row, anchor: row, side: "new" })
    expect(chosen).toEqual({ row: model.rows.find("old", 40), anchor: model.rows.find("old", 40), side: "old" })
    model.show({ split: false }, true)
    expect(chosen === undefined ? "" : chosenIn(model.rows, turned, chosen)).toEqual({ row, anchor: row, side: "old" })
  })

  test("drop them where their line is gone, and begin anew where only the other end is", () => {
    const model = modelOf(), before = drawn(model), first = model.rows.find("new", 20), second = model.rows.find("new", 40)
    model.take([hunk(0, 20)], true)
    expect(chosenIn(model.rows, before, { row: second, anchor: first, side: "new" })).toBe(undefined)
    expect(chosenIn(model.rows, before, { row: first, anchor: second, side: "new" })).toMatchObject({ row: first, anchor: first })
    expect(movedLine(before, model.rows, 0, "new")).toBe(undefined)
  })

  test("stay in sight where they were; what is unfolded at a head comes into sight there", () => {
    const model = modelOf(), before = drawn(model), head = model.rows.rowOfHunk(1), line = model.rows.find("new", 40)
    model.reveal(1, "all", 0)
    expect(movedAnchor(before, model.rows, { row: line, into: 7 })).toEqual({ row: model.rows.find("new", 40), into: 7 })
    expect(movedAnchor(before, model.rows, { row: head + 1, into: 3 })).toEqual({ row: model.rows.find("new", 23), into: 3 })
    model.reveal(0, "all", 0)
    expect(movedAnchor(before, model.rows, { row: 0, into: 0 })).toEqual({ row: 0, into: 0 })
    const shorter = modelOf()
    shorter.take([hunk(0, 20)], true)
    expect(movedAnchor(before, shorter.rows, { row: line, into: 0 })).toEqual({ row: shorter.rows.length - 1, into: 0 })
  })
})
