import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import type { DiffFrame, DiffOrder } from "../../shared/Diff.ts"
import { SessionId } from "../../shared/Ids.ts"
import { done, type Reply } from "../rpc/Reply.ts"
import { CommentsStores } from "./CommentsStore.ts"
import { DiffStore } from "./DiffStore.ts"
import { memoryKept } from "./Kept.ts"

const sessionId = SessionId.make(crypto.randomUUID())
const order = (path: string): DiffOrder => ({ sessionId, path, baseBlob: "1".repeat(40), blob: "2".repeat(40) })
const head: DiffFrame = { _tag: "Head", binary: false, image: null, oldBytes: 1, newBytes: 1, choosable: true }
const hunks = (nth: number, lines = 1): DiffFrame => ({
  _tag: "Hunks", hunks: [{ nth, oldStart: 1, oldLines: 0, newStart: 1, newLines: lines, heading: "", lines: Array.from({ length: lines }, () => ({ sign: "+" as const, text: "x" })) }]
})

/** A server whose streams are given by hand. */
const serving = () => {
  const asked: Array<{ readonly path: string; readonly signal: AbortSignal; readonly send: (frame: DiffFrame) => void; readonly end: (reply: Reply<void>) => void }> = []
  const store = new DiffStore({
    diff: ({ path }, send, signal) => new Promise((end) => { asked.push({ path, signal, send, end }) }),
    content: () => Promise.resolve(done({ type: "image/png", base64: "AA==" }))
  })
  const at = (index: number) => asked[index] ?? expect.fail(`nothing was asked ${index + 1} times`)
  return { asked, at, store }
}
const settled = () => vi.advanceTimersByTimeAsync(0)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe("the diff store", () => {
  test("collects a diff's pieces in one list, and says when all are there", async () => {
    const { at, store } = serving()
    const diff = store.hold(order("a"))
    const { pieces } = diff
    let changes = 0
    diff.subscribe(() => { changes += 1 })
    at(0).send(head)
    const list = diff.pieces
    at(0).send(hunks(0))
    at(0).send(hunks(1))
    expect(pieces).toEqual([])
    expect(diff.pieces).toBe(list)
    expect([diff.lines, diff.over]).toEqual([2, false])
    at(0).send({ _tag: "Cut", why: "lines", anyway: true })
    at(0).end(done(undefined))
    await settled()
    expect([diff.over, diff.cut?.why, changes]).toEqual([true, "lines", 5])
  })

  test("asks once for what several hold, and ends the stream when nobody does", () => {
    const { asked, at, store } = serving()
    const first = store.hold(order("a"))
    expect(store.hold(order("a"))).toBe(first)
    expect(asked).toHaveLength(1)
    store.release(first)
    expect(at(0).signal.aborted).toBe(false)
    store.release(first)
    expect(at(0).signal.aborted).toBe(true)
    at(0).send(head)
    expect(first.head).toBeUndefined()
    expect(store.hold(order("a"))).not.toBe(first)
    expect(asked).toHaveLength(2)
  })

  test("shows a whole one again at once, and keeps only the last few", async () => {
    const { asked, at, store } = serving()
    const show = async (path: string) => {
      const diff = store.hold(order(path))
      asked.find((one) => one.path === path)?.end(done(undefined))
      await settled()
      store.release(diff)
      return diff
    }
    const first = await show("a")
    expect(await show("a")).toBe(first)
    for (const path of ["b", "c", "d", "e", "f", "g", "h", "i"]) await show(path)
    expect(store.hold(order("a"))).not.toBe(first)
    expect(at(9).path).toBe("a")
  })

  test("begins anew after a lost connection, for those who wait only", async () => {
    const { asked, at, store } = serving()
    const diff = store.hold(order("a"))
    at(0).send(head)
    at(0).send(hunks(0))
    at(0).end({ _tag: "Unreached", message: "The connection was lost." })
    await settled()
    expect([diff.problem, diff.lines]).toEqual(["The connection was lost.", 1])
    await vi.advanceTimersByTimeAsync(1000)
    expect(asked).toHaveLength(2)
    at(1).send(head)
    at(1).send(hunks(0, 3))
    expect([diff.problem, diff.lines]).toEqual([undefined, 3])
    at(1).end({ _tag: "Unreached", message: "The connection was lost." })
    await settled()
    store.release(diff)
    await vi.advanceTimersByTimeAsync(5000)
    expect(asked).toHaveLength(2)
  })

  test("says what was refused, and asks again when told to", async () => {
    const { asked, at, store } = serving()
    const diff = store.hold(order("a"))
    at(0).end({ _tag: "Refused", message: "No." })
    await settled()
    expect(diff.problem).toBe("No.")
    await vi.advanceTimersByTimeAsync(5000)
    expect(asked).toHaveLength(1)
    diff.start()
    expect(asked).toHaveLength(2)
  })

  test("gives a picture as an address", async () => {
    expect(await serving().store.image(sessionId, "1")).toEqual(done("data:image/png;base64,AA=="))
  })
})

describe("the comments store", () => {
  const place = { path: "a.ts", side: "new", blob: null, from: 1, to: 2, quoted: "x" } as const

  test("keeps comments over a reload, by session, until they are taken away", () => {
    const kept = memoryKept()
    const comments = new CommentsStores(kept).of(sessionId)
    comments.add(place, "One")
    comments.add({ ...place, path: "b.ts" }, "Two")
    const again = new CommentsStores(kept)
    expect(again.of(sessionId).comments.map(({ text }) => text)).toEqual(["One", "Two"])
    expect(again.of(SessionId.make(crypto.randomUUID())).count).toBe(0)
    const [one, two] = again.of(sessionId).comments
    again.of(sessionId).edit(two?.id ?? "", "Two, better")
    again.of(sessionId).remove([one?.id ?? ""])
    expect(new CommentsStores(kept).of(sessionId).comments.map(({ text }) => text)).toEqual(["Two, better"])
    expect(again.of(sessionId).ofPath("a.ts")).toEqual([])
  })

  test("begins empty where what was kept can't be read", () => {
    const kept = memoryKept()
    kept.set(`comments.${sessionId}`, "[{\"id\":1}]")
    expect(new CommentsStores(kept).of(sessionId).comments).toEqual([])
  })

  test("loses nothing that another tab wrote meanwhile", () => {
    const kept = memoryKept()
    const here = new CommentsStores(kept).of(sessionId), there = new CommentsStores(kept).of(sessionId)
    there.add(place, "There")
    here.add(place, "Here")
    expect(here.comments.map(({ text }) => text)).toEqual(["There", "Here"])
  })
})
