/** What a fork holds: what was said before its prompt and nothing else, whatever was compacted by then. */
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { type Chat, empty, evolve, openWindow } from "../../shared/Chat.ts"
import type { ChatEvent, LogEntry } from "../../shared/ChatEvent.ts"
import { isOpen } from "../../shared/Turn.ts"
import { arbitraryHistory } from "../../test/support/ChatHistory.ts"
import { assertSame } from "../../test/support/assertSame.ts"
import { ended, fold as foldEvents, promptId, queued, said, settled, started, turnId } from "../../test/support/given.ts"
import { compactTurn } from "./Compaction.ts"
import { planFork } from "./ForkPlan.ts"

type Log = ReadonlyArray<LogEntry>
const fold = (log: Log): Chat => log.reduce((chat, entry) => evolve(chat, entry, openWindow), empty)
const compacted = (log: Log): Log => fold(log).turns.filter((turn) => !isOpen(turn)).reduce((now, { turnId }) => {
  const { remove, rows } = compactTurn(now, turnId)
  return [...now.filter(({ seq }) => !remove.includes(seq)), ...rows].toSorted((a, b) => a.seq - b.seq)
}, log)
const which = Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1000 })))

describe("planFork", () => {
  it.prop("holds the ended turns before the prompt, with their items as they were, in seqs that rise from their anchors", { history: arbitraryHistory, which }, ({ history: { log, whole }, which }) => {
    const prompted = whole.turns.filter(({ promptId }) => promptId !== undefined)
    const chosen = prompted[which % Math.max(1, prompted.length)]
    if (chosen?.promptId === undefined) return
    const plan = planFork(log, chosen.promptId)
    assert(plan !== undefined)
    const fork = fold(plan.rows)
    const before = whole.turns.filter((turn) => turn.anchor < chosen.anchor && !isOpen(turn))
    const ids = new Set(before.map(({ turnId }) => turnId))
    assertSame(fork.turns, before.map(({ usage: _, ...turn }) => turn), "turns")
    assertSame(fork.items, whole.items.filter((item) => ids.has(item.turnId) && item.anchor < chosen.anchor), "items")
    assertSame(fork.notes, whole.notes.filter(({ anchor }) => anchor < chosen.anchor), "notes")
    assert.deepStrictEqual([fork.queue, fork.rules, fork.title], [[], [], undefined])
    assert.isTrue(plan.rows.every(({ anchor, seq }, index) => seq >= anchor && seq > (plan.rows[index - 1]?.seq ?? 0)))
    assert.isTrue(Object.values(fork.agents).every(({ agentSessionId, inputTokens }) => agentSessionId === undefined && inputTokens === 0))
    const prompt = whole.items.find((item) => item._tag === "Prompt" && item.promptId === chosen.promptId)
    assert.deepStrictEqual(plan.content, prompt?._tag === "Prompt" ? prompt.content : [])
    assertSame(planFork(compacted(log), chosen.promptId), plan, "of the compacted log")
  }, { arbitrary: { runs: 100, size: 100 } })

  const log = (...events: ReadonlyArray<ChatEvent>): Log => {
    const entries: Array<LogEntry> = []
    let chat = empty
    for (const event of events) {
      chat = foldEvents(chat, [event])
      entries.push({ seq: chat.seq, anchor: chat.seq, at: 1, event })
    }
    return entries
  }
  const three = log(...settled, ...[1, 2, 3].flatMap((n) => [queued(n), started(n, n), said(n, `answer ${n}`), ended(n)]), queued(4))

  it("is empty before the first prompt, and holds two turns before the third", () => {
    assert.deepStrictEqual(planFork(three, promptId(1))?.rows, [])
    assert.deepStrictEqual(planFork(three, promptId(3))?.rows.map(({ event, seq }) => [seq, event._tag]),
      [[5, "ItemSealed"], [6, "TurnSealed"], [9, "ItemSealed"], [10, "TurnSealed"]])
    assert.strictEqual(planFork(three, promptId(3))?.turn.turnId, turnId(3))
  })

  it("is none of a prompt that waits or that nobody knows", () => {
    assert.isUndefined(planFork(three, promptId(4)))
    assert.isUndefined(planFork(three, promptId(9)))
  })
})
