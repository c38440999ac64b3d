import { assert, describe, it } from "@effect/vitest"
import type { ContentBlock } from "../../shared/Content.ts"
import type { ChatEvent } from "../../shared/ChatEvent.ts"
import { PartId, PromptId } from "../../shared/Ids.ts"
import { ada, asked, bob, ended, given, goose, qwen, queued, said, settled, started, text, toolCall, turnId } from "../../test/support/given.ts"
import { transcriptOf } from "./Transcript.ts"

const tool = (turn: number, ...call: Parameters<typeof toolCall>): ChatEvent => ({ _tag: "ToolCallUpserted", turnId: turnId(turn), call: toolCall(...call) })
const thought = (turn: number, words: string): ChatEvent =>
  ({ _tag: "TextAppended", turnId: turnId(turn), partId: PartId.make("t1"), kind: "thought", offset: 0, text: words })
const stopped = (turn: number): ChatEvent => ({ _tag: "TurnEnded", turnId: turnId(turn), outcome: "stopped", cause: { _tag: "Stopped", by: ada } })
const of = (limit: number | undefined, ...events: ReadonlyArray<ChatEvent>) => transcriptOf(given(...settled, ...events).chat, limit)
const dialogue: ReadonlyArray<ChatEvent> = [
  queued(1, { content: text("Who are you?") }), started(1, 1), thought(1, "Hm."), said(1, "I am goose.", "p1"),
  tool(1, "a", { title: "Write\n  `a.txt`", kind: "edit", status: "completed" }), tool(1, "b", { title: "ls", kind: "execute", status: "failed" }),
  asked(1, 11), said(1, "Done.\n", "p2"), ended(1)
]

describe("the transcript", () => {
  it("is empty where nothing was said, and where the first turn still runs", () => {
    assert.strictEqual(of(undefined), "")
    assert.strictEqual(of(undefined, queued(1), started(1, 1), said(1, "running")), "")
  })

  it("tells prompts with their agents, answers, and a line for each tool call; not thoughts, nor the turn that runs", () => {
    const later: ReadonlyArray<ChatEvent> = [
      queued(2, { content: text("Go on."), agent: qwen, by: bob }),
      { _tag: "TurnStarted", turnId: turnId(2), promptId: PromptId.make("prompt-0002"), origin: "prompt", agent: qwen, settings: {}, bootId: bootOf(started(1, 1)) },
      said(2, "I beg"), stopped(2), queued(3, { content: text("now running") }), started(3, 3), said(3, "not yet")
    ]
    assert.strictEqual(of(undefined, ...dialogue, ...later), [
      "ada to goose:", "Who are you?", "", "goose:", "I am goose.", "[tool call: Write `a.txt` (edit, completed)]",
      "[tool call: ls (execute, failed)]", "Done.", "", "bob to qwen:", "Go on.", "", "qwen:", "I beg", "[was stopped]"
    ].join("\n"))
  })

  it("names what a prompt carried besides its words", () => {
    const content: ReadonlyArray<ContentBlock> = [
      { type: "text", text: "/fix" }, { type: "image", data: "", mimeType: "image/png" }, { type: "resource", resource: { uri: "file:///a.txt", text: "x".repeat(1000) } }
    ]
    assert.strictEqual(of(undefined, queued(1, { content }), started(1, 1), ended(1)), "ada to goose:\n/fix\n[image]\n[file:///a.txt]")
  })

  it("leaves the oldest out where it is too much, whole entries at a time, and says so", () => {
    const many = Array.from({ length: 40 }, (_, n) => [
      queued(n + 1, { content: text(`question ${n + 1} ${"q".repeat(50)}`) }), started(n + 1, n + 1), said(n + 1, `answer ${n + 1} ${"a".repeat(50)}`), ended(n + 1)
    ]).flat()
    for (const limit of [100, 500, 1000, 2000]) {
      const told = of(limit, ...many)
      assert.match(told, /^\[What was said before this is left out\.\]\n\n(ada to )?goose:\n(question|answer) \d+ /)
      assert.isAtMost(told.length, limit + 60)
      assert.include(told, `answer 40 ${"a".repeat(50)}`)
      assert.notInclude(told, "question 1 ")
    }
    assert.isAbove(of(2000, ...many).length, 1500)
    assert.match(of(undefined, ...many), /^ada to goose:\nquestion 1 /)
  })

  it("keeps the end of one that alone is too much", () => {
    const told = of(100, queued(1), started(1, 1), said(1, `${"x".repeat(1000)} the end`), ended(1))
    assert.match(told, /left out\.\]\n\ngoose:\nx+ the end$/)
    assert.isAtMost(told.length, 160)
  })
})

const bootOf = (event: ChatEvent) => {
  assert(event._tag === "TurnStarted")
  assert.strictEqual(event.agent, goose)
  return event.bootId
}
