/** Decides what people ask of a chat: prompts and their queue, stop, title and settings. Pure. */
import { type Chat, factsOf, openTurns, promptDigest, promptedTurn } from "../../shared/Chat.ts"
import type { ChatEvent, QueuedPrompt } from "../../shared/ChatEvent.ts"
import { type ContentBlock, contentText, promptByteLimit } from "../../shared/Content.ts"
import { ChatError } from "../../shared/Errors.ts"
import { AgentName, type TurnId } from "../../shared/Ids.ts"
import { cutText, toOneLine } from "../../shared/Text.ts"
import { type Call, type ChatAction, type ChatMessage, type Decision, done, nothing, record, refuse } from "./ChatMessage.ts"

type Of<Tag extends ChatMessage["_tag"]> = Extract<ChatMessage, { _tag: Tag }>

const titleLimit = 60
/** What may wait: with the window and the largest running prompt, a snapshot stays below 4 MB. */
export const queuePromptLimit = 64
export const queueByteLimit = 2 * 1024 * 1024

/** A chat without a title takes the first line of its first prompt. */
const titleFrom = (content: ReadonlyArray<ContentBlock>): string => {
  const line = contentText(content).split("\n").map(toOneLine).find((text) => text !== "") ?? "New chat"
  return line.length <= titleLimit ? line : `${cutText(line, titleLimit - 1)}…`
}

/** The events and the action that start a queued prompt's turn. */
export const startTurn = (prompt: QueuedPrompt, turnId: TurnId, call: Call): { events: ReadonlyArray<ChatEvent>; actions: ReadonlyArray<ChatAction> } => ({
  events: [{
    _tag: "TurnStarted", turnId, promptId: prompt.promptId, origin: "prompt", agent: prompt.agent,
    settings: prompt.settings, bootId: call.bootId
  }],
  actions: [{ _tag: "RunTurn", turnId, agent: prompt.agent, settings: prompt.settings, content: prompt.content }]
})

/** The queue's next prompt, unless everything in it is held. */
export const nextPrompt = (chat: Chat): QueuedPrompt | undefined => chat.queue.find((prompt) => !prompt.held)

const bytesOf = (content: ReadonlyArray<ContentBlock>): number => new TextEncoder().encode(JSON.stringify(content)).length

const contentError = (content: ReadonlyArray<ContentBlock>): ChatError | undefined => {
  const bytes = bytesOf(content)
  if (bytes > promptByteLimit + 1024) return new ChatError({ reason: { _tag: "PromptTooLarge", bytes, limit: promptByteLimit } })
  const blank = content.every((block) => block.type === "text" && block.text.trim() === "")
  return blank ? new ChatError({ reason: { _tag: "PromptEmpty" } }) : undefined
}

/** Whether `content` may wait besides `others`, in place of `before`. */
const queueError = (others: ReadonlyArray<QueuedPrompt>, content: ReadonlyArray<ContentBlock>, before?: QueuedPrompt): ChatError | undefined => {
  const bytes = bytesOf(content)
  const fits = others.length < queuePromptLimit && others.reduce((sum, queued) => sum + bytesOf(queued.content), bytes) <= queueByteLimit
  if (fits || (before !== undefined && bytes <= bytesOf(before.content))) return undefined
  return new ChatError({ reason: { _tag: "QueueFull", prompts: queuePromptLimit, bytes: queueByteLimit } })
}

export const prompt = (chat: Chat, message: Of<"Prompt">, call: Call): Decision => {
  const { promptId, content, by } = message
  const agent = message.agent ?? chat.agent
  const bad = contentError(content)
  if (bad !== undefined) return refuse(bad)
  if (agent === undefined) return refuse(new ChatError({ reason: { _tag: "PromptEmpty" } }))
  const known = knownDigest(chat, message)
  if (known !== undefined) {
    if (!hasDigest(chat, message, known)) return refuse(new ChatError({ reason: { _tag: "PromptConflict", promptId } }))
    return { ...nothing, reply: { _tag: "Accepted", promptId, turnId: chat.turns.findLast((turn) => turn.promptId === promptId)?.turnId } }
  }
  const settings = message.settings ?? factsOf(chat, agent).settings
  const queued: QueuedPrompt = { promptId, content, agent, settings, by, at: call.at, held: false }
  const events: Array<ChatEvent> = [{ _tag: "PromptQueued", prompt: queued }]
  if (chat.agent !== agent) events.push({ _tag: "SettingSet", agent, settings, by })
  if (chat.title === undefined) events.push({ _tag: "TitleSet", title: titleFrom(content), by })
  // what is held stays behind: a prompt sent after a stop runs first
  const starts = promptedTurn(chat) === undefined && nextPrompt(chat) === undefined
  if (!starts) {
    const full = queueError(chat.queue, content)
    return full === undefined ? { events, actions: [], reply: { _tag: "Accepted", promptId } } : refuse(full)
  }
  const started = startTurn(queued, call.turnId, call)
  return {
    events: [...events, ...started.events], actions: started.actions,
    reply: { _tag: "Accepted", promptId, turnId: call.turnId }
  }
}

/** The digest of a prompt with the same id, where one was accepted before. */
const knownDigest = (chat: Chat, { promptId }: Of<"Prompt">): string | undefined => {
  const queued = chat.queue.find((waiting) => waiting.promptId === promptId)
  if (queued !== undefined) return promptDigest(queued)
  return chat.taken.find((taken) => taken.promptId === promptId)?.digest
}

/** One that names no agent was meant for the chat's, which may be another by now. */
const hasDigest = (chat: Chat, { agent, content }: Of<"Prompt">, digest: string): boolean => {
  const agents = agent === undefined ? Object.keys(chat.agents).map((name) => AgentName.make(name)) : [agent]
  return agents.some((one) => promptDigest({ agent: one, content }) === digest)
}

export const changePrompt = (chat: Chat, { promptId, content, by }: Of<"ChangePrompt">): Decision => {
  const before = chat.queue.find((queued) => queued.promptId === promptId)
  if (before === undefined) return refuse(new ChatError({ reason: { _tag: "NotQueued", promptId } }))
  const bad = contentError(content) ?? queueError(chat.queue.filter((queued) => queued !== before), content, before)
  return bad === undefined ? record({ _tag: "PromptChanged", promptId, content, by }) : refuse(bad)
}

export const withdrawPrompt = (chat: Chat, { promptId, by }: Of<"WithdrawPrompt">): Decision =>
  chat.queue.some((queued) => queued.promptId === promptId)
    ? record({ _tag: "PromptWithdrawn", promptId, by })
    : refuse(new ChatError({ reason: { _tag: "NotQueued", promptId } }))

export const resumeQueue = (chat: Chat, { by }: Of<"ResumeQueue">, call: Call): Decision => {
  if (!chat.queue.some((queued) => queued.held)) return nothing
  const resumed: ChatEvent = { _tag: "QueueResumed", by }
  const first = chat.queue[0]
  if (first === undefined || promptedTurn(chat) !== undefined) return record(resumed)
  const started = startTurn({ ...first, held: false }, call.turnId, call)
  return { events: [resumed, ...started.events], actions: started.actions, reply: done }
}

/** Stops whatever runs, and holds what was queued before. */
export const stop = (chat: Chat, { by }: Of<"Stop">): Decision => {
  const running = chat.turns.filter((turn) => turn.outcome === undefined)
  const events: Array<ChatEvent> = running
    .filter((turn) => turn.stopBy === undefined)
    .map((turn) => ({ _tag: "StopRequested", turnId: turn.turnId, by }))
  if (chat.queue.some((queued) => !queued.held)) events.push({ _tag: "QueueHeld", by })
  return {
    events,
    actions: running.map((turn) => ({ _tag: "InterruptTurn", turnId: turn.turnId, by })),
    reply: { _tag: "Stopping", turnId: (promptedTurn(chat) ?? running.at(-1))?.turnId }
  }
}

export const setTitle = (chat: Chat, { title, by }: Of<"SetTitle">): Decision =>
  chat.title === title ? nothing : record({ _tag: "TitleSet", title, by })

export const setSettings = (chat: Chat, { agent, settings, by }: Of<"SetSettings">): Decision => {
  // what a running prompt may do unasked is the chat's to say from now on
  const running = openTurns(chat).some((turn) => turn.agent === agent && turn.settings.permissions !== settings.permissions)
  const same = !running && chat.agent === agent && JSON.stringify(factsOf(chat, agent).settings) === JSON.stringify(settings)
  return same ? nothing : record({ _tag: "SettingSet", agent, settings, by })
}
