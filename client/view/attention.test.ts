import { assert, describe, it } from "vitest"
import type { ChatRow, Directory } from "../../shared/Session.ts"
import { ids } from "../../test/support/chatLog.ts"
import { callsOf, newCalls } from "./attention.ts"

const base: ChatRow = {
  id: ids.chat(1), sessionId: ids.session(1), number: 1, title: null, agent: ids.agent("goose"), createdAt: 0, archivedAt: null,
  working: false, waiting: false, lastEndedAt: null, lastOutcome: null
}
const chat = (n: number, more: Partial<ChatRow> = {}): ChatRow => ({ ...base, id: ids.chat(n), number: n, ...more })
const lists = (...chats: ReadonlyArray<ChatRow>): Directory => ({
  projects: [{ id: ids.project(1), path: "/p", name: "p", addedAt: 0 }],
  sessions: [{ id: ids.session(1), projectId: ids.project(1), title: "S", createdAt: 0, archivedAt: null }], chats
})
const named = (directory: Directory, seen: Readonly<Record<string, number>> = {}) => callsOf(directory, (id) => seen[id] ?? 0).map(({ name, words }) => `${name}: ${words}`)

describe("what wants a person", () => {
  it("is who waits first, then what ended, the newest first", () => {
    assert.deepEqual(named(lists(chat(1, { lastEndedAt: 5, lastOutcome: "completed" }), chat(2, { lastEndedAt: 9, lastOutcome: "failed" }), chat(3, { waiting: true, working: true }), chat(4))), [
      "S › Chat 3: goose waits for your answer", "S › Chat 2: Failed", "S › Chat 1: Finished"
    ])
  })
  it("is nothing that was seen, was stopped, goes on, or is archived", () => {
    const done = { lastEndedAt: 5, lastOutcome: "completed" } as const
    assert.deepEqual(named(lists(chat(1, done)), { [ids.chat(1)]: 5 }), [])
    assert.deepEqual(named(lists(chat(1, { ...done, lastOutcome: "stopped" }), chat(2, { ...done, working: true }), chat(3, { ...done, archivedAt: 1 }))), [])
    assert.deepEqual(named(lists(chat(1, { lastEndedAt: 6, lastOutcome: "completed" })), { [ids.chat(1)]: 5 }), ["S: Finished"])
  })
  it("is told once: when it begins to wait, and when it ends", () => {
    const idle = lists(chat(1)), works = lists(chat(1, { working: true })), waits = lists(chat(1, { working: true, waiting: true })), over = lists(chat(1, { lastEndedAt: 7, lastOutcome: "completed" }))
    assert.deepEqual(newCalls(idle, works), [])
    assert.strictEqual(newCalls(works, waits)[0]?.tone, "asks")
    assert.deepEqual(newCalls(waits, waits), [])
    assert.strictEqual(newCalls(waits, over)[0]?.words, "Finished")
    assert.deepEqual(newCalls(over, over), [])
  })
})
