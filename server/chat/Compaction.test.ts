/** The laws of compaction and of pages, on generated histories and with small windows, which every history overflows. */
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { type Chat, empty, evolve, openWindow, standardWindow, type Window } from "../../shared/Chat.ts"
import type { Item, LogEntry } from "../../shared/ChatEvent.ts"
import type { TurnId } from "../../shared/Ids.ts"
import type { ChatPage } from "../../shared/rpc/ChatRpc.ts"
import { isOpen, type TurnSummary } from "../../shared/Turn.ts"
import { arbitraryHistory, longHistory } from "../../test/support/ChatHistory.ts"
import { assertSame } from "../../test/support/assertSame.ts"
import { compactTurn, pageOf } from "./Compaction.ts"

type Log = ReadonlyArray<LogEntry>

const windows: ReadonlyArray<Window> = [
  { items: 6, size: 1200, turns: 4 }, { items: 25, size: 500, turns: 50 }, { items: 2, size: Infinity, turns: 1 }, standardWindow
]
const history = arbitraryHistory
const window = Arbitrary.schema(Schema.Literals([0, 1, 2, 3])).pipe(Arbitrary.map((index) => windows[index] ?? standardWindow))
const numbers = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1000 })))
const laws = { arbitrary: { runs: 150, size: 100 } }
/** Each run has a reader at each seq. */
const readers = { arbitrary: { runs: 60, size: 100 } }

const fold = (log: Log, within: Window, from: Chat = empty): Chat => log.reduce((chat, entry) => evolve(chat, entry, within), from)

const endedTurns = (log: Log): ReadonlyArray<TurnSummary> => fold(log, openWindow).turns.filter((turn) => !isOpen(turn))

const applied = (log: Log, { remove, rows }: ReturnType<typeof compactTurn>): Log => {
  const gone = new Set(remove)
  return [...log.filter(({ seq }) => !gone.has(seq)), ...rows].toSorted((a, b) => a.seq - b.seq)
}

/** As the server does it: one turn after the other, each from the stretch that holds it. */
const compact = (log: Log, turns: ReadonlyArray<TurnSummary>): Log => turns.reduce((now, { turnId }) => {
  const own = now.findIndex(({ event }) => event._tag === "TurnEnded" && event.turnId === turnId)
  return applied(now, compactTurn(now.slice(0, own + 1), turnId))
}, log)

/** Some of the turns, in some order. */
const choose = (turns: ReadonlyArray<TurnSummary>, picks: ReadonlyArray<number>): ReadonlyArray<TurnSummary> =>
  Array.from(new Set(picks.flatMap((pick) => turns[pick % Math.max(1, turns.length)] ?? [])))

const assertReadersAgree = (log: Log, compacted: Log, within: Window): void => {
  const last = fold(log, within)
  assertSame(fold(compacted, within), last, "a reader from the start")
  let chat = empty
  for (const entry of log) {
    chat = evolve(chat, entry, within)
    const { seq } = chat
    assertSame(fold(compacted.filter((row) => row.seq > seq), within, chat), last, `a reader that stood at ${seq}`)
  }
}

describe("fold(compact(log)) = fold(log)", () => {
  it.prop("with one turn compacted, wherever a reader stood", { history, window, pick: numbers }, ({ history: { log }, pick, window }) => {
    assertReadersAgree(log, compact(log, choose(endedTurns(log), pick.slice(0, 1))), window)
  }, readers)

  it.prop("with several turns compacted in any order, wherever a reader stood", { history, window, picks: numbers }, ({ history: { log }, picks, window }) => {
    assertReadersAgree(log, compact(log, choose(endedTurns(log), picks)), window)
  }, readers)

  it.prop("with all turns compacted, wherever a reader stood", { history, window }, ({ history: { log }, window }) => {
    assertReadersAgree(log, compact(log, endedTurns(log)), window)
  }, readers)

  it.prop("while a reader reads: before, between and after compactions", { history, window, picks: numbers, cuts: numbers }, ({ cuts, history: { log }, picks, window }) => {
    const stages = choose(endedTurns(log), picks).reduce<ReadonlyArray<Log>>((all, turn) =>
      [...all, compact(all.at(-1) ?? log, [turn])], [log])
    let chat = empty
    for (const [index, stage] of stages.entries()) {
      const until = chat.seq + (cuts[index] ?? 40) % 40
      chat = fold(stage.filter(({ seq }) => seq > chat.seq && seq <= until), window, chat)
    }
    const rest = (stages.at(-1) ?? log).filter(({ seq }) => seq > chat.seq)
    assertSame(fold(rest, window, chat), fold(log, window), "the reader")
  }, { arbitrary: { runs: 300, size: 100 } })

  it("in a chat of real size, within the standard window", () => {
    const { log } = longHistory(9000, 7)
    const compacted = compact(log, endedTurns(log))
    const last = fold(log, standardWindow)
    assert.isAbove(last.floor, 0)
    assert.strictEqual(last.taken.length, 256)
    assert.isBelow(compacted.length, log.length * 0.8)
    assertSame(fold(compacted, standardWindow), last, "a reader from the start")
    for (let seq = 0; seq < log.length; seq += 1501) {
      const chat = fold(log.slice(0, seq), standardWindow)
      assertSame(fold(compacted.filter((row) => row.seq > seq), standardWindow, chat), last, `a reader that stood at ${seq}`)
    }
  })
})

describe("compactTurn", () => {
  const isEndOf = (turnId: TurnId) => ({ event }: LogEntry) => event._tag === "TurnEnded" && event.turnId === turnId

  it.prop("leaves one row an item and one for the turn, within the seqs it frees", { history }, ({ history: { log, whole } }) => {
    for (const { anchor, promptId, turnId } of endedTurns(log)) {
      const { remove, rows } = compactTurn(log, turnId)
      const items = whole.items.filter((item) => item.turnId === turnId)
      assertSame(rows.flatMap(({ event }) => event._tag === "ItemSealed" ? [event.item] : []).toSorted((a, b) => a.anchor - b.anchor),
        items.filter((item) => item._tag !== "Prompt"), "items")
      assert.isTrue(rows.every(({ seq }, index) => remove.includes(seq) && seq > (rows[index - 1]?.seq ?? 0)))
      for (const row of rows) if (row.event._tag === "ItemSealed") assertSame(row, { ...lastOf(log, row.event.item), event: row.event }, "row")
      const last = rows.at(-1), end = log.find(isEndOf(turnId))
      assert.deepStrictEqual([last?.seq, last?.at, last?.anchor, last?.event._tag], [end?.seq, end?.at, anchor, "TurnSealed"])
      assert.strictEqual(last?.event._tag === "TurnSealed" ? last.event.prompt?.promptId : undefined, promptId)
      const kept = applied(log, { remove, rows }).map(({ event }) => event)
      assert.isFalse(kept.some((event) => "turnId" in event && event.turnId === turnId))
      assert.isFalse(kept.some((event) => event._tag === "PromptQueued" && event.prompt.promptId === promptId))
    }
  }, laws)

  /** Place and time of the last entry that was about an item, found by its own id. */
  const lastOf = (log: Log, item: Item) => {
    const last = log.findLast(({ event }) => "turnId" in event && event.turnId === item.turnId && (
      event._tag === "TextAppended" ? item._tag === "Text" && item.partId === event.partId
        : event._tag === "ToolCallUpserted" ? item._tag === "Tool" && item.call.toolCallId === event.call.toolCallId
        : event._tag === "PlanReplaced" ? item._tag === "Plan"
        : event._tag === "RequestOpened" || event._tag === "RequestClosed" ? item._tag === "Request" && item.requestId === event.requestId
        : false))
    return last === undefined ? undefined : { seq: last.seq, anchor: item.anchor, at: last.at }
  }

  it.prop("has nothing to do for an open turn, an unknown one, or one done before", { history }, ({ history: { log, whole } }) => {
    const nothing = { remove: [], rows: [] }
    for (const turn of whole.turns) {
      if (isOpen(turn)) assert.deepStrictEqual(compactTurn(log, turn.turnId), nothing)
      else {
        assert.deepStrictEqual(compactTurn(compact(log, [turn]), turn.turnId), nothing)
        assert.deepStrictEqual(compactTurn(log.slice(0, log.findIndex(isEndOf(turn.turnId))), turn.turnId), nothing)
        assert.deepStrictEqual(compactTurn([], turn.turnId), nothing)
      }
    }
  }, laws)

  it.prop("leaves a turn alone whose prompt is not in the stretch: it must not be lost", { history }, ({ history: { log } }) => {
    for (const { anchor, promptId, turnId } of endedTurns(log)) {
      const { remove } = compactTurn(log.filter(({ seq }) => seq >= anchor), turnId)
      assert.strictEqual(remove.length > 0, promptId === undefined)
    }
  }, laws)
})

describe("pageOf", () => {
  const limits = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9 }))

  /** As the log serves pages: whole items, by their anchors, newest first. */
  const older = (log: Log, before: number, limit: number): ChatPage => {
    const anchors = Array.from(new Set(log.map(({ anchor }) => anchor))).filter((anchor) => anchor < before).toSorted((a, b) => b - a)
    const from = anchors.slice(0, limit).at(-1) ?? before
    return pageOf(log.filter(({ anchor }) => anchor >= from && anchor < before).toSorted((a, b) => a.anchor - b.anchor), anchors.length > limit)
  }

  const allPages = (log: Log, chat: Chat, limit: number): ReadonlyArray<ChatPage> => {
    const pages: Array<ChatPage> = []
    for (let before = chat.floor; before > 0;) {
      const page = older(log, before, limit)
      assert.isBelow(page.floor, before)
      pages.unshift(page)
      before = page.floor
    }
    return pages
  }

  it.prop("pages and window together hold every item and turn, each once but for what is open", { history, limits, window }, ({ history: { log, whole }, limits, window }) => {
    const compacted = compact(log, endedTurns(log))
    const chat = fold(log, window)
    const pages = allPages(compacted, chat, limits)
    const inWindow = new Map(chat.items.map((item) => [item.anchor, item]))
    const paged = pages.flatMap(({ items }) => items)
    // an open item stands in the window though its anchor is below the floor; there the window wins
    const all = [...paged.filter(({ anchor }) => !inWindow.has(anchor)), ...chat.items].toSorted((a, b) => a.anchor - b.anchor)
    assertSame(all, whole.items, "items")
    assert.isTrue(paged.every(({ anchor }, index) => anchor > (paged[index - 1]?.anchor ?? 0)))
    const turns = new Map([...pages.flatMap((page) => page.turns), ...chat.turns].map((turn) => [turn.turnId, turn]))
    assertSame(whole.turns.map(({ turnId }) => turns.get(turnId)), whole.turns, "turns")
  }, laws)

  it.prop("lacks nothing of a log that is not compacted, when the prompts of its queue are given along", { history }, ({ history: { log, whole } }) => {
    const prompts = log.filter(({ event }) => event._tag === "PromptQueued" || event._tag === "PromptChanged")
    const half = whole.items[Math.floor(whole.items.length / 2)]?.anchor ?? 0
    const rows = log.filter(({ anchor }) => anchor >= half)
    assertSame(pageOf(Array.from(new Set([...prompts, ...rows])), true).items, whole.items.filter(({ anchor }) => anchor >= half), "items")
  }, laws)

  it("says where to go on, and 0 where nothing is older", () => {
    const { log } = longHistory(120, 5)
    assert.strictEqual(pageOf(log, false).floor, 0)
    assert.strictEqual(pageOf([], true).floor, 0)
    const { floor, items, turns } = pageOf(log, true)
    assert.strictEqual(floor, Math.min(...[...items, ...turns].map(({ anchor }) => anchor)))
  })
})
