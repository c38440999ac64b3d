/**
 * What was said in a chat, as a text for an agent that has to be told: prompts, answers, and a line for each tool call.
 * Turns that still run are no part of it. What is too much is left out from the beginning. Pure.
 */
import type { Chat } from "../../shared/Chat.ts"
import type { Item } from "../../shared/ChatEvent.ts"
import { type ContentBlock, contentText } from "../../shared/Content.ts"
import { type ChatNote, targetWords } from "../../shared/ChatNote.ts"
import { cutText, tailText } from "../../shared/Text.ts"
import { isOpen, type TurnSummary } from "../../shared/Turn.ts"

/** Characters. */
export const transcriptLimit = 48 * 1024
const lineLimit = 300
const leftOut = "[What was said before this is left out.]"

interface Entry { readonly speaker: string; readonly text: string }

/** A file's text goes by its name: the agent can read the file. */
const promptText = (content: ReadonlyArray<ContentBlock>): string => contentText(content.map((block): ContentBlock =>
  block.type === "resource" ? { type: "text", text: `[${block.resource.uri}]` } : block)).trim()

const line = (text: string): string => cutText(text.replace(/\s+/g, " ").trim(), lineLimit)

const entryOf = (item: Item, agent: string): Entry | undefined => {
  switch (item._tag) {
    case "Prompt": return { speaker: `${item.by} to ${agent}`, text: promptText(item.content) }
    case "Text": return item.kind === "text" ? { speaker: agent, text: item.text.trim() } : undefined
    case "Tool": return { speaker: agent, text: `[tool call: ${line(item.call.title)} (${item.call.kind}, ${item.call.status})]` }
    // plans are the agent's own notes; what was asked shows in the tool call it was about
    case "Plan": case "Request": return undefined
  }
}

const endOf = ({ agent, outcome }: TurnSummary): ReadonlyArray<Entry> => {
  switch (outcome) {
    case "stopped": return [{ speaker: agent, text: "[was stopped]" }]
    case "failed": return [{ speaker: agent, text: "[failed]" }]
    case "interrupted": return [{ speaker: agent, text: "[was interrupted]" }]
    default: return []
  }
}

/** A fork is one for its people; its agents go on with what was said. */
const noteEntry = (note: ChatNote): ReadonlyArray<Entry> => note._tag === "Forked" ? []
  : [{ speaker: note.by, text: `[made the files of the worktree what they were ${targetWords(note.to)}]` }]

const entriesOf = ({ items, notes, turns }: Chat): ReadonlyArray<Entry> => {
  const ended = turns.filter((turn) => !isOpen(turn))
  const last = new Map(items.map((item) => [item.turnId, item]))
  let from = 0
  const entries = items.flatMap((item) => {
    const turn = ended.find(({ turnId }) => turnId === item.turnId)
    if (turn === undefined) return []
    const meanwhile = notes.filter(({ anchor }) => anchor > from && anchor < item.anchor && from > 0).flatMap(noteEntry)
    from = item.anchor
    const entry = entryOf(item, turn.agent)
    return [...meanwhile, ...(entry === undefined || entry.text === "" ? [] : [entry]), ...(last.get(item.turnId) === item ? endOf(turn) : [])]
  })
  return entries.length === 0 ? [] : [...entries, ...notes.filter(({ anchor }) => anchor > from).flatMap(noteEntry)]
}

/** Who speaks is said where it changes. */
const written = (entries: ReadonlyArray<Entry>): ReadonlyArray<string> => entries.map(({ speaker, text }, index) =>
  entries[index - 1]?.speaker === speaker ? text : `${index === 0 ? "" : "\n"}${speaker}:\n${text}`)

/** Empty where nothing was said. */
export const transcriptOf = (chat: Chat, limit = transcriptLimit): string => {
  const entries = entriesOf(chat)
  if (entries.length === 0) return ""
  const whole = written(entries).join("\n")
  if (whole.length <= limit) return chat.floor > 0 ? `${leftOut}\n\n${whole}` : whole
  let from = entries.length, size = 0
  for (; from > 0; from--) {
    const entry = entries[from - 1]
    // the speaker and two line ends
    size += entry === undefined ? 0 : entry.text.length + entry.speaker.length + 4
    if (size > limit) break
  }
  const kept = written(entries.slice(from)).join("\n")
  if (kept !== "") return `${leftOut}\n\n${kept}`
  const newest = entries.at(-1)
  return `${leftOut}\n\n${newest?.speaker ?? ""}:\n${tailText(newest?.text ?? "", limit)}`
}
