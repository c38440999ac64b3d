import { assert, describe, it } from "vitest"
import type { ChatRow } from "../../shared/Session.ts"
import { ids } from "../../test/support/chatLog.ts"
import { memoryKept } from "./Kept.ts"
import { Seen } from "./Seen.ts"

const chat = (n: number, lastEndedAt: number | null): ChatRow => ({
  id: ids.chat(n), sessionId: ids.session(1), number: n, title: null, agent: ids.agent("goose"), createdAt: 0, archivedAt: null,
  working: false, waiting: false, lastEndedAt, lastOutcome: lastEndedAt === null ? null : "completed"
})

describe("what was seen", () => {
  it("is, at first, all that had ended; then what is shown", () => {
    const kept = memoryKept()
    const seen = new Seen(kept)
    seen.look([chat(1, 5), chat(2, null)], undefined)
    assert.deepEqual([seen.at(ids.chat(1)), seen.at(ids.chat(2))], [5, 0])
    seen.look([chat(1, 9), chat(2, 8)], ids.chat(2))
    assert.deepEqual([seen.at(ids.chat(1)), seen.at(ids.chat(2))], [5, 8])
    assert.strictEqual(new Seen(kept).at(ids.chat(2)), 8, "after a reload")
  })
  it("is forgotten of chats that are gone, and tells of a change once", () => {
    const seen = new Seen(memoryKept())
    let told = 0
    seen.subscribe(() => { told++ })
    seen.look([chat(1, 5)], undefined)
    seen.look([chat(1, 5)], ids.chat(1))
    assert.strictEqual(told, 1)
    seen.look([], undefined)
    assert.strictEqual(seen.at(ids.chat(1)), 0)
  })
  it("is nothing where what is kept can't be read", () => {
    const kept = memoryKept()
    kept.set("seen", "no json")
    assert.strictEqual(new Seen(kept).at(ids.chat(1)), 0)
  })
})
