/** What a chat's row says of it. */
import { assert, describe, it } from "@effect/vitest"
import type { ChatEvent } from "../../shared/ChatEvent.ts"
import { asked, ended, fold, given, queued, settled, started } from "../../test/support/given.ts"
import { newStanding, standingOf } from "./ChatStanding.ts"

const standing = (...events: ReadonlyArray<ChatEvent>) => standingOf(given(...settled, ...events).chat)

describe("the standing of a chat", () => {
  it("is nothing before the first end", () => {
    assert.deepStrictEqual(standing(queued(1), started(1, 1)), { waiting: false, lastEndedAt: null, lastOutcome: null })
  })

  it("waits while a request is open, and no longer", () => {
    assert.isTrue(standing(queued(1), started(1, 1), asked(1, 1)).waiting)
  })

  it("knows the newest end, and is no news while the next turn runs", () => {
    const { chat } = given(...settled, queued(1), started(1, 1), ended(1))
    assert.deepInclude(standingOf(chat), { waiting: false, lastOutcome: "completed" })
    assert.isNumber(standingOf(chat).lastEndedAt)
    const next = fold(chat, [queued(2), started(2, 2)])
    assert.isUndefined(newStanding(chat, next))
    assert.deepInclude(newStanding(next, fold(next, [asked(2, 1)])), { waiting: true, lastOutcome: "completed" })
  })
})
