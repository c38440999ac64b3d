/**
 * The laws of the decisions as a whole, on random interleavings of everything that a chat can be told: by people, by
 * turns' fibers that report late, twice or never, and by restarts. A step picks among what was ever said, not only
 * among what is still true.
 */
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { type Chat, empty, openTurns, promptedTurn } from "../../shared/Chat.ts"
import type { ChatEvent } from "../../shared/ChatEvent.ts"
import { BootId, PartId, type PromptId, type RequestId, TurnId } from "../../shared/Ids.ts"
import type { TurnEnd } from "../../shared/SessionUpdate.ts"
import { ada, at, bob, fold, goose, permission, promptId, qwen, requestId, text, toolCall, turnId } from "../../test/support/given.ts"
import { assertSame } from "../../test/support/assertSame.ts"
import type { Call, ChatMessage, Decision } from "./ChatMessage.ts"
import { decide } from "./decide.ts"

type Of<Tag extends ChatEvent["_tag"]> = Extract<ChatEvent, { _tag: Tag }>
type Message<Tag extends ChatMessage["_tag"]> = Extract<ChatMessage, { _tag: Tag }>

/** What was told so far, and what came of it. */
class World {
  chat: Chat = empty
  readonly events: Array<ChatEvent> = []
  readonly prompts = new Map<PromptId, Message<"Prompt">>()
  readonly accepted = new Set<PromptId>()
  readonly requests: Array<RequestId> = []
  readonly turns: Array<TurnId> = []
  made = 0
  boot = BootId.make("00000009-0000-4000-8000-000000000001")

  tell(message: ChatMessage): Decision {
    this.made += 1
    const before = this.chat
    const call: Call = { message, at: at + this.made, turnId: turnId(this.made), bootId: this.boot }
    const decision = decide(before, call)
    assertSame(decide(before, call), decision, "the same call decides the same")
    if (message._tag === "Prompt" && decision.reply._tag === "Accepted") this.accepted.add(message.promptId)
    this.record(decision.events)
    checkDecision(before, message, decision, this.chat)
    checkChat(this.chat)
    return decision
  }

  record(events: ReadonlyArray<ChatEvent>): void {
    for (const event of events) {
      checkEvent(this.chat, event)
      if (event._tag === "TurnStarted") this.turns.push(event.turnId)
      this.chat = fold(this.chat, [event], at + this.made)
    }
    this.events.push(...events)
  }
}

/** Held of each event where it stands. */
const checkEvent = (chat: Chat, event: ChatEvent): void => {
  if (event._tag === "TurnStarted" && event.origin === "prompt") {
    assert.isUndefined(promptedTurn(chat), "one prompted turn at a time")
    const first = chat.queue.find(({ held }) => !held)
    assert.strictEqual(event.promptId, first?.promptId, "the queue is first in, first out; what is held is left out")
    assertSame([event.agent, event.settings], [first?.agent, first?.settings], "as the prompt asked")
  } else if ("turnId" in event && event._tag !== "TurnStarted") {
    assert.isTrue(openTurns(chat).some((turn) => turn.turnId === event.turnId), `${event._tag} of a turn that is open`)
  }
}

/** Held after each decision. */
const checkChat = (chat: Chat): void => {
  assert.isAtMost(openTurns(chat).filter(({ origin }) => origin === "prompt").length, 1)
  // nothing waits for an end that won't come
  if (promptedTurn(chat) === undefined) assert.isTrue(chat.queue.every(({ held }) => held), "what isn't held, runs")
}

const checkDecision = (before: Chat, message: ChatMessage, { actions, events, reply }: Decision, after: Chat): void => {
  if (reply._tag === "ChatError") assertSame([events, actions], [[], []], "a refusal changes nothing")
  const startedBy = events.filter((event): event is Of<"TurnStarted"> => event._tag === "TurnStarted").map(({ turnId }) => turnId)
  assertSame(actions.flatMap((action) => action._tag === "RunTurn" ? [action.turnId] : []), startedBy, "what starts is run, once")
  const ended = events.flatMap((event) => event._tag === "TurnEnded" ? [event.turnId] : [])
  assertSame(actions.flatMap((action) => action._tag === "Compact" ? [action.turnId] : []), ended, "what ended is compacted")
  const kept = events.flatMap((event) => event._tag === "TurnEnded" && (message._tag === "Recover" || event.outcome !== "interrupted") ? [event.turnId] : [])
  assertSame(actions.flatMap((action) => action._tag === "SnapshotWork" ? [action.turnId] : []), kept, "what it did is kept, unless its server is going")
  if (message._tag === "Stop") {
    assert.isTrue(openTurns(after).every(({ stopBy }) => stopBy !== undefined) && after.queue.every(({ held }) => held))
    assertSame(actions.map((action) => "turnId" in action ? action.turnId : ""), openTurns(before).map(({ turnId }) => turnId), "a stop interrupts all that runs")
  }
  if (message._tag === "Recover") assertSame(openTurns(after), [], "nothing is open")
  if (message._tag === "Answer" && reply._tag === "Done") {
    assertSame(actions, [{ _tag: "AnswerAgent", requestId: message.requestId, answer: message.answer }], "the agent hears it")
  }
}

/** Held of everything that was recorded, once all turns have ended. */
const checkHistory = ({ accepted, chat, events }: World): void => {
  const of = <Tag extends ChatEvent["_tag"]>(tag: Tag) => events.filter((event): event is Of<Tag> => event._tag === tag)
  const started = of("TurnStarted").map(({ turnId }) => turnId).toSorted()
  assert.strictEqual(new Set(started).size, started.length)
  assert.deepStrictEqual(of("TurnEnded").map(({ turnId }) => turnId).toSorted(), started, "each turn ends once")
  const opened = of("RequestOpened").map(({ requestId }) => requestId).toSorted()
  assert.deepStrictEqual(of("RequestClosed").map(({ requestId }) => requestId).toSorted(), opened, "each request is closed once")
  // each prompt that was accepted was queued once, and ran once or was withdrawn
  const queued = of("PromptQueued").map(({ prompt }) => prompt.promptId).toSorted()
  assert.deepStrictEqual(queued, Array.from(accepted).toSorted())
  const gone = [...of("TurnStarted").flatMap(({ promptId }) => promptId ?? []), ...of("PromptWithdrawn").map(({ promptId }) => promptId)]
  assert.deepStrictEqual(gone.toSorted(), queued)
  assert.deepStrictEqual(chat.queue, [])
  for (const { cause, outcome, turnId } of of("TurnEnded")) {
    const stopped = of("StopRequested").some((stop) => stop.turnId === turnId)
    assert.strictEqual(outcome === "stopped", stopped || cause._tag === "Stopped")
  }
}

/** A chat knows the 256 newest prompts that left its queue: a prompt is sent again before so many came after it. */
const lately = <A>(all: Iterable<A>): ReadonlyArray<A> => Array.from(all).slice(-60)

interface Step { readonly kind: number; readonly pick: number }
const one = <A>(all: ReadonlyArray<A>, { pick }: Step): A | undefined => all[pick % Math.max(1, all.length)]
const unknownTurn = TurnId.make("00000001-0000-4000-8000-ffffffffffff")
/** Mostly one that is open. */
const someTurn = ({ chat, turns }: World, step: Step): TurnId => {
  const open = openTurns(chat).map(({ turnId }) => turnId)
  return one(step.pick % 4 === 0 ? [...turns, unknownTurn] : open, step) ?? unknownTurn
}
const who = ({ pick }: Step) => pick % 2 === 0 ? ada : bob

const ends: ReadonlyArray<TurnEnd> = [
  { cause: { _tag: "Answered", stopReason: "end_turn" }, stopReason: "end_turn" }, { cause: { _tag: "Answered", stopReason: "cancelled" }, stopReason: "cancelled" },
  { cause: { _tag: "Answered" } }, { cause: { _tag: "ChildExited", code: 1, signal: null, stderr: "" } }, { cause: { _tag: "StartFailed", message: "no" } },
  { cause: { _tag: "Stopped", by: ada } }, { cause: { _tag: "ServerStopped" } }
]

const newPrompt = (world: World, step: Step): ChatMessage => {
  const id = promptId(world.made)
  const prompt: Message<"Prompt"> = { _tag: "Prompt", promptId: id, content: text(`prompt ${world.made}`), by: who(step), ...([{}, { agent: goose }, { agent: qwen }][step.pick % 3]) }
  world.prompts.set(id, prompt)
  return prompt
}
const ask = (world: World, step: Step): ChatMessage => {
  const id = requestId(world.made)
  world.requests.push(id)
  return { _tag: "Ask", turnId: someTurn(world, step), requestId: id, request: permission }
}
const tool = (_: World, step: Step) => toolCall(`t${step.pick % 5}`, { status: one(["pending", "in_progress", "completed"], step) ?? "pending" })

const messages: ReadonlyArray<readonly [weight: number, make: (world: World, step: Step) => ChatMessage | undefined]> = [
  [5, newPrompt],
  [2, ({ prompts }, step) => one(lately(prompts.values()), step)],
  [1, ({ prompts }, step) => {
    const known = one(lately(prompts.values()), step)
    return known && { ...known, content: text("something else") }
  }],
  [2, (_, step) => ({ _tag: "Stop", by: who(step) })],
  [2, (_, step) => ({ _tag: "ResumeQueue", by: who(step) })],
  [1, ({ prompts }, step) => ({ _tag: "ChangePrompt", promptId: one(lately(prompts.keys()), step) ?? promptId(0), content: text("changed"), by: who(step) })],
  [1, ({ prompts }, step) => ({ _tag: "WithdrawPrompt", promptId: one(lately(prompts.keys()), step) ?? promptId(0), by: who(step) })],
  [1, (_, step) => ({ _tag: "SetSettings", agent: step.pick % 2 === 0 ? goose : qwen, settings: { mode: `m${step.pick % 3}` }, by: ada })],
  [1, (_, step) => ({ _tag: "SetTitle", title: `title ${step.pick % 3}`, by: ada })],
  [3, ({ requests }, step) => ({ _tag: "Answer", requestId: one(requests, step) ?? requestId(0), by: who(step),
    answer: one([{ _tag: "Selected", optionId: "once" }, { _tag: "Selected", optionId: "sudo" }, { _tag: "Declined" }], step) ?? { _tag: "Cancelled" } })],
  [1, (world, step) => ({ _tag: "Deliver", turnId: someTurn(world, step) })],
  [5, (world, step) => ({ _tag: "Update", turnId: someTurn(world, step), updates: [
    { _tag: "Text", partId: PartId.make(`p${step.pick % 3}`), kind: "text", offset: 0, text: "words" }, { _tag: "Tool", call: tool(world, step) }
  ] })],
  [3, ask],
  [1, (world, step) => ({ _tag: "Escalate", turnId: someTurn(world, step), step: "sigterm" })],
  [5, (world, step) => ({ _tag: "EndTurn", turnId: someTurn(world, step), end: one(ends, step) ?? { cause: { _tag: "Quiet" } } })],
  [1, () => ({ _tag: "Note", agent: goose, fact: { _tag: "Bound", agentSessionId: "s", continuity: "fresh", why: "." } })],
  [1, (world) => {
    world.boot = BootId.make(`00000009-0000-4000-8000-${String(world.made).padStart(12, "0")}`)
    return { _tag: "Recover" }
  }]
]
const table = messages.flatMap(([weight, make]) => Array.from({ length: weight }, () => make))
const agentTurn = table.length

const perform = (world: World, step: Step): void => {
  world.made += 1
  if (step.kind === agentTurn) {
    world.record([{ _tag: "TurnStarted", turnId: turnId(world.made), origin: "agent", agent: goose, settings: {}, bootId: world.boot }])
    return
  }
  const message = table[step.kind]?.(world, step)
  if (message !== undefined) world.tell(message)
}

/** Ends what runs and resumes what is held, until nothing is left. */
const drain = (world: World): void => {
  for (let left = 1000; openTurns(world.chat).length + world.chat.queue.length > 0; left--) {
    assert.isAbove(left, 0, "the queue runs dry")
    const turn = openTurns(world.chat)[0]
    world.tell(turn === undefined ? { _tag: "ResumeQueue", by: ada } : { _tag: "EndTurn", turnId: turn.turnId, end: { cause: { _tag: "Answered" } } })
  }
}

const steps = Schema.Array(Schema.Struct({
  kind: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: agentTurn })), pick: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1000 }))
}))

describe("whatever a chat is told, in whatever order", () => {
  it.prop("each turn ends once, its requests with it; one prompt at a time, in their order; none is lost or run twice", { steps }, ({ steps }) => {
    const world = new World()
    for (const step of steps) perform(world, step)
    drain(world)
    checkHistory(world)
  }, { arbitrary: { runs: 500, size: 150 } })

  it("with many steps, all kinds of events come up", () => {
    const world = new World()
    let seed = 7
    const next = (sides: number) => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 1) % sides
    for (let n = 0; n < 4000; n++) perform(world, { kind: next(agentTurn + 1), pick: next(1000) })
    drain(world)
    checkHistory(world)
    const tags = new Set(world.events.map(({ _tag }) => _tag))
    for (const tag of ["PromptChanged", "PromptWithdrawn", "QueueHeld", "QueueResumed", "RequestClosed", "StopRequested", "TurnEnded"] as const) assert.isTrue(tags.has(tag), tag)
    const outcomes = new Set(world.events.map((event) => event._tag === "TurnEnded" ? event.outcome : ""))
    for (const outcome of ["completed", "failed", "stopped", "interrupted"] as const) assert.isTrue(outcomes.has(outcome), outcome)
  })
})
