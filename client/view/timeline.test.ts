import { assert, describe, it } from "vitest"
import { evolve, turnOf } from "../../shared/Chat.ts"
import { itemKey } from "../../shared/ChatItems.ts"
import { TurnId } from "../../shared/Ids.ts"
import { asked, chatOf, delivered, ended, entriesOf, ids, says, tool } from "../../test/support/chatLog.ts"
import { groupItems, turnsWithoutItems, wholeTimeline } from "./timeline.ts"

const end = 1_000_000
const conversation = [
  ...asked(1, "one"), delivered(1), says(1, "a", "first"), ended(1), 1000,
  ...asked(2, "two"), delivered(2), says(2, "b", "sec"), says(2, "b", "ond", "text", 3)
]
const groupsOf = (chat: ReturnType<typeof chatOf>, before: ReturnType<typeof groupItems> = []) =>
  groupItems(chat.items, (turnId) => turnOf(chat, TurnId.make(turnId)), before)

describe("the timeline's groups", () => {
  it("holds one group a turn, with its first and last stretch", () => {
    const groups = groupsOf(chatOf(conversation, end))
    assert.deepEqual(groups.map(({ items }) => items.map(({ _tag }) => _tag)), [["Prompt", "Text"], ["Prompt", "Text"]])
    assert.isTrue(groups.every(({ first, last }) => first && last))
    assert.deepEqual(groups.map(({ before }) => before), [undefined, "goose"])
  })

  it("keeps every group but the live one the same object while an agent writes", () => {
    const entries = entriesOf(conversation, end)
    const before = entries.slice(0, -1).reduce((chat, entry) => evolve(chat, entry), chatOf([], end))
    const after = entries.reduce((chat, entry) => evolve(chat, entry), before)
    const first = groupsOf(before)
    const second = groupsOf(after, first)
    assert.strictEqual(second[0], first[0])
    assert.notStrictEqual(second[1], first[1])
    assert.strictEqual(second[1]?.items[0], first[1]?.items[0])
  })

  it("parts a turn that another one speaks into, and names its agent once", () => {
    const chat = chatOf([
      ...asked(1, "one"), says(1, "a", "first"),
      { _tag: "TurnStarted", turnId: ids.turn(2), origin: "agent", agent: ids.agent("qwen"), settings: {}, bootId: ids.boot },
      says(2, "x", "by itself"), tool(1, "t", { title: "Read", kind: "read", status: "in_progress" })
    ], end)
    const groups = groupsOf(chat)
    assert.deepEqual(groups.map(({ first, last, turn }) => `${turn?.agent} ${first} ${last}`), ["goose true false", "qwen true true", "goose false true"])
  })

  it("shows an open turn that has said nothing yet", () => {
    const chat = chatOf([{ _tag: "TurnStarted", turnId: ids.turn(1), origin: "agent", agent: ids.agent("qwen"), settings: {}, bootId: ids.boot }], end)
    assert.lengthOf(turnsWithoutItems(chat), 1)
    assert.lengthOf(turnsWithoutItems(chatOf(conversation, end)), 0)
  })

  it("joins the past and the window in anchor order, each item once", () => {
    const chat = chatOf(conversation, end)
    const whole = wholeTimeline({ ...chat, items: chat.items.slice(1) }, chat.items.slice(0, 3))
    assert.deepEqual(whole.map(itemKey), chat.items.map(itemKey))
  })
})
