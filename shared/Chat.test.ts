/** The laws of the fold, on generated histories. Windows are small here, so that every history overflows them. */
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { type ChatHistory, arbitraryHistory, longHistory } from "../test/support/ChatHistory.ts"
import * as given from "../test/support/given.ts"
import { assertSame } from "../test/support/assertSame.ts"
import {
  anchorOf, Chat, empty, evolve, factsOf, leftItems, openRequests, openTurns, openWindow, promptDigest, promptedTurn, standardWindow, type Window
} from "./Chat.ts"
import { ChatEvent, type Item, LogEntry, type QueuedPrompt } from "./ChatEvent.ts"
import { itemKey, itemSize } from "./ChatItems.ts"
import { applyFrame, ChatFrame } from "./Feed.ts"
import { AgentName, BootId, PartId, PromptId, RequestId, TurnId, Who } from "./Ids.ts"
import { hasEnded } from "./ToolCall.ts"
import { isOpen } from "./Turn.ts"

const smallWindows: ReadonlyArray<Window> = [
  { items: 6, size: 1200, turns: 4 }, { items: 25, size: 500, turns: 50 }, { items: 2, size: Infinity, turns: 1 }, standardWindow
]
const history = arbitraryHistory
const window = Arbitrary.schema(Schema.Literals([0, 1, 2, 3])).pipe(Arbitrary.map((index) => smallWindows[index] ?? standardWindow))
const cut = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 200 }))
const laws = { arbitrary: { runs: 200, size: 100 } }

const fold = (log: ReadonlyArray<LogEntry>, within: Window, from: Chat = empty): Chat =>
  log.reduce((chat, entry) => evolve(chat, entry, within), from)

/** Each state on the way, the empty one first. */
const states = (log: ReadonlyArray<LogEntry>, within: Window): ReadonlyArray<Chat> => {
  let chat = empty
  return [empty, ...log.map((entry) => (chat = evolve(chat, entry, within)))]
}

/** Whether an item may still be added to, said here once more and by other means than the fold does. */
const isOpenItem = (chat: Chat, item: Item): boolean => {
  if (!openTurns(chat).some(({ turnId }) => turnId === item.turnId)) return false
  const newest = chat.items.filter(({ turnId }) => turnId === item.turnId).reduce((last, { anchor }) => Math.max(last, anchor), 0)
  return item._tag === "Prompt" || item._tag === "Plan" || (item._tag === "Text" && item.anchor === newest)
    || (item._tag === "Tool" && !hasEnded(item.call.status)) || (item._tag === "Request" && item.closed === undefined)
}

/** What a window leaves of everything: the definition that the fold must agree with, step by step. */
const expectedWindow = (whole: Chat, within: Window): Chat => {
  const ended = whole.turns.filter((turn) => !isOpen(turn))
  const keptTurns = ended.slice(-within.turns)
  const turnFloor = keptTurns.length < ended.length ? keptTurns[0]?.anchor ?? 0 : 0
  let size = 0, itemFloor = 0
  const finished = whole.items.filter((item) => !isOpenItem(whole, item)).toReversed()
  for (const [index, item] of finished.entries()) {
    size += itemSize(item)
    if (index > 0 && (index >= within.items || size > within.size)) {
      itemFloor = item.anchor + 1
      break
    }
  }
  const floor = Math.max(turnFloor, itemFloor)
  const items = whole.items.filter((item) => item.anchor >= floor || isOpenItem(whole, item))
  const turns = whole.turns.filter((turn) => isOpen(turn) || keptTurns.includes(turn) || items.some(({ turnId }) => turnId === turn.turnId))
  return { ...whole, items, turns, floor, size: items.reduce((sum, item) => sum + itemSize(item), 0) }
}

const overWire = <S extends Schema.Codec<unknown, unknown>>(schema: S): (value: S["Type"]) => S["Type"] => {
  const codec = Schema.toCodecJson(schema), encode = Schema.encodeSync(codec), decode = Schema.decodeUnknownSync(codec)
  return (value) => decode(JSON.parse(JSON.stringify(encode(value))))
}
const chatOverWire = overWire(Chat), entryOverWire = overWire(LogEntry)

describe("evolve", () => {
  it.prop("keeps exactly what the window's definition leaves of everything, at each seq", { history, window }, ({ history, window }) => {
    let chat = empty, whole = empty
    for (const entry of history.log) {
      chat = evolve(chat, entry, window)
      whole = evolve(whole, entry, openWindow)
      assertSame(chat, expectedWindow(whole, window), `after seq ${entry.seq}`)
    }
  }, laws)

  it.prop("changes nothing when an entry comes twice, or a beginning of the log again", { history, window }, ({ history: { log }, window }) => {
    const all = states(log, window)
    for (const [index, entry] of log.entries()) {
      const chat = all[index + 1] ?? empty
      assert.strictEqual(evolve(chat, entry, window), chat)
    }
    const last = all.at(-1) ?? empty
    assert.strictEqual(fold(log, window, last), last)
  }, laws)

  it.prop("appends text once, though any piece of it come again later", { history, cut }, ({ cut, history }) => {
    const log = history.log.slice(0, cut), chat = fold(log, openWindow)
    for (const { anchor, at, event } of log) {
      if (event._tag !== "TextAppended") continue
      assertSame(evolve(chat, { seq: chat.seq + 1, anchor, at, event }, openWindow).items, chat.items, "items")
    }
  }, laws)

  it.prop("never changes an item of a turn that has ended", { history, window }, ({ history: { log }, window }) => {
    const all = states(log, window)
    for (const [index, after] of all.entries()) {
      const before = all[index - 1]
      if (before === undefined) continue
      const known = new Map(before.items.map((item) => [itemKey(item), item]))
      const ended = new Set(before.turns.filter((turn) => !isOpen(turn)).map(({ turnId }) => turnId))
      for (const item of after.items) if (ended.has(item.turnId)) assert.strictEqual(item, known.get(itemKey(item)))
    }
  }, laws)

  it.prop("keeps items in anchor order, its size right, its floor rising, and a turn for each item", { history, window }, ({ history: { log }, window }) => {
    let floor = 0
    for (const chat of states(log, window)) {
      assert.isTrue(chat.items.every((item, index) => item.anchor > (chat.items[index - 1]?.anchor ?? 0)))
      assert.isTrue(chat.turns.every((turn, index) => turn.anchor > (chat.turns[index - 1]?.anchor ?? 0)))
      assert.strictEqual(chat.size, chat.items.reduce((sum, item) => sum + itemSize(item), 0))
      assert.isAtLeast(chat.floor, floor)
      assert.isTrue(chat.items.every((item) => chat.turns.some((turn) => turn.turnId === item.turnId)))
      floor = chat.floor
    }
  }, laws)

  it.prop("keeps every open item and turn, and of what is finished no more than the window", { history, window }, ({ history: { log }, window }) => {
    let whole = empty
    for (const [index, chat] of states(log, window).entries()) {
      const entry = log[index - 1]
      if (entry !== undefined) whole = evolve(whole, entry, openWindow)
      assertSame(chat.items.filter((item) => isOpenItem(whole, item)), whole.items.filter((item) => isOpenItem(whole, item)), "open items")
      assertSame(openTurns(chat), openTurns(whole), "open turns")
      assertSame(openRequests(chat).filter((item) => isOpenItem(whole, item)), openRequests(whole).filter((item) => isOpenItem(whole, item)), "open requests")
      const finished = chat.items.filter((item) => !isOpenItem(whole, item))
      assert.isAtMost(finished.length, window.items)
      if (finished.length > 1) assert.isAtMost(finished.reduce((sum, item) => sum + itemSize(item), 0), window.size)
    }
  }, laws)

  it.prop("says which items leave, so that with them nothing is missing", { history, window }, ({ history: { log }, window }) => {
    let chat = empty, whole = empty
    const left = new Set<number>()
    for (const entry of log) {
      const after = evolve(chat, entry, window)
      whole = evolve(whole, entry, openWindow)
      for (const item of leftItems(chat, entry, after)) {
        assertSame(item, whole.items.find(({ anchor }) => anchor === item.anchor), "as it left")
        left.add(item.anchor)
      }
      assert.deepStrictEqual(whole.items.map(({ anchor }) => anchor), [...left, ...after.items.map(({ anchor }) => anchor)].toSorted((a, b) => a - b))
      assert.deepStrictEqual(leftItems(after, entry, after), [])
      chat = after
    }
  }, { arbitrary: { runs: 60, size: 100 } })
})

describe("any event, in any order", () => {
  const encodeChat = Schema.encodeSync(Schema.toCodecJson(Chat))
  const anchors = Schema.Int.check(Schema.isBetween({ minimum: -2, maximum: 12 }))
  const anything = Schema.Array(Schema.Struct({ anchor: anchors, at: Schema.Finite, event: ChatEvent }))
  const turns = [1, 2, 3].map((n) => TurnId.make(`00000001-0000-4000-8000-${String(n).padStart(12, "0")}`))
  /** Brings arbitrary events together on few turns. */
  const onFewTurns = (event: ChatEvent, index: number): ChatEvent => {
    const turnId = turns[index % turns.length]
    return turnId === undefined || !("turnId" in event) ? event : { ...event, turnId }
  }
  const small: Window = { items: 3, size: 300, turns: 1 }

  it.prop("is taken without a throw, and the state can still be sent", { history, anything }, ({ anything, history }) => {
    const log = anything.map((entry, index): LogEntry => ({ ...entry, seq: history.whole.seq + index + 1, event: onFewTurns(entry.event, index) }))
    const chat = fold(log, small, fold(history.log, small))
    assert.strictEqual(chat.seq, history.whole.seq + log.length)
    assert.strictEqual(chat.size, chat.items.reduce((sum, item) => sum + itemSize(item), 0))
    encodeChat(chat)
  }, { arbitrary: { runs: 250, size: 30 } })

  it.prop("changes neither a turn that has ended nor its items", { history, anything }, ({ anything, history: { whole } }) => {
    const known = whole.turns.map(({ turnId }) => turnId)
    const ended = new Set(whole.turns.filter((turn) => !isOpen(turn)).map((turn) => turn.turnId))
    const ofEnded = ({ items, turns }: Chat) => [items.filter((item) => ended.has(item.turnId)), turns.filter((turn) => ended.has(turn.turnId))]
    for (const [index, { at, event }] of anything.entries()) {
      const turnId = known[index % known.length]
      if (turnId === undefined) continue
      const seq = whole.seq + 1
      const own = event._tag === "ItemSealed" ? { ...event, item: { ...event.item, turnId } }
        : event._tag === "TurnSealed" ? { ...event, turn: { ...event.turn, turnId } }
        : "turnId" in event ? { ...event, turnId } : event
      assertSame(ofEnded(evolve(whole, { seq, anchor: seq, at, event: own }, openWindow)), ofEnded(whole), event._tag)
    }
  }, { arbitrary: { runs: 150, size: 30 } })

  it("adds up usage to a number that can be sent, whatever an agent reports", () => {
    const usage = { inputTokens: Number.MAX_SAFE_INTEGER, outputTokens: Number.MAX_SAFE_INTEGER, cost: Number.MAX_VALUE, source: "measured" } as const
    const sealed = longHistory(200, 3).whole.turns.map((turn, index): LogEntry => ({
      seq: index + 1, anchor: turn.anchor, at: 1, event: { _tag: "TurnSealed", turn: { ...turn, usage } }
    }))
    assert.isAbove(sealed.length, 5)
    const chat = fold(sealed, standardWindow)
    assertSame(chatOverWire(chat), chat, "chat")
  })
})

describe("the wire", () => {
  it.prop("brings states and events over as they are", { history, window }, ({ history: { log }, window }) => {
    const chat = fold(log, window)
    assertSame(chatOverWire(chat), chat, "chat")
    for (const entry of log) assertSame(entryOverWire(entry), entry, entry.event._tag)
  }, { arbitrary: { runs: 40, size: 100 } })

  it.prop("a snapshot and the events after it make the same state, overlapping ones too", { history, cut, back: cut }, ({ back, cut, history: { log } }) => {
    const at = Math.min(cut, log.length), from = Math.max(0, at - back)
    const snapshot: ChatFrame = { _tag: "Snapshot", epoch: 1, chat: fold(log.slice(0, at), standardWindow) }
    const events: ChatFrame = { _tag: "Events", epoch: 1, from, events: log.slice(from) }
    assert.isUndefined(applyFrame(undefined, events))
    const watched = applyFrame(applyFrame(undefined, snapshot), events)
    assertSame(watched, { cursor: { epoch: 1, seq: log.length }, chat: fold(log, standardWindow) }, "watched")
    assertSame(applyFrame(watched, events), watched, "the same frame again")
  }, { arbitrary: { runs: 300, size: 100 } })
})

describe("a chat of real size", () => {
  const { log }: ChatHistory = longHistory(9000, 7)
  it("overflows the standard window in items, size, turns and prompts taken, and stays within it", () => {
    const whole = fold(log, openWindow)
    assert.isAbove(whole.turns.length, 200)
    assert.isAbove(whole.items.length, 1000)
    assert.isAbove(whole.size, 256 * 1024)
    const taken = log.flatMap(({ event }) =>
      event._tag === "PromptWithdrawn" || event._tag === "TurnStarted" ? event.promptId ?? [] : [])
    assert.isAbove(taken.length, 256)
    assert.deepStrictEqual(whole.taken.map(({ promptId }) => promptId), taken.slice(-256))
    assertSame(fold(log, standardWindow), expectedWindow(whole, standardWindow), "window")
  })
})

it("of 50,000 events opens in a window: what a page is sent first is as small as of a short chat (drill 8, P17)", () => {
  let chat = empty, seq = 0
  for (let turn = 1; turn <= 1000; turn++) {
    const said = Array.from({ length: 47 }, (_, part) => given.said(turn, `Word ${part} of turn ${turn}, which says more than one. `.repeat(4), `p${part}`))
    for (const event of [given.queued(turn), given.started(turn, turn), ...said, given.ended(turn)]) {
      seq += 1
      chat = evolve(chat, { seq, anchor: anchorOf(chat, event, seq), at: seq, event })
    }
  }
  const { items, turns, ...rest } = chat
  assert.deepStrictEqual([rest.seq, turns.at(-1)?.outcome], [50_000, "completed"])
  assert.isAtMost(turns.length, standardWindow.turns + 4)
  const finished = items.filter(({ turnId }) => turns.find((turn) => turn.turnId === turnId)?.outcome !== undefined)
  assert.isAtMost(finished.length, standardWindow.items)
  assert.isBelow(JSON.stringify({ items, turns, ...rest }).length, 4 * standardWindow.size)
})

describe("what events mean", () => {
  const owner = Who.make("owner"), agent = AgentName.make("goose"), bootId = BootId.make("00000009-0000-4000-8000-000000000001")
  const turnId = TurnId.make("00000001-0000-4000-8000-000000000001"), other = TurnId.make("00000001-0000-4000-8000-000000000002")
  const prompt = (n: number, text: string): QueuedPrompt =>
    ({ promptId: PromptId.make(`prompt-${n}`), content: [{ type: "text", text }], agent, settings: {}, by: owner, at: 5, held: false })
  const text = (partId: string, offset: number, text: string, of = turnId): ChatEvent =>
    ({ _tag: "TextAppended", turnId: of, partId: PartId.make(partId), kind: "text", offset, text })
  const started: ChatEvent = { _tag: "TurnStarted", turnId, origin: "agent", agent, settings: {}, bootId }
  const ended: ChatEvent = { _tag: "TurnEnded", turnId, outcome: "completed", cause: { _tag: "Answered" } }

  /** Each event with an anchor of its own, unless its item is in the state. */
  const given = (...events: ReadonlyArray<ChatEvent>): Chat => events.reduce((chat, event) => {
    const seq = chat.seq + 1
    return evolve(chat, { seq, anchor: anchorOf(chat, event, seq), at: 1000 + seq, event })
  }, empty)
  const texts = (chat: Chat) => chat.items.flatMap((item) => item._tag === "Text" ? [item.text.length] : [])

  it("keeps a text of any size while it is written, and after that as long as nothing newer is finished", () => {
    const chunk = "x".repeat(100_000)
    const writing = [started, text("a", 0, "first"), text("b", 0, chunk), text("b", 100_000, chunk), text("b", 200_000, chunk)]
    assert.deepStrictEqual(texts(given(...writing)), [5, 300_000])
    assert.deepStrictEqual(texts(given(...writing, text("c", 0, "next"))), [300_000, 4])
    assert.deepStrictEqual(texts(given(...writing, text("c", 0, "next"), ended)), [4])
  })

  it("changes nothing for the rest of a text that left the window", () => {
    const chat = given(started, text("a", 0, "first"), text("b", 0, "x".repeat(300_000)), text("c", 0, "next"))
    const late = evolve(chat, { seq: 5, anchor: 5, at: 1, event: text("a", 5, " and more") })
    assertSame(late, { ...chat, seq: 5 }, "late")
  })

  it("keeps the text that one turn is writing while another goes on after it", () => {
    const second: ChatEvent = { _tag: "TurnStarted", turnId: other, origin: "agent", agent: AgentName.make("qwen"), settings: {}, bootId }
    const chat = given(started, second, text("a", 0, "first"), text("b", 0, "x".repeat(200_000), other), text("c", 0, "x".repeat(200_000), other))
    assert.deepStrictEqual(texts(given(started, second, text("a", 0, "first"))), [5])
    assert.deepStrictEqual(texts(chat), [5, 200_000, 200_000])
  })

  it("takes a started prompt from the queue into the timeline and leaves the others", () => {
    const first = prompt(1, "one"), second = prompt(2, "two")
    const chat = given({ _tag: "PromptQueued", prompt: first }, { _tag: "PromptQueued", prompt: second }, { _tag: "QueueHeld", by: owner },
      { _tag: "PromptChanged", promptId: second.promptId, content: [{ type: "text", text: "better" }], by: owner },
      { _tag: "TurnStarted", turnId, promptId: second.promptId, origin: "prompt", agent, settings: {}, bootId })
    assert.deepStrictEqual(chat.queue, [{ ...first, held: true }])
    assert.deepStrictEqual(chat.items, [{
      _tag: "Prompt", anchor: 5, turnId, promptId: second.promptId, content: [{ type: "text", text: "better" }], by: owner, at: 5
    }])
    assert.deepStrictEqual(chat.taken, [{ promptId: second.promptId, digest: promptDigest(prompt(3, "better")), anchor: 5 }])
    assert.strictEqual(promptedTurn(chat)?.turnId, turnId)
  })

  it("adds up what an agent's ended turns used, and forgets that it was down when it is bound again", () => {
    const usage: ChatEvent = { _tag: "UsageReported", turnId, usage: { inputTokens: 10, outputTokens: 4, cost: 0.5, source: "measured" } }
    const chat = given(started, usage, usage, ended, { _tag: "AgentDown", agent, cause: { _tag: "Quiet" } },
      { _tag: "AgentBound", agent, agentSessionId: "s1", continuity: "resumed", why: "the process was replaced" })
    assert.deepStrictEqual(factsOf(chat, agent), {
      settings: {}, inputTokens: 10, outputTokens: 4, cost: 0.5, source: "measured", turns: 1, lastActiveAt: 1004,
      agentSessionId: "s1", continuity: "resumed", why: "the process was replaced", told: 6
    })
  })

  it("answers a request once: the first answer stands", () => {
    const requestId = RequestId.make("00000002-0000-4000-8000-000000000001")
    const closed = (by: Who): ChatEvent => ({ _tag: "RequestClosed", turnId, requestId, answer: { _tag: "Declined" }, by, why: "answered" })
    const opened: ChatEvent = { _tag: "RequestOpened", turnId, requestId, request: { _tag: "Elicitation", message: "Which?", schema: "{}" } }
    assert.strictEqual(openRequests(given(started, opened)).length, 1)
    const chat = given(started, opened, closed(owner), closed(Who.make("ci")), opened)
    assert.strictEqual(openRequests(chat).length, 0)
    assert.deepStrictEqual(chat.items.flatMap((item) => item._tag === "Request" ? [item.closed?.by] : []), [owner])
  })
})
