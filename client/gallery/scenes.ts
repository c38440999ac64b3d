/** Scenes: every state of the page that a designer wants to look at, each folded from events. */
import { ids, asked, delivered, ended, queued, says, type Step, tool, used } from "../../test/support/chatLog.ts"

const answer = `The queue is in **\`QueueDecider\`**: a prompt that arrives while a turn runs is appended, never dropped. Three places matter:

1. \`decide\` answers on acceptance, after the append.
2. \`Stop\` holds what was queued *before* it; a later prompt runs first.
3. On boot the queue is held, so nothing starts by itself.

\`\`\`ts
export const stop = (chat: Chat, by: Who): Decision => {
  const turn = promptedTurn(chat)
  if (turn === undefined) return nothing
  // held prompts wait for Resume
  const held = chat.queue.some((prompt) => !prompt.held)
  return { events: [{ _tag: "StopRequested", turnId: turn.turnId, by }, ...(held ? [{ _tag: "QueueHeld", by }] : [])] }
}
\`\`\`

| Call | While idle | While running |
|---|---|---|
| Prompt | starts a turn | joins the queue |
| Stop | nothing | ends the turn, holds the queue |

See the [protocol](https://agentclientprotocol.com) and \`shared/Chat.ts\` for the fold.`

const before = `export const spanWords = (milliseconds: number): string => {
  const seconds = Math.round(milliseconds / 1000)
  return seconds + " s"
}

export const agoWords = (at: number, now: number): string => {
  const minutes = Math.floor((now - at) / 60_000)
  return minutes + " m"
}
`
const after = `export const spanWords = (milliseconds: number): string => {
  const span = Math.max(0, milliseconds)
  if (span < 950) return \`\${(span / 1000).toFixed(1)} s\`
  const seconds = Math.round(span / 1000)
  return \`\${seconds} s\`
}

export const agoWords = (at: number, now: number): string => {
  const minutes = Math.floor(Math.max(0, now - at) / 60_000)
  if (minutes < 1) return "now"
  return \`\${minutes} m\`
}
`

const bound: Step = { _tag: "AgentBound", agent: ids.agent("goose"), agentSessionId: "s-1", continuity: "fresh", why: "first prompt of this chat" }
const resumed: Step = { _tag: "AgentBound", agent: ids.agent("goose"), agentSessionId: "s-1", continuity: "resumed", why: "its session was resumed after the server's restart" }
const announced: Step = {
  _tag: "AgentAnnounced", agent: ids.agent("goose"),
  commands: [
    { name: "compact", description: "Shorten the conversation so far" }, { name: "plan", description: "Make a plan before working", hint: "what to plan" },
    { name: "review", description: "Review the changes of this session" }, { name: "test", description: "Run the tests and mend what fails" }
  ],
  modes: { current: "approve", available: [{ id: "auto", name: "Auto" }, { id: "approve", name: "Ask first" }] },
  options: [{
    id: "model", name: "Model", category: "model", current: "sonnet",
    choices: [{ value: "sonnet", name: "Claude Sonnet 5" }, { value: "opus", name: "Claude Opus 5" }]
  }]
}

const first: ReadonlyArray<Step> = [
  ...asked(1, "How does the queue survive a stop? Show me the decider, and say what happens on boot."), 20, bound, announced, 900, delivered(1), 700,
  says(1, "t1", "The question is about **queue semantics**. I should look at QueueDecider and the boot recovery before answering, and check how held prompts are resumed.", "thought"), 2100,
  tool(1, "c1", { title: "Read `server/chat/QueueDecider.ts`", kind: "read", status: "in_progress", locations: [{ path: "server/chat/QueueDecider.ts", line: 41 }] }), 60,
  tool(1, "c1", { title: "Read `server/chat/QueueDecider.ts`", kind: "read", status: "completed", input: "{\"path\":\"server/chat/QueueDecider.ts\"}", content: [{ type: "content", content: { type: "text", text: "export const enqueue = …\nexport const stop = …" } }] }), 30,
  tool(1, "c2", { title: "rg -n 'QueueHeld' server shared", kind: "execute", status: "in_progress" }), 340,
  tool(1, "c2", { title: "rg -n 'QueueHeld' server shared", kind: "execute", status: "completed", input: "{\"command\":\"rg -n 'QueueHeld' server shared\"}", content: [{ type: "content", content: { type: "text", text: "```\nshared/ChatEvent.ts:58:  QueueHeld: { by: Who },\nshared/Chat.ts:103:    case \"QueueHeld\": return mapQueue(chat, …)\nserver/chat/QueueDecider.ts:41:  return { events: [{ _tag: \"QueueHeld\", by }] }\n```" } }] }), 500,
  says(1, "p1", answer), 2600, used(1, 18_240, 912, 0.0684), ended(1)
]

const tools: ReadonlyArray<Step> = [
  ...first, 60_000, ...asked(2, "Good. Make the spans friendlier: below a second show tenths, and never a negative one. Then run the tests."), 5, resumed, 20, delivered(2), 600,
  { _tag: "PlanReplaced", turnId: ids.turn(2), entries: [
    { content: "Look at where spans are shown", priority: "high", status: "completed" },
    { content: "Change `spanWords` and `agoWords`", priority: "high", status: "completed" },
    { content: "Run the unit tests of view/", priority: "medium", status: "in_progress" },
    { content: "Tell what changed", priority: "low", status: "pending" }
  ] }, 200,
  tool(2, "d1", { title: "Search for \"spanWords\"", kind: "search", status: "completed", input: "{\"query\":\"spanWords\"}" }), 400,
  tool(2, "d2", { title: "Edit client/view/duration.ts", kind: "edit", status: "in_progress" }), 120,
  tool(2, "d2", { title: "Edit client/view/duration.ts", kind: "edit", status: "completed", content: [{ type: "diff", path: "client/view/duration.ts", oldText: before, newText: after }] }), 100,
  tool(2, "d3", { title: "Write notes/spans.md", kind: "edit", status: "failed", output: "\"EACCES: permission denied, open 'notes/spans.md'\"" }), 80,
  tool(2, "d4", { title: "bun --bun vitest run client/view", kind: "execute", status: "in_progress", input: "{\"command\":\"bun --bun vitest run client/view\"}" }), 4200
]

const streaming: ReadonlyArray<Step> = [
  ...first, 60_000, ...asked(2, "Write a small retry helper with backoff, in TypeScript, and explain the jitter."), 5, resumed, 20, delivered(2), 1100,
  says(2, "t2", "A helper with exponential backoff and full jitter.\nKeep the signature small; abortable.", "thought"), 900,
  says(2, "p2", "Here is a helper that backs off exponentially with **full jitter**. The delay is drawn anew each time, so that many clients that failed together don't come back together:\n\n```ts\nexport async function retry<A>(\n  run: (attempt: number) => Promise<A>,\n  { base = 200, cap = 10_000, times = 5 } = {}\n): Promise<A> {\n  for (let attempt = 0; ; attempt++) {\n    try {\n      return await run(attempt)\n    } catch (error) {\n      if (attempt >= times) throw error\n      const ceiling = Math.min(cap, base * 2 ** attempt)\n"), 300
]

const permission: ReadonlyArray<Step> = [
  ...first, 30_000, ...asked(2, "Remove the old snapshots folder."), 20, delivered(2), 800, says(2, "p2", "The folder is not tracked by git, so I will remove it from disk."), 200,
  tool(2, "e1", { title: "rm -rf .cache/snapshots", kind: "execute", status: "pending", input: "{\"command\":\"rm -rf .cache/snapshots\"}" }), 10,
  { _tag: "RequestOpened", turnId: ids.turn(2), requestId: ids.request(1), request: { _tag: "Permission", title: "Read .env", options: [
    { optionId: "a", name: "Allow once", kind: "allow_once" }, { optionId: "r", name: "Reject", kind: "reject_once" }] } },
  { _tag: "RequestClosed", turnId: ids.turn(2), requestId: ids.request(1), answer: { _tag: "Selected", optionId: "r" }, by: ids.who("owner"), why: "answered" }, 5,
  { _tag: "RequestOpened", turnId: ids.turn(2), requestId: ids.request(2), request: { _tag: "Permission", title: "Run `rm -rf .cache/snapshots` in the session's worktree", options: [
    { optionId: "al", name: "Always allow", kind: "allow_always" }, { optionId: "ao", name: "Allow once", kind: "allow_once" },
    { optionId: "ro", name: "Reject", kind: "reject_once" }, { optionId: "ra", name: "Always reject", kind: "reject_always" }] } }, 9000
]

const form: ReadonlyArray<Step> = [
  ...first, 30_000, ...asked(2, "Set the release up."), 20, delivered(2), 800,
  { _tag: "RequestOpened", turnId: ids.turn(2), requestId: ids.request(3), request: { _tag: "Elicitation", message: "Which release shall it be?", schema: JSON.stringify({
    type: "object", required: ["level"], properties: {
      level: { type: "string", title: "Level", oneOf: [{ const: "patch", title: "Patch" }, { const: "minor", title: "Minor" }] },
      notes: { type: "string", title: "Notes", description: "One line for the change log." }, days: { type: "integer", title: "Days until it is out", minimum: 0, maximum: 30 },
      tag: { type: "boolean", title: "Make a tag", default: true }
    } }) } }, 4000
]

const failed: ReadonlyArray<Step> = [
  ...first, 45_000, ...asked(2, "Now port the worker to the new protocol."), 20, delivered(2), 900, says(2, "p2", "I start with the handshake, as everything else depends on it."), 400,
  tool(2, "f1", { title: "npm run build", kind: "execute", status: "in_progress" }), 3000, tool(2, "f1", { title: "npm run build", kind: "execute", status: "canceled" }),
  { _tag: "TurnEnded", turnId: ids.turn(2), outcome: "failed", cause: { _tag: "ChildExited", code: null, signal: "SIGKILL", stderr: "thread 'main' panicked at 'out of memory'\nnote: run with RUST_BACKTRACE=1\nmemory allocation of 1073741824 bytes failed" } },
  5000, ...asked(3, "Try again, please."), 800,
  { _tag: "TurnEnded", turnId: ids.turn(3), outcome: "failed", cause: { _tag: "StartFailed", message: "goose could not be started: it wants a provider. Set GOOSE_PROVIDER, or run `goose configure`." } }
]

const held: ReadonlyArray<Step> = [
  ...first, 20_000, ...asked(2, "Rewrite the README from scratch."), 20, delivered(2), 800, says(2, "p2", "I read the present one first, then"), 900,
  { _tag: "PromptQueued", prompt: queued(3, "After that, add a changelog entry for the new queue semantics and link the decision.") },
  { _tag: "PromptQueued", prompt: queued(4, "And check the spelling.", "qwen") },
  { _tag: "StopRequested", turnId: ids.turn(2), by: ids.who("owner") }, { _tag: "QueueHeld", by: ids.who("owner") }, 200,
  { _tag: "StopEscalated", turnId: ids.turn(2), step: "sigterm" }, 50,
  { _tag: "TurnEnded", turnId: ids.turn(2), outcome: "stopped", cause: { _tag: "Stopped", by: ids.who("owner"), step: "sigterm" } }
]

const running: ReadonlyArray<Step> = [
  ...streaming.slice(0, -1), 200, { _tag: "PromptQueued", prompt: queued(5, "Then write a test for it that uses fake timers.") }
]

const starting: ReadonlyArray<Step> = [...asked(1, "Explain this repository to a newcomer in ten sentences."), 2300]
const waiting: ReadonlyArray<Step> = [...asked(1, "Explain this repository to a newcomer in ten sentences."), 800, bound, delivered(1), 7400]

const long: ReadonlyArray<Step> = Array.from({ length: 40 }, (_, n): ReadonlyArray<Step> => [
  ...asked(n + 1, `Question ${n + 1}: what does module ${n + 1} own, and what does it leave to others?`), 10, delivered(n + 1), 300,
  tool(n + 1, `l${n}`, { title: `Read src/module${n + 1}.ts`, kind: "read", status: "completed" }), 200,
  says(n + 1, "p", `Module ${n + 1} owns its own state and nothing else. It **declares** what it needs as ports, and leaves storage to \`store/\`.\n\n- it decides\n- it never performs\n`), 500, ended(n + 1), 4000
]).flat()

const interrupted: ReadonlyArray<Step> = [
  ...first, 20_000, ...asked(2, "Measure the fan-out."), 20, delivered(2), 500, says(2, "p2", "Ten watchers first."),
  { _tag: "PromptQueued", prompt: queued(6, "Then a hundred.", "goose", true) }, 900,
  { _tag: "TurnEnded", turnId: ids.turn(2), outcome: "interrupted", cause: { _tag: "ServerRestarted", bootId: ids.boot } }
]

export const scenes: Readonly<Record<string, ReadonlyArray<Step>>> = {
  answer: first, tools, streaming, permission, form, failed, held, running, starting, waiting, long, interrupted, empty: [], scripted: []
}
