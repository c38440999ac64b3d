import { describe, expect, test } from "vitest"
import { fieldHeight, fieldTop, laidHeight, rowAt, scrollTop, topOf } from "./insets.ts"

const field = { rows: 100, height: 20, insets: [{ row: 3, height: 50 }, { row: 10, height: 100 }] }

describe("rows with taller things below some of them", () => {
  test("stand below what is above them", () => {
    expect([0, 3, 4, 10, 11].map((row) => topOf(field, row))).toEqual([0, 60, 130, 250, 370])
    expect(fieldHeight(field)).toBe(2150)
  })

  test("are found by their place; what stands below a row belongs to it", () => {
    expect([0, 79, 80, 129, 130, 5000].map((top) => rowAt(field, top))).toEqual([0, 3, 3, 3, 4, 99])
    expect(rowAt({ rows: 0, height: 20, insets: [] }, 10)).toBe(0)
  })

  test("every row can be reached, however many there are", () => {
    const million = { rows: 2_000_000, height: 20, insets: [] }
    const seen = 600
    const most = laidHeight(million) - seen
    expect(laidHeight(million)).toBeLessThan(17_000_000)
    expect(fieldTop(million, most, seen)).toBe(fieldHeight(million) - seen)
    expect(fieldTop(million, 0, seen)).toBe(0)
    expect(fieldTop(million, scrollTop(million, 12_345_678, seen), seen)).toBeCloseTo(12_345_678, 3)
    expect(scrollTop(field, 300, seen)).toBe(300)
  })
})
