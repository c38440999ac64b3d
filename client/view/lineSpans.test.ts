import { describe, expect, test } from "vitest"
import { DiffLines } from "./diffLines.ts"
import { brokenSpans, drawnPart, lineSpans, markedRuns, withoutReturn } from "./lineSpans.ts"
import { Marking, markWords } from "./wordMarks.ts"

const cut = (text: string, spans: ReadonlyArray<{ readonly from: number; readonly to: number }>) => spans.map(({ from, to }) => text.slice(from, to))

describe("the words that changed", () => {
  test("are marked on both sides, joined over blanks", () => {
    const before = "const seconds = round(ms)", after = "const whole seconds = floor(ms)"
    const { now, old } = markWords(before, after)
    expect(cut(before, old)).toEqual(["round"])
    expect(cut(after, now).map((word) => word.trim())).toEqual(["whole", "floor"])
  })

  test("aren't where the lines have little in common, or are very long", () => {
    expect(markWords("return one", "while (x) { y() }")).toEqual({ old: [], now: [] })
    expect(markWords("a".repeat(700), "a".repeat(701))).toEqual({ old: [], now: [] })
  })

  test("are those of the lines that stand against each other", () => {
    const lines = new DiffLines()
    lines.add({ nth: 0, oldStart: 1, oldLines: 2, newStart: 1, newLines: 1, heading: "", lines: [{ sign: "-", text: "let a = 1" }, { sign: "-", text: "gone" }, { sign: "+", text: "let a = 2" }] })
    const marking = new Marking()
    expect([0, 1, 2].map((line) => cut(lines.text(line), marking.of(lines, line)))).toEqual([["1"], [], ["2"]])
  })
})

describe("a line's pieces", () => {
  test("are cut where a colour or a mark begins or ends, and hold the whole text", () => {
    const colours = [{ text: "const ", colour: "keyword" }, { text: "ab = 1", colour: undefined }]
    expect(lineSpans("const ab = 1", colours, [{ from: 4, to: 8 }]).map(({ colour, marked, text }) => ({ text, colour, marked }))).toEqual([
      { text: "cons", colour: "keyword", marked: false }, { text: "t ", colour: "keyword", marked: true },
      { text: "ab", colour: undefined, marked: true }, { text: " = 1", colour: undefined, marked: false }
    ])
  })

  test("hold the text where its colours tell of more or of less", () => {
    const text = (pieces: ReadonlyArray<{ readonly text: string }>) => pieces.map((piece) => piece.text).join("")
    expect(text(lineSpans("abc", [{ text: "abcdef", colour: "string" }], [{ from: 1, to: 9 }]))).toBe("abc")
    expect(text(lineSpans("abcdef", [{ text: "abc", colour: "string" }], [{ from: 4, to: 5 }]))).toBe("abcdef")
    expect(lineSpans("", undefined, [])).toEqual([])
  })

  test("that are marked side by side are one run", () => {
    const runs = markedRuns([{ text: "a", colour: "x", marked: true, below: false }, { text: "b", colour: undefined, marked: true, below: false }, { text: "c", colour: "x", marked: false, below: false }])
    expect(runs.map(({ marked, pieces }) => [marked, pieces.length])).toEqual([[true, 2], [false, 1]])
  })

  test("come without the carriage return, which is told", () => {
    expect(withoutReturn("a\r")).toEqual({ text: "a", returns: true })
    expect(withoutReturn("a\rb")).toEqual({ text: "a\rb", returns: false })
  })

  test("are those of its beginning, where it is very long", () => {
    expect(drawnPart("abc")).toEqual({ text: "abc", more: 0 })
    const { more, text } = drawnPart("a".repeat(1_000_000))
    expect([text.length, more]).toEqual([2000, 998_000])
  })

  test("go on below at each break, also within a colour, and behind the last one", () => {
    const lines = (breaks: ReadonlyArray<number>) => brokenSpans(lineSpans("const value = 1", [{ text: "const", colour: "keyword" }, { text: " value = 1", colour: undefined }], [{ from: 6, to: 11 }]), breaks)
      .map(({ below, colour, marked, text }) => `${below ? "/" : ""}${colour ?? ""}${marked ? "*" : ""}:${text}`)
    expect(lines([])).toEqual(["keyword:const", ": ", "*:value", ": = 1"])
    expect(lines([2, 4, 6, 15])).toEqual(["keyword:co", "/keyword:ns", "/keyword:t", ": ", "/*:value", ": = 1", "/:"])
  })
})
