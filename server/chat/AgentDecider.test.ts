/** What is reported of an agent session, in a turn or between turns. */
import { describe, it } from "@effect/vitest"
import type { AgentFact, Announcement } from "../../shared/SessionUpdate.ts"
import type { ChatMessage } from "./ChatMessage.ts"
import { given, goose, queued, settled, started, turnId } from "../../test/support/given.ts"

const note = (fact: AgentFact): ChatMessage => ({ _tag: "Note", agent: goose, fact })
const announced = (announcement: Announcement) => note({ _tag: "Announced", announcement })
const plan = { name: "plan", description: "Make a plan" }
const modes = { current: "ask", available: [{ id: "ask", name: "Ask" }] }
const options = [{ id: "model", name: "Model", category: "model", current: "a", choices: [{ value: "a", name: "A" }] }]

describe("an agent", () => {
  const chat = given(...settled)

  it("is bound to its session, with its continuity and why, each time", () => {
    const bound = { agentSessionId: "s1", continuity: "fresh", why: "The first." } as const
    chat.when(note({ _tag: "Bound", ...bound })).then({ events: [{ _tag: "AgentBound", agent: goose, ...bound }], actions: [], reply: { _tag: "Done" } })
      .when(note({ _tag: "Bound", ...bound, continuity: "resumed" })).then({ events: [{ _tag: "AgentBound", agent: goose, ...bound, continuity: "resumed" }] })
  })

  it("says in its turn how it came to its context, and whether that is anew", () => {
    const bound = { agentSessionId: "s1", continuity: "fresh", why: "The first." } as const, next = { ...bound, agentSessionId: "s2", why: "It was lost." }
    const before = { _tag: "AgentBound", agent: goose, ...bound } as const, after = { _tag: "AgentBound", agent: goose, ...next } as const
    given(...settled, queued(1), started(1, 1)).when(note({ _tag: "Bound", ...bound }))
      .then({ events: [before, { _tag: "ContinuityStated", turnId: turnId(1), context: { continuity: "fresh", why: "The first.", anew: false } }] })
    given(...settled, before, queued(1), started(1, 1)).when(note({ _tag: "Bound", ...next }))
      .then({ events: [after, { _tag: "ContinuityStated", turnId: turnId(1), context: { continuity: "fresh", why: "It was lost.", anew: true } }] })
  })

  it("is heard where its announcement says something new, and only of that", () => {
    chat.when(announced({ commands: [plan], modes, options })).then({ events: [{ _tag: "AgentAnnounced", agent: goose, commands: [plan], modes, options }] })
      .when(announced({ commands: [plan], modes, options })).then({ events: [] })
      .when(announced({ commands: [plan], modes: { ...modes, current: "auto" } }))
      .then({ events: [{ _tag: "AgentAnnounced", agent: goose, modes: { ...modes, current: "auto" } }] })
  })

  it("keeps its commands when it announces none", () => {
    chat.when(announced({ commands: [plan] })).then({}).when(announced({ commands: [] })).then({ events: [] })
    chat.when(announced({})).then({ events: [] })
  })

  it("doesn't name the chat", () => {
    chat.when(note({ _tag: "Titled", title: "Its title" })).then({ events: [], actions: [] })
  })

  it("is down with its cause", () => {
    const cause = { _tag: "ChildExited", code: 1, signal: null, stderr: "boom" } as const
    chat.when(note({ _tag: "Down", cause })).then({ events: [{ _tag: "AgentDown", agent: goose, cause }] })
  })
})
