/** Reading what git says of two contents: re-applied it gives the new one, however it was cut into chunks. */
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import type { DiffHunk } from "../../../shared/Diff.ts"
import { type Caps, beginFraming, framesOf, type Piece } from "./DiffFrames.ts"
import { linesOf, type OpenLine } from "./DiffLines.ts"
import { oneSide, type Parser, twoSides } from "./DiffParser.ts"
import { hunkArgs } from "./HunkArgs.ts"
import { randomFrom } from "../git/randomFiles.ts"
import { makeRepository, rawGit, temporaryFolder, testGit } from "../git/temporaryRepository.ts"

const noCaps: Caps = { bytes: Infinity, lines: Infinity, millis: Infinity }

const piecesOf = (parser: Parser, chunks: ReadonlyArray<Buffer>, caps: Caps = noCaps): ReadonlyArray<Piece> => {
  const { end, next } = framesOf(parser, caps, true)
  const found: Array<Piece> = []
  let state = beginFraming
  for (const chunk of chunks) {
    const [after, pieces] = next(state, chunk)
    state = after
    found.push(...pieces)
  }
  return [...found, ...end(state)]
}

const hunksIn = (pieces: ReadonlyArray<Piece>): ReadonlyArray<DiffHunk> => pieces.flatMap((piece) => piece._tag === "Hunks" ? piece.hunks : [])

/** Pieces of hunks as whole hunks. */
const joined = (pieces: ReadonlyArray<DiffHunk>): ReadonlyArray<DiffHunk> => pieces.reduce<ReadonlyArray<DiffHunk>>((whole, piece) => {
  const last = whole.at(-1)
  if (last === undefined || last.nth !== piece.nth) return [...whole, piece]
  return [...whole.slice(0, -1), { ...last, oldLines: last.oldLines + piece.oldLines, newLines: last.newLines + piece.newLines, lines: [...last.lines, ...piece.lines] }]
}, [])

const chunked = (bytes: Buffer, size: number): ReadonlyArray<Buffer> =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size))

/** As a person would, with a pencil: the old text's lines, and every hunk in its place. */
const applied = (old: string, hunks: ReadonlyArray<DiffHunk>): string => {
  const given = old === "" ? [] : old.split(/(?<=\n)/)
  const out: Array<string> = []
  let at = 0
  for (const { lines, newStart, oldStart } of hunks) {
    out.push(...given.slice(at, oldStart - 1))
    at = oldStart - 1
    assert.strictEqual(out.length, newStart - 1, "a hunk begins where it says")
    for (const [nth, { sign, text }] of lines.entries()) {
      const isLast = lines[nth + 1]?.sign === "\\"
      const line = isLast ? text : `${text}\n`
      if (sign === " " || sign === "-") {
        assert.strictEqual(given[at], line, "what goes or stays is what was there")
        at++
      }
      if (sign === " " || sign === "+") out.push(line)
    }
  }
  return [...out, ...given.slice(at)].join("")
}

layer(testGit, { excludeTestServices: true })("hunks that git wrote", (it) => {
  it.effect("re-applied give the new content, in chunks of any size", () => Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const top = yield* makeRepository(`${yield* temporaryFolder}/r`)
    const random = randomFrom(7)
    const line = () => ["", "a", "@@ -1,2 +3,4 @@", "-- x", "++ y", "\\ No newline at end of file", "ends in a return\r", "naïve ☃ 😀", "diff --git a b", `n${random(9)}`][random(10)] ?? ""
    for (let round = 0; round < 40; round++) {
      const old = Array.from({ length: random(40) }, line)
      const next = old.flatMap((kept) => [[kept], [kept], [kept], [line(), kept], [], [line()]][random(6)] ?? [])
      const texts = [old, next].map((lines) => lines.join("\n") + (lines.length === 0 || random(3) === 0 ? "" : "\n"))
      yield* Effect.forEach(texts, (text, side) => fs.writeFileString(`${top}/${side}`, text))
      const context = random(5)
      const blobs = (yield* rawGit(top, "hash-object", "-w", "0", "1")).trim().split("\n")
      const out = Buffer.from(yield* rawGit(top, ...(round % 3 === 0 ? ["-c", "diff.suppressBlankEmpty=true"] : []), ...hunkArgs, `-U${context}`, ...blobs))
      const whole = hunksIn(piecesOf(twoSides, [out]))
      assert.strictEqual(applied(texts[0] ?? "", whole), texts[1])
      for (const size of [1, 7, 100]) {
        assert.deepStrictEqual(joined(hunksIn(piecesOf(twoSides, chunked(out, size)))), whole, `round ${round}, chunks of ${size}`)
      }
    }
  }), 60_000)
})

describe("a content alone", () => {
  it("comes, or goes, line by line, and says where its last newline is missing", () => {
    const lines = (parser: Parser, text: string) => hunksIn(piecesOf(parser, chunked(Buffer.from(text), 3))).flatMap(({ lines }) => lines.map(({ sign, text }) => sign + text))
    assert.deepStrictEqual(lines(oneSide("+"), "one\r\n\ntwo"), ["+one\r", "+", "+two", "\\No newline at end of file"])
    assert.deepStrictEqual(lines(oneSide("-"), "one\n"), ["-one"])
    assert.deepStrictEqual(piecesOf(oneSide("+"), []), [{ _tag: "Kind", binary: false }])
    const [hunk] = hunksIn(piecesOf(oneSide("+"), [Buffer.from("1\n2\n3\n")]))
    assert.deepStrictEqual([hunk?.oldStart, hunk?.oldLines, hunk?.newStart, hunk?.newLines], [1, 0, 1, 3])
  })

  it("is binary with a NUL where git looks for one, and never text then", () => {
    assert.deepStrictEqual(piecesOf(oneSide("+"), [Buffer.from("a\0b\n"), Buffer.from("text\n")]), [{ _tag: "Kind", binary: true }])
  })
})

describe("lines", () => {
  it("are mended, and cut where they are long, whatever they hold", () => {
    const long = Buffer.concat([Buffer.from("😀".repeat(5000)), Buffer.from("\n")])
    const [first] = hunksIn(piecesOf(oneSide("+"), chunked(long, 999))).flatMap(({ lines }) => lines)
    assert.strictEqual(first?.text, "😀".repeat(1000))
    assert.strictEqual(first?.cut, 16_000)
    const [bad] = hunksIn(piecesOf(oneSide("+"), [Buffer.concat([Buffer.alloc(8000, "x\n"), Buffer.from([0x61, 0xff, 0, 0x62, 0x0a])])])).flatMap(({ lines }) => lines).slice(-1)
    assert.deepStrictEqual(bad, { sign: "+", text: "a\uFFFD\uFFFDb" })
  })

  it("of any length hold no more than their beginning in memory", () => {
    let open: OpenLine
    for (let chunk = 0; chunk < 100; chunk++) open = linesOf(open, Buffer.alloc(65_536, "x")).open
    assert.strictEqual(open?.bytes.length, 8192)
    assert.strictEqual(open?.dropped, 100 * 65_536 - 8192)
  })
})

describe("frames", () => {
  const many = Buffer.from(Array.from({ length: 5000 }, (_, at) => `line ${at} ${"x".repeat(at % 90)}\n`).join(""))

  it("are small, and the pieces of a hunk go on where the last ended", () => {
    const pieces = piecesOf(oneSide("+"), [many])
    let next = 1
    for (const piece of pieces) {
      if (piece._tag !== "Hunks") continue
      assert.isBelow(JSON.stringify(piece).length, 66_000)
      for (const { lines, newLines, newStart, nth } of piece.hunks) {
        assert.deepStrictEqual([nth, newStart, newLines], [0, next, lines.length])
        next += newLines
      }
    }
    assert.strictEqual(next, 5001)
  })

  it("end at a cap, which is said, and not where there was no more", () => {
    const cut = (caps: Partial<Caps>) => piecesOf(oneSide("+"), chunked(many, 10_000), { ...noCaps, ...caps })
    assert.deepStrictEqual(cut({ lines: 4999 }).at(-1), { _tag: "Cut", why: "lines", anyway: true })
    assert.strictEqual(hunksIn(cut({ lines: 4999 })).reduce((sum, { lines }) => sum + lines.length, 0), 4999)
    assert.strictEqual(cut({ lines: 5000, bytes: many.length }).at(-1)?._tag, "Hunks")
    assert.deepStrictEqual(cut({ bytes: 1000 }).at(-1), { _tag: "Cut", why: "bytes", anyway: true })
  })
})
