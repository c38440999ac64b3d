/** What an item may hold at most, wherever it comes from. */
import { assert, describe, it } from "@effect/vitest"
import type { AgentRequest } from "./AgentRequest.ts"
import { empty, evolve, openWindow } from "./Chat.ts"
import type { ChatEvent, Item } from "./ChatEvent.ts"
import { itemSize } from "./ChatItems.ts"
import { BootId, AgentName, RequestId, ToolCallId, TurnId, Who } from "./Ids.ts"
import { boundedItem, boundedRequest } from "./ItemBounds.ts"

const turnId = TurnId.make("00000001-0000-4000-8000-000000000001")
const requestId = RequestId.make("00000002-0000-4000-8000-000000000001")
const options = (count: number, name: string) => Array.from({ length: count }, (_, index) => ({ optionId: `o${index}`, name, kind: "allow_once" as const }))
const large: ReadonlyArray<AgentRequest> = [
  { _tag: "Permission", title: "T".repeat(2_000_000), options: options(20_000, "N".repeat(1000)) },
  { _tag: "Permission", title: "x", options: [{ optionId: "i".repeat(2_000_000), name: "Once", kind: "allow_once" }] },
  { _tag: "Elicitation", message: "M".repeat(6_000_000), schema: "{}" },
  { _tag: "Elicitation", message: "Which?", schema: JSON.stringify({ title: "A".repeat(3_000_000) }) }
]
const itemOf = (request: AgentRequest): Extract<Item, { _tag: "Request" }> => ({ _tag: "Request", anchor: 2, turnId, requestId, request })

describe("a large request", () => {
  it("is cut, says so, and stays as it is when cut again", () => {
    for (const request of large) {
      const bounded = boundedRequest(request)
      assert.isAtMost(JSON.stringify(bounded).length, 100_000)
      assert.strictEqual(boundedRequest(bounded), bounded)
    }
    const cut = boundedRequest({ _tag: "Elicitation", message: "M".repeat(20_000), schema: "{}" })
    assert(cut._tag === "Elicitation")
    assert.match(cut.message, /^M{16383}…$/)
  })

  it("counts with all that it holds", () => {
    for (const request of large.map(boundedRequest)) assert.isAtLeast(itemSize(itemOf(request)), JSON.stringify(request).length / 2 - 100)
  })

  it("of a log that holds one already leaves a state that can be sent, sealed or not", () => {
    for (const request of large) {
      const events: ReadonlyArray<ChatEvent> = [
        { _tag: "TurnStarted", turnId, origin: "agent", agent: AgentName.make("goose"), settings: {}, bootId: BootId.make("00000009-0000-4000-8000-000000000001") },
        { _tag: "RequestOpened", turnId, requestId, request },
        { _tag: "RequestClosed", turnId, requestId, answer: { _tag: "Cancelled" }, by: Who.make("owner"), why: "expired" }
      ]
      const chat = events.reduce((before, event, index) => evolve(before, { seq: index + 1, anchor: Math.min(index + 1, 2), at: 0, event }, openWindow), empty)
      assert.strictEqual(chat.items.length, 1)
      assert.isAtMost(JSON.stringify(chat).length, 100_000)
      const sealed = evolve(empty, { seq: 1, anchor: 2, at: 0, event: { _tag: "ItemSealed", item: { ...itemOf(request), closed: { answer: { _tag: "Cancelled" }, by: Who.make("owner"), why: "expired" } } } })
      assert.deepStrictEqual(sealed.items, chat.items)
    }
  })
})

it("a plan and a tool call hold so much at most", () => {
  const plan = boundedItem({ _tag: "Plan", anchor: 1, turnId, entries: Array.from({ length: 50_000 }, () => ({ content: "p".repeat(5000), priority: "high" as const, status: "pending" as const })) })
  assert.isAtMost(JSON.stringify(plan).length, 600_000)
  assert.strictEqual(boundedItem(plan), plan)
  const call = boundedItem({ _tag: "Tool", anchor: 1, turnId, call: {
    toolCallId: ToolCallId.make("c"), title: "t", kind: "read", status: "completed", startedAt: 0,
    content: Array.from({ length: 5000 }, () => ({ type: "terminal" as const, terminalId: "t" })), locations: Array.from({ length: 50_000 }, () => ({ path: "/p" }))
  } })
  assert.isAtMost(JSON.stringify(call).length, 10_000)
  assert.strictEqual(boundedItem(call), call)
})
