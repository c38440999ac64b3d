import { describe, expect, test } from "vitest"
import { breaksOf, columnsOf, Wrapping } from "./wrapping.ts"

const rows = (text: string, columns: number, tail = 0) => [0, ...breaksOf(text, columns, tail)].map((from, at, all) => text.slice(from, all[at + 1]))

describe("a long line", () => {
  test("goes on below behind a blank, behind a mark, and within a word only where there is neither", () => {
    expect(rows("one two three four", 10)).toEqual(["one two ", "three four"])
    expect(rows("abcdefg/hijklmnop", 10)).toEqual(["abcdefg/", "hijklmnop"])
    // a blank far from the edge is not worth a gap
    expect(rows("abcd f{1};abcdef", 10)).toEqual(["abcd f{1};", "abcdef"])
    expect(rows("abcde= fghijklmnop", 10)).toEqual(["abcde= ", "fghijklmno", "p"])
    expect(rows("abcdefghijklmnopqrstuvw", 10)).toEqual(["abcdefghij", "klmnopqrst", "uvw"])
    expect(rows("a bcdefghijklmn", 10)).toEqual(["a bcdefghi", "jklmn"])
    // the blank hangs over the edge
    expect(rows("abcdefghij klm", 10)).toEqual(["abcdefghij ", "klm"])
    expect(rows("short", 10)).toEqual(["short"])
  })

  test("counts tabs up to their stops and what is drawn wide twice, and never cuts a sign in two", () => {
    expect(columnsOf("\ta\tb")).toBe(9)
    expect(columnsOf("é漢字e\u0301")).toBe(6)
    expect(rows("\t\t\tabcd", 10)).toEqual(["\t\t", "\tabcd"])
    expect(rows("漢字漢字漢字", 10)).toEqual(["漢字漢字漢", "字"])
    expect(rows("😀😀😀", 3)).toEqual(["😀", "😀", "😀"])
  })

  test("makes room for what is said behind it", () => {
    expect(rows("abcdef", 10, 4)).toEqual(["abcdef"])
    expect(breaksOf("abcdef", 10, 5)).toEqual([6])
    expect(new Wrapping(10).of("abcdef", 5)).toEqual([6])
  })

  test("of many lines loses no sign and no row is too wide", () => {
    const signs = ["a", "bc", " ", "  ", "\t", ",", "/", "漢", "😀", "=", "wordlike"]
    let seed = 1
    const next = (below: number) => (seed = seed * 48271 % 2147483647) % below
    for (let round = 0; round < 500; round += 1) {
      const text = Array.from({ length: next(60) }, () => signs[next(signs.length)] ?? "").join(""), columns = 4 + next(20)
      const parts = rows(text, columns)
      expect(parts.join("")).toBe(text)
      for (const part of parts) expect(columnsOf(part.replace(/ $/, ""))).toBeLessThanOrEqual(columns)
      expect(text.length * 4 > columns || parts.length === 1).toBe(true)
    }
  })
})
