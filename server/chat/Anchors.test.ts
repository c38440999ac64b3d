import { assert, it } from "@effect/vitest"
import { anchorOf, type Chat, empty, evolve, standardWindow, type Window } from "../../shared/Chat.ts"
import type { ChatEvent, LogEntry } from "../../shared/ChatEvent.ts"
import { isOpen } from "../../shared/Turn.ts"
import { arbitraryHistory, longHistory } from "../../test/support/ChatHistory.ts"
import { assertSame } from "../../test/support/assertSame.ts"
import * as Anchors from "./Anchors.ts"

/** Appends the history's events as an actor does, who has a window of the state and no more. */
const append = (log: ReadonlyArray<LogEntry>, window: Window, anchorFor: (chat: Chat, event: ChatEvent, seq: number) => number, observe: (entry: LogEntry) => void) => {
  let chat = empty
  const entries = log.map(({ at, event, seq }): LogEntry => {
    const entry = { seq, anchor: anchorFor(chat, event, seq), at, event }
    observe(entry)
    chat = evolve(chat, entry, window)
    return entry
  })
  return { chat, entries }
}

it.prop("gives every entry the anchor of its item, though the item left the window", { history: arbitraryHistory }, ({ history: { log } }) => {
  for (const window of [{ items: 2, size: 300, turns: 1 }, standardWindow]) {
    const anchors = Anchors.make()
    assertSame(append(log, window, (_, event, seq) => anchors.of(event, seq), anchors.observe).entries, log, "entries")
  }
}, { arbitrary: { runs: 300, size: 100 } })

it("is needed: the state alone gives another anchor to what comes late", () => {
  const { log } = longHistory(300, 1)
  const { entries } = append(log, { items: 2, size: 300, turns: 1 }, anchorOf, () => undefined)
  assert.notDeepEqual(entries, log)
})

it.prop("knows the same when it is told of the log again, and nothing of turns that have ended", { history: arbitraryHistory }, ({ history: { log, whole } }) => {
  const first = Anchors.make(), again = Anchors.make()
  log.forEach(first.observe)
  log.forEach(again.observe)
  log.forEach(again.observe)
  for (const { event } of log) assert.strictEqual(again.of(event, -1), first.of(event, -1))
  const ended = new Set(whole.turns.filter((turn) => !isOpen(turn)).map(({ turnId }) => turnId))
  for (const { event } of log) if ("turnId" in event && ended.has(event.turnId)) assert.strictEqual(first.of(event, -1), -1)
}, { arbitrary: { runs: 100, size: 100 } })
