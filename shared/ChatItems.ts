/**
 * The items of a chat's window: what tells one from another, their sizes, their place in anchor order, and which
 * finished ones leave. The floor only rises, and depends on nothing but which items and turns are finished: these only
 * become more, and what is finished never shrinks. That is why a compacted log folds to the same state as the full one,
 * whoever stood where when it was compacted.
 */
import type { AgentRequest } from "./AgentRequest.ts"
import type { Chat, Window } from "./Chat.ts"
import type { ChatEvent, Item } from "./ChatEvent.ts"
import type { TurnId } from "./Ids.ts"
import { boundedItem } from "./ItemBounds.ts"
import type { LargeText, ToolCall, ToolContent } from "./ToolCall.ts"
import { hasEnded, mergeToolCall } from "./ToolCall.ts"
import { isOpen, type TurnSummary } from "./Turn.ts"

/** An event that begins an item or adds to it. */
export type ItemEvent = Extract<ChatEvent, {
  _tag: "TextAppended" | "ToolCallUpserted" | "PlanReplaced" | "RequestOpened" | "RequestClosed"
}>

const itemTags: ReadonlySet<ChatEvent["_tag"]> =
  new Set(["TextAppended", "ToolCallUpserted", "PlanReplaced", "RequestOpened", "RequestClosed"])

/** What tells an item from all others; `id` is "" where a turn has one at most. */
interface ItemRef { readonly turnId: TurnId; readonly tag: Item["_tag"]; readonly id: string }

const itemId = (item: Item): string => {
  switch (item._tag) {
    case "Prompt": case "Plan": return ""
    case "Text": return item.partId
    case "Tool": return item.call.toolCallId
    case "Request": return item.requestId
  }
}

const refOf = (item: Item): ItemRef => ({ turnId: item.turnId, tag: item._tag, id: itemId(item) })

export const isItemEvent = (event: ChatEvent): event is ItemEvent => itemTags.has(event._tag)

/** The item that an event is about. */
export const refOfEvent = (event: ItemEvent): ItemRef => {
  switch (event._tag) {
    case "TextAppended": return { turnId: event.turnId, tag: "Text", id: event.partId }
    case "ToolCallUpserted": return { turnId: event.turnId, tag: "Tool", id: event.call.toolCallId }
    case "PlanReplaced": return { turnId: event.turnId, tag: "Plan", id: "" }
    case "RequestOpened": case "RequestClosed": return { turnId: event.turnId, tag: "Request", id: event.requestId }
  }
}

export const refKey = ({ id, tag, turnId }: ItemRef): string => `${turnId} ${tag} ${id}`
export const itemKey = (item: Item): string => refKey(refOf(item))

/** Where it stands among `items`; -1 where it doesn't. Looks at the newest first. */
export const indexOfItem = (items: ReadonlyArray<Item>, { id, tag, turnId }: ItemRef): number =>
  items.findLastIndex((item) => item._tag === tag && item.turnId === turnId && itemId(item) === id)

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
    + call.locations.reduce((sum, { path }) => sum + path.length, 0)

const requestSize = (request: AgentRequest): number => request._tag === "Elicitation" ? request.message.length + request.schema.length
  : request.options.reduce((sum, { name, optionId }) => sum + name.length + optionId.length, request.title.length)

/** In characters, about. */
export const itemSize = (item: Item): number => {
  switch (item._tag) {
    case "Prompt": return 100 + item.content.reduce((sum, block) => sum + blockSize(block), 0)
    case "Text": return 100 + item.text.length
    case "Tool": return callSize(item.call)
    case "Plan": return 100 + item.entries.reduce((sum, entry) => sum + entry.content.length, 0)
    case "Request": return 100 + requestSize(item.request)
  }
}

/** What an event makes of its item; nothing where it is the rest of one that isn't here. */
export const nextItem = (old: Item | undefined, event: ItemEvent, anchor: number): Item | undefined => {
  const { turnId } = event
  switch (event._tag) {
    case "TextAppended": {
      if (old?._tag === "Text") return { ...old, text: appendText(old.text, event.offset, event.text) }
      const { kind, offset, partId, text } = event
      // the rest of a text that isn't here
      return offset > 0 ? undefined : { _tag: "Text", anchor, turnId, partId, kind, text }
    }
    case "ToolCallUpserted": {
      if (old?._tag !== "Tool") return { _tag: "Tool", anchor, turnId, call: event.call }
      const call = mergeToolCall(old.call, event.call)
      return call === old.call ? old : { ...old, call }
    }
    case "PlanReplaced": return { _tag: "Plan", anchor: old?.anchor ?? anchor, turnId, entries: event.entries }
    case "RequestOpened":
      return old ?? { _tag: "Request", anchor, turnId, requestId: event.requestId, request: event.request }
    case "RequestClosed": {
      if (old?._tag !== "Request" || old.closed !== undefined) return old
      return { ...old, closed: { answer: event.answer, by: event.by, why: event.why } }
    }
  }
}

/** What was appended before stays, though it come again. */
const appendText = (before: string, offset: number, text: string): string =>
  offset >= before.length ? before + text : before.slice(0, offset) + text + before.slice(offset + text.length)

/** Puts an item in its place by anchor, in the stead of the one at `index` if there is one. No larger than items may be. */
export const placeItem = (chat: Chat, told: Item, index = indexOfItem(chat.items, refOf(told))): Chat => {
  const item = boundedItem(told)
  const old = chat.items[index]
  if (old !== undefined) {
    return { ...chat, items: chat.items.with(index, item), size: chat.size + itemSize(item) - itemSize(old) }
  }
  const place = chat.items.findLastIndex((other) => other.anchor <= item.anchor) + 1
  const items = place === chat.items.length ? [...chat.items, item] : chat.items.toSpliced(place, 0, item)
  return { ...chat, items, size: chat.size + itemSize(item) }
}

/** Of an open turn: whether more may come for an item, in a way that counts. Such items never leave the window. */
const goesOn = (item: Item, isNewest: boolean): boolean => {
  switch (item._tag) {
    case "Prompt": case "Plan": return true
    case "Tool": return !hasEnded(item.call.status)
    case "Request": return item.closed === undefined
    // the newest of its turn is being written
    case "Text": return isNewest
  }
}

const unfinishedItems = ({ items, turns }: Chat): ReadonlyArray<Item> => {
  const open = turns.filter(isOpen)
  const from = open[0]?.anchor ?? Infinity
  const found: Array<Item> = [], seen: Array<TurnId> = []
  for (let index = items.length - 1; index >= 0; index--) {
    const item = items[index]
    if (item === undefined || item.anchor < from) break
    if (!open.some((turn) => turn.turnId === item.turnId)) continue
    const isNewest = !seen.includes(item.turnId)
    if (isNewest) seen.push(item.turnId)
    if (goesOn(item, isNewest)) found.push(item)
  }
  return found
}

/** Whether other items or turns may be finished than before. Only then can anything leave the window. */
export const finishes = (before: Chat, after: Chat): boolean => {
  if (after.turns !== before.turns || after.items.length !== before.items.length) return true
  if (after.items === before.items) return false
  const index = after.items.findLastIndex((item, at) => item !== before.items[at])
  const item = after.items[index]
  const turn = after.turns.findLast(({ turnId }) => turnId === item?.turnId)
  return item === undefined || turn === undefined || !isOpen(turn)
    || !goesOn(item, after.items.findLastIndex(({ turnId }) => turnId === item.turnId) === index)
}

/** Where the ended turns begin that the window keeps; 0 while it keeps all. */
const turnFloor = (turns: ReadonlyArray<TurnSummary>, limit: number): number => {
  let ended = 0, floor = 0
  for (let index = turns.length - 1; index >= 0; index--) {
    const turn = turns[index]
    if (turn === undefined || isOpen(turn)) continue
    ended += 1
    if (ended > limit) return floor
    floor = turn.anchor
  }
  return 0
}

/** Lets the oldest finished items and turns go that are over the window, and raises the floor. */
export const windowItems = (chat: Chat, window: Window): Chat => {
  const endedFrom = turnFloor(chat.turns, window.turns)
  let floor = Math.max(chat.floor, endedFrom)
  const unfinished = unfinishedItems(chat)
  let count = chat.items.length - unfinished.length
  let size = unfinished.reduce((rest, item) => rest - itemSize(item), chat.size)
  const kept: Array<Item> = []
  let passed = 0, left = 0
  for (const item of chat.items) {
    // the newest is kept whatever its size
    const isOver = count > 1 && (count > window.items || size > window.size)
    if (item.anchor >= floor && !isOver) break
    passed += 1
    if (unfinished.includes(item)) {
      kept.push(item)
      continue
    }
    floor = Math.max(floor, item.anchor + 1)
    count -= 1
    left += itemSize(item)
    size -= itemSize(item)
  }
  const items = left === 0 ? chat.items : [...kept, ...chat.items.slice(passed)]
  // a turn stays as long as an item of it does
  const turns = endedFrom === 0 ? chat.turns : chat.turns.filter((turn) =>
    isOpen(turn) || turn.anchor >= endedFrom || items.some((item) => item.turnId === turn.turnId))
  return { ...chat, turns, items, floor, size: chat.size - left }
}
