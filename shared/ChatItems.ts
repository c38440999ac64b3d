/**
 * The items of a chat's window: keys, sizes, their place in anchor order, and which finished ones leave. The floor
 * only rises, and depends on nothing but the finished items themselves; that is why a compacted log folds to the same
 * state as the full one.
 */
import type { Chat, Window } from "./Chat.ts"
import type { Item } from "./ChatEvent.ts"
import type { LargeText, ToolCall, ToolContent } from "./ToolCall.ts"
import { hasEnded } from "./ToolCall.ts"
import { isOpen } from "./Turn.ts"

export const itemKey = (item: Item): string => {
  switch (item._tag) {
    case "Prompt": return `${item.turnId} prompt`
    case "Text": return `${item.turnId} text ${item.partId}`
    case "Tool": return `${item.turnId} tool ${item.call.toolCallId}`
    case "Plan": return `${item.turnId} plan`
    case "Request": return `${item.turnId} request ${item.requestId}`
  }
}

const textSize = (text: LargeText | null | undefined): number =>
  text === null || text === undefined ? 0 : typeof text === "string" ? text.length : text.head.length

const blockSize = (block: Extract<ToolContent, { type: "content" }>["content"]): number => {
  switch (block.type) {
    case "text": return block.text.length
    case "stored": return block.head.length
    case "image": case "audio": return block.data.length
    case "resource": return block.resource.text.length
    case "resource_link": return block.uri.length
  }
}

const contentSize = (content: ToolContent): number => {
  switch (content.type) {
    case "content": return blockSize(content.content)
    case "diff": return textSize(content.oldText) + textSize(content.newText)
    case "terminal": return content.terminalId.length
  }
}

/** The title is not counted: it alone may change after a call's end, and a finished item must not shrink. */
const callSize = (call: ToolCall): number =>
  100 + textSize(call.input) + textSize(call.output) + call.content.reduce((sum, content) => sum + contentSize(content), 0)

/** In characters, about. */
export const itemSize = (item: Item): number => {
  switch (item._tag) {
    case "Prompt": return 100 + item.content.reduce((sum, block) => sum + blockSize(block), 0)
    case "Text": return 100 + item.text.length
    case "Tool": return callSize(item.call)
    case "Plan": return 100 + item.entries.reduce((sum, entry) => sum + entry.content.length, 0)
    case "Request": return 100 + (item.request._tag === "Elicitation" ? item.request.schema.length : item.request.title.length)
  }
}

/** Puts an item in its place by anchor, in the stead of the one with its key. */
export const placeItem = (chat: Chat, item: Item): Chat => {
  const key = itemKey(item)
  const at = chat.items.findLastIndex((old) => itemKey(old) === key)
  if (at >= 0) {
    const old = chat.items[at]
    return { ...chat, items: chat.items.with(at, item), size: chat.size + itemSize(item) - (old === undefined ? 0 : itemSize(old)) }
  }
  const place = chat.items.findLastIndex((old) => old.anchor <= item.anchor) + 1
  const items = place === chat.items.length ? [...chat.items, item] : chat.items.toSpliced(place, 0, item)
  return { ...chat, items, size: chat.size + itemSize(item) }
}

/** Whether an item may still be added to, in a way that counts: such items never leave the window. */
const isUnfinished = (chat: Chat, item: Item, index: number): boolean => {
  const turn = chat.turns.findLast((candidate) => candidate.turnId === item.turnId)
  if (turn === undefined || !isOpen(turn)) return false
  switch (item._tag) {
    case "Prompt": return false
    case "Plan": return true
    case "Tool": return !hasEnded(item.call.status)
    case "Request": return item.closed === undefined
    case "Text": return index === chat.items.length - 1
  }
}

/** Lets the oldest finished items and turns go that are over the window, and raises the floor. */
export const windowItems = (chat: Chat, window: Window): Chat => {
  const turns = chat.turns.length > window.turns ? chat.turns.slice(-window.turns) : chat.turns
  const turnFloor = turns.length < chat.turns.length ? turns[0]?.anchor ?? 0 : 0
  const over = chat.items.length > window.items || chat.size > window.size
  if (!over && turnFloor <= chat.floor && (chat.items[0]?.anchor ?? chat.floor) >= chat.floor) {
    return turns === chat.turns ? chat : { ...chat, turns }
  }
  let count = 0, size = 0, floor = Math.max(chat.floor, turnFloor)
  for (let index = chat.items.length - 1; index >= 0; index--) {
    const item = chat.items[index]
    if (item === undefined || item.anchor < floor || isUnfinished(chat, item, index)) continue
    count += 1
    size += itemSize(item)
    // the newest is kept whatever its size
    if (count > 1 && (count > window.items || size > window.size)) floor = Math.max(floor, item.anchor + 1)
  }
  const items = chat.items.filter((item, index) => item.anchor >= floor || isUnfinished(chat, item, index))
  return { ...chat, turns, items, floor, size: items.reduce((sum, item) => sum + itemSize(item), 0) }
}
