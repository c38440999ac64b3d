import type { Event, Part as ToldPart, Session } from "@opencode-ai/sdk/v2/client"
import { assert, describe, it } from "vitest"
import { decodeEvent, messageEvents, type OpencodeEvent, type Part, type SessionInfo } from "./OpencodeEvent.ts"

type Told = Exclude<Extract<Event, { type: OpencodeEvent["type"] }>, { type: "message.part.updated" }>

/** What opencode's client library says of its events, parts and sessions can be read here; where it can't, this doesn't compile. */
const readable = {
  event: (told: Told): OpencodeEvent => told,
  part: (told: Extract<ToldPart, { type: Part["type"] }>): Part => told,
  session: (told: Session): SessionInfo => told
}

describe("OpencodeEvent", () => {
  it("reads what opencode's own types describe", () => {
    const idle: Told = { id: "evt_1", type: "session.idle", properties: { sessionID: "ses_1" } }
    assert.deepStrictEqual(decodeEvent(idle), { type: "session.idle", properties: { sessionID: "ses_1" } })
    assert.strictEqual(readable.event(idle).type, "session.idle")
  })

  it("reads nothing of what is not ours", () => {
    for (const value of [null, "x", {}, { type: 1 }, { type: "file.edited", properties: { file: "/x" } }, { type: "session.idle" }, { type: "message.part.updated", properties: { part: { type: "snapshot" } } }]) {
      assert.isUndefined(decodeEvent(value))
    }
    assert.deepStrictEqual(messageEvents({ name: "NotFoundError" }), [])
  })
})
