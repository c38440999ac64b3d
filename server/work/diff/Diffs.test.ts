/** Diffs of single files, made by git and read as a stream. Guards P16: a big diff freezes nothing. */
import { assert, layer } from "@effect/vitest"
import { Effect, Exit, FileSystem, Layer, Stream } from "effect"
import { readFileSync, readdirSync, readlinkSync } from "node:fs"
import type { DiffFrame, DiffOrder } from "../../../shared/Diff.ts"
import { ProjectId, SessionId } from "../../../shared/Ids.ts"
import type { Project } from "../../../shared/Session.ts"
import { Diffs } from "./Diffs.ts"
import { makeRepository, rawGit, temporaryFolder, testGit } from "../git/temporaryRepository.ts"
import { makeTreeFiles } from "../git/TreeFiles.ts"
import { WorktreePort } from "../worktree/WorktreePort.ts"

const sessionId = SessionId.make(crypto.randomUUID())
const projects = new Map<SessionId, Project>()
const services = Diffs.layer.pipe(Layer.provideMerge(WorktreePort.layerMemory(projects, new Map())), Layer.provideMerge(testGit))

const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64")

const stage = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const diffs = yield* Diffs
  const top = yield* makeRepository(`${yield* temporaryFolder}/project`)
  projects.set(sessionId, { id: ProjectId.make(crypto.randomUUID()), path: top, name: "p", addedAt: 0 })
  const keep = Effect.fnUntraced(function*(content: string | Uint8Array) {
    yield* fs.writeFile(`${top}/content`, typeof content === "string" ? Buffer.from(content) : content)
    return (yield* rawGit(top, "hash-object", "-w", "--no-filters", "content")).trim()
  })
  const diff = (baseBlob: string | null, blob: string | null, more: Partial<DiffOrder> = {}) => diffs.diff({ sessionId, path: "a.txt", baseBlob, blob, ...more })
  return { top, keep, diff, all: (...order: Parameters<typeof diff>) => Stream.runCollect(diff(...order)) }
})

const head = (frames: ReadonlyArray<DiffFrame>) => frames[0]?._tag === "Head" ? frames[0] : undefined
const hunks = (frames: ReadonlyArray<DiffFrame>) => frames.flatMap((frame) => frame._tag === "Hunks" ? frame.hunks : [])
const drawn = (frames: ReadonlyArray<DiffFrame>) => hunks(frames).flatMap(({ lines }) => lines.map(({ sign, text }) => sign + text))
const numbered = (count: number, other: (line: number) => boolean) =>
  Array.from({ length: count }, (_, at) => `line ${at + 1}${other(at + 1) ? " changed" : ""}\n`).join("")

/** Processes of git that are children of this one and alive. */
/** At work in a folder: other tests of this process have theirs. */
const gitsIn = (top: string): ReadonlyArray<string> => readdirSync("/proc").filter((pid) => /^\d+$/.test(pid)).filter((pid) => {
  try {
    return new RegExp(`^\\d+ \\(git\\) [^Z] ${process.pid} `).test(readFileSync(`/proc/${pid}/stat`, "utf8")) && readlinkSync(`/proc/${pid}/cwd`) === top
  } catch {
    // it ended while it was looked at
    return false
  }
})

layer(services, { excludeTestServices: true })("a diff", (it) => {
  it.effect("has a head, then hunks, numbered as whoever applies them counts", () => Effect.gen(function*() {
    const { all, keep, top } = yield* stage
    const from = yield* keep(numbered(200, () => false)), to = yield* keep(numbered(200, (line) => line % 25 === 0))
    // a setting that would merge hunks changes no number
    yield* rawGit(top, "config", "diff.interHunkContext", "50")
    const frames = yield* all(from, to)
    assert.deepStrictEqual(head(frames), { _tag: "Head", binary: false, image: null, oldBytes: 1692, newBytes: 1756, choosable: true })
    const counted = yield* (yield* makeTreeFiles).hunks(top, from, to)
    assert.strictEqual(counted.length, 8)
    assert.deepStrictEqual(hunks(frames).map(({ lines }) => lines.map(({ sign, text }) => `${sign}${text}\n`).join("")), counted.map((hunk) => hunk.toString().replace(/^.*\n/, "")))
    assert.deepStrictEqual(hunks(frames).map(({ newStart, nth, oldLines }) => [nth, newStart, oldLines]).slice(0, 2), [[0, 22, 7], [1, 47, 7]])
    assert.strictEqual(hunks(yield* all(from, to, { context: 20 })).length, 1)
    assert.strictEqual(head(yield* all(from, to, { context: 20 }))?.choosable, false)
  }))

  it.effect("of a file with one side has all its lines", () => Effect.gen(function*() {
    const { all, keep } = yield* stage
    const blob = yield* keep("one\r\ntwo")
    const created = yield* all(null, blob)
    assert.deepStrictEqual(head(created), { _tag: "Head", binary: false, image: null, oldBytes: null, newBytes: 8, choosable: false })
    assert.deepStrictEqual(drawn(created), ["+one\r", "+two", "\\No newline at end of file"])
    assert.deepStrictEqual(drawn(yield* all(blob, null)), ["-one\r", "-two", "\\No newline at end of file"])
    assert.strictEqual((yield* all(null, yield* keep(""))).length, 1)
    assert.strictEqual((yield* all(blob, blob)).length, 1)
  }))

  it.effect("keeps carriage returns, mends what is no UTF-8, and can leave white space aside", () => Effect.gen(function*() {
    const { all, keep } = yield* stage
    assert.deepStrictEqual(drawn(yield* all(yield* keep("a\nb\n"), yield* keep("a\r\nb\n"))), ["-a", "+a\r", " b"])
    assert.deepStrictEqual(drawn(yield* all(yield* keep("a\n"), yield* keep(Buffer.from([0x63, 0xe9, 0x0a])))), ["-a", "+c\uFFFD"])
    const spaced = yield* all(yield* keep("a b\nc\n"), yield* keep("a  b\nd\n"), { ignoreSpace: true })
    assert.deepStrictEqual([drawn(spaced), head(spaced)?.choosable], [[" a  b", "-c", "+d"], false])
    assert.deepStrictEqual(drawn(yield* all(yield* keep("a b\n"), yield* keep("ab\n"), { ignoreSpace: true })), [])
  }))

  it.effect("tells binaries and images by their content, whatever they are called", () => Effect.gen(function*() {
    const { all, keep } = yield* stage
    const diffs = yield* Diffs
    const image = yield* keep(png), other = yield* keep(Buffer.concat([png, Buffer.from([0])])), data = yield* keep(Buffer.from([1, 0, 2]))
    const kinds = yield* Effect.forEach([[image, other], [null, image], [image, null], [image, data], [null, data], [data, null]] as const, ([from, to]) =>
      Effect.map(all(from, to), (frames) => [frames.length, head(frames)?.binary, head(frames)?.image]))
    const isImage = [1, true, "image/png"], isData = [1, true, null]
    assert.deepStrictEqual(kinds, [isImage, isImage, isImage, isData, isData, isData])
    const svg = yield* keep("<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n")
    const drawing = yield* all(null, svg, { path: "x.svg" })
    assert.deepStrictEqual([head(drawing)?.binary, head(drawing)?.image, drawn(drawing).length], [false, "image/svg+xml", 2])
    assert.deepStrictEqual(yield* diffs.content(sessionId, image), { type: "image/png", base64: png.toString("base64") })
    const refusal = (blob: string) => Effect.map(Effect.flip(diffs.content(sessionId, blob)), ({ reason }) => reason._tag)
    assert.strictEqual(yield* refusal(data), "NotAnImage")
    assert.strictEqual(yield* refusal(yield* keep(Buffer.concat([png, Buffer.alloc(2 * 1024 * 1024)]))), "TooLarge")
  }))

  it.effect("of contents that git doesn't have is refused with a sentence", () => Effect.gen(function*() {
    const { all, keep, top } = yield* stage
    const known = yield* keep("a\n"), commit = (yield* rawGit(top, "rev-parse", "HEAD")).trim()
    for (const [from, to] of [["1".repeat(40), known], [known, "1".repeat(40)], [null, "1".repeat(40)], [known, commit]] as const) {
      const error = yield* Effect.flip(all(from, to))
      assert.strictEqual(error.reason._tag, "UnknownContent")
      assert.include(error.message, "no such content")
    }
    const stranger = yield* Effect.flip(Stream.runCollect((yield* Diffs).diff({ sessionId: SessionId.make(crypto.randomUUID()), path: "a", baseBlob: null, blob: known })))
    assert.strictEqual(stranger.reason._tag, "UnknownSession")
  }))
})

layer(services, { excludeTestServices: true })("a large diff", (it) => {
  it.effect("ends at a cap, and goes on when it is asked for anyway", () => Effect.gen(function*() {
    const { all, keep } = yield* stage
    const long = yield* keep(numbered(30_000, () => false)), other = yield* keep(numbered(30_000, (line) => line < 15_000))
    const cut = yield* all(long, other)
    assert.deepStrictEqual(cut.at(-1), { _tag: "Cut", why: "lines", anyway: true })
    assert.strictEqual(drawn(cut).length, 20_000)
    const whole = yield* all(long, other, { anyway: true })
    assert.strictEqual(whole.at(-1)?._tag, "Hunks")
    assert.strictEqual(drawn(whole).length, 2 * 14_999 + 3)
    const wide = yield* all(null, yield* keep(`${"x".repeat(1500)}\n`.repeat(1000)))
    assert.deepStrictEqual(wide.at(-1), { _tag: "Cut", why: "bytes", anyway: true })
  }))

  it.effect("of one line of 20 MB is read through, and its beginning shown", () => Effect.gen(function*() {
    const { all, keep } = yield* stage
    const frames = yield* all(yield* keep("a".repeat(20_000_000)), yield* keep("b".repeat(20_000_000)))
    assert.deepStrictEqual(hunks(frames).flatMap(({ lines }) => lines.map(({ cut, sign, text }) => [sign, text.length, cut])),
      [["-", 2000, 19_998_000], ["\\", 25, undefined], ["+", 2000, 19_998_000], ["\\", 25, undefined]])
  }))

  it.effect("leaves no git behind when its reader goes, nor lets others wait for it", () => Effect.gen(function*() {
    const { all, diff, keep, top } = yield* stage
    const gits = () => gitsIn(top)
    const big = yield* keep(numbered(400_000, () => false)), other = yield* keep(numbered(400_000, () => true))
    assert.deepStrictEqual(gits(), [])
    yield* Effect.scoped(Effect.gen(function*() {
      // one reads nothing, while others of the session, and more than may run at once, go on
      const stalled = yield* Stream.toPull(diff(big, other, { anyway: true }))
      yield* Effect.exit(stalled)
      assert.isNotEmpty(gits())
      const small = yield* keep("x\n")
      yield* Effect.forEach(Array.from({ length: 12 }), () => all(null, small), { concurrency: "unbounded" })
      const first = yield* Stream.runCollect(Stream.take(diff(big, other, { anyway: true }), 2))
      assert.deepStrictEqual(first.map(({ _tag }) => _tag), ["Head", "Hunks"])
      assert.strictEqual(gits().length, 1)
    }))
    assert.deepStrictEqual(gits(), [])
    const interrupted = yield* Effect.exit(Effect.timeout(all(big, other, { anyway: true }), "50 millis"))
    assert.isTrue(Exit.isFailure(interrupted))
    assert.deepStrictEqual(gits(), [])
  }), 30_000)

  it.effect("keeps the event loop free while it is made", () => Effect.gen(function*() {
    const { all, keep } = yield* stage
    const big = yield* keep(numbered(200_000, () => false)), other = yield* keep(numbered(200_000, () => true))
    const gaps: Array<number> = []
    const watching = yield* Effect.forkChild(Effect.gen(function*() {
      for (let last = performance.now(); ; last = performance.now()) {
        yield* Effect.sleep("1 millis")
        gaps.push(performance.now() - last)
      }
    }))
    const frames = yield* all(big, other, { anyway: true })
    watching.interruptUnsafe()
    assert.strictEqual(drawn(frames).length, 400_000)
    // many turns, none of them long; how long exactly is the bench's to say
    assert.isAbove(gaps.length, frames.length / 4)
    assert.isBelow(gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? Infinity, 40)
  }), 30_000)
})
