import { assert, describe, it } from "vitest"
import type { BackendHealth } from "../../shared/Agent.ts"
import { ids } from "../../test/support/chatLog.ts"
import { directory } from "../../test/support/samples.ts"
import { backendLines } from "./backends.ts"

const now = 1_700_000_000_000
const health = (chat: number, more: Partial<BackendHealth> = {}): BackendHealth =>
  ({ chatId: ids.chat(chat), agent: ids.agent("goose"), state: "ready", turns: 1, restarts: 0, ...more })
const lines = (...all: ReadonlyArray<BackendHealth>) => backendLines(all, directory(""), ids.chat(1), now)

describe("live backends", () => {
  it("tell their process, memory, age and restarts, each only where known", () => {
    assert.deepEqual(lines(health(1, { pid: 41, rss: 48 * 1024 * 1024, startedAt: now - 72_000, restarts: 2 }))[0]?.figures, ["pid 41", "48 MB", "up 1 m 12 s", "2 restarts"])
    assert.deepEqual(lines(health(1, { rss: 0 }), health(1))[1]?.figures, [])
    assert.include(lines(health(1, { rss: 1.5 * 1024 ** 3 }))[0]?.figures ?? [], "1.5 GB")
  })
  it("stand below those of the chat that is shown, with their place", () => {
    const [here, there, lost] = lines(health(4), health(99), health(1))
    assert.deepEqual([here?.where, lost?.where, there?.where], [undefined, "Fan-out without blocking a mailbox › Chat 1", "A chat that is gone"])
  })
  it("can't be ended while they are busy, and say so", () => {
    assert.deepInclude(lines(health(1, { state: "busy" }))[0], { state: "At work", tone: "works", held: "It is at work; stop its turn first." })
    assert.isUndefined(lines(health(1))[0]?.held)
    assert.deepInclude(lines(health(1, { state: "crashed", detail: "exit 3" }))[0], { tone: "bad", detail: "exit 3", held: undefined })
  })
})
