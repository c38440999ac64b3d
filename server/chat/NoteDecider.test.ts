/** A rewind in a chat: told once, shown between turns, and told to each agent that has a session there with its next prompt, once. */
import { assert, describe, it } from "@effect/vitest"
import { CheckpointId } from "../../shared/Change.ts"
import { type Chat, untoldOf } from "../../shared/Chat.ts"
import { noticeOf, type Rewound } from "../../shared/ChatNote.ts"
import type { ChatEvent } from "../../shared/ChatEvent.ts"
import type { AgentName } from "../../shared/Ids.ts"
import { ada, ended, fold, given, goose, queued, qwen, said, settled, started, turnId } from "../../test/support/given.ts"
import { transcriptOf } from "./Transcript.ts"

const rewound = (n: number, more: Partial<Rewound> = {}): Rewound => ({
  id: CheckpointId.make(`00000003-0000-4000-8000-${String(n).padStart(12, "0")}`), by: ada, to: { _tag: "Before", turnId: turnId(1), words: "add a queue" },
  files: [{ path: "src/queue.ts", operation: "delete" }, { path: "say \"hi\".txt", operation: "edit" }], count: 2, undo: 7, ...more
})
const tell = (n: number, more?: Partial<Rewound>) => ({ _tag: "TellRewound", rewound: rewound(n, more) }) as const
const happened = (n: number, more?: Partial<Rewound>): ChatEvent => ({ _tag: "WorktreeRewound", ...rewound(n, more) })
const bound = (agent: AgentName): ChatEvent => ({ _tag: "AgentBound", agent, agentSessionId: `s-${agent}`, continuity: "fresh", why: "first" })
const delivered = (turn: number, told?: number): ChatEvent => ({ _tag: "PromptDelivered", turnId: turnId(turn), ...(told === undefined ? {} : { told }) })
const turn = (n: number, ...within: ReadonlyArray<ChatEvent>): ReadonlyArray<ChatEvent> => [queued(n), started(n, n), ...within, said(n, `answer ${n}`), ended(n)]
const untold = (chat: Chat, agent = goose) => untoldOf(chat, agent).map(({ id }) => id)

describe("a rewind", () => {
  it("is told to a chat that had a turn, once, and to no other", () => {
    given(...settled).when(tell(1)).then({ events: [], reply: { _tag: "Done" } })
    given(...settled, queued(1)).when(tell(1)).then({ events: [] })
    given(...settled, ...turn(1)).when(tell(1)).then({ events: [happened(1)], reply: { _tag: "Done" } })
      .when(tell(1)).then({ events: [] }).when(tell(2)).then({ events: [happened(2)] })
  })

  it("stands between the turns, in its place, and is part of the transcript", () => {
    const { chat } = given(...settled, ...turn(1), happened(1), ...turn(2), happened(2, { to: { _tag: "Undone", id: rewound(1).id } }))
    assert.deepStrictEqual(chat.notes.map(({ _tag, anchor }) => [_tag, anchor]), [["Rewound", 7], ["Rewound", 12]])
    assert.include(transcriptOf(chat), "answer 1\n\nada:\n[made the files of the worktree what they were before \"add a queue\"]\n\nada to goose:\nprompt 2\n\ngoose:\nanswer 2")
    assert.match(transcriptOf(chat), /ada:\n\[made the files of the worktree what they were before the last rewind\]$/)
  })

  it("is untold for every agent that has a session, until its next prompt was handed over with it", () => {
    const { chat } = given(...settled, ...turn(1, bound(goose)), bound(qwen), happened(1), happened(2))
    assert.strictEqual(untold(chat).length, 2)
    assert.strictEqual(untold(chat, qwen).length, 2)
    const last = untoldOf(chat, goose).at(-1)?.anchor
    const after = fold(chat, turn(2, delivered(2, last)))
    assert.deepStrictEqual(untold(after), [])
    assert.strictEqual(untold(after, qwen).length, 2)
    assert.deepStrictEqual(untold(fold(after, [happened(3)])), [rewound(3).id])
  })

  it("stays untold where the prompt never reached the agent, and where it was handed over before", () => {
    const { chat } = given(...settled, ...turn(1, bound(goose)), happened(1), queued(2), started(2, 2), ended(2))
    assert.strictEqual(untold(chat).length, 1)
    assert.strictEqual(untold(fold(chat, turn(3, delivered(3)))).length, 1)
  })

  it("is nothing to an agent that comes after it, nor to one without a session", () => {
    const { chat } = given(...settled, ...turn(1), happened(1))
    assert.deepStrictEqual(untold(chat), [])
    assert.deepStrictEqual(untold(fold(chat, [bound(goose)])), [])
    // taken up again it has known no more than before
    assert.strictEqual(untold(fold(chat, [bound(goose), happened(2), { _tag: "AgentBound", agent: goose, agentSessionId: "s2", continuity: "fresh", why: "lost" }])).length, 1)
  })
})

describe("the notice", () => {
  const notice = (...events: ReadonlyArray<ChatEvent>) => noticeOf(untoldOf(given(...settled, ...turn(1, bound(goose)), ...events).chat, goose))

  it("is not there where nothing happened", () => assert.strictEqual(notice(), ""))

  it("says what happened, names the files in quotes, and counts what it doesn't name", () => {
    const said = notice(happened(1, { count: 30 }))
    assert.include(said, `- ada made the files of the worktree what they were before "add a queue". Files that are other than before: "src/queue.ts" (gone), "say \\"hi\\".txt" (changed), and 28 more.`)
    assert.match(said, /^For your information; .+ no request\./)
    assert.include(notice(happened(1, { count: 0, files: [], to: { _tag: "After", turnId: turnId(1), words: "" } })), "after an earlier turn; none was another.")
  })

  it("is bounded, however often it happened", () => {
    const files = Array.from({ length: 20 }, (_, n) => ({ path: `${"x".repeat(190)}${n}`, operation: "edit" as const }))
    const said = notice(...Array.from({ length: 70 }, (_, n) => happened(n, { files, count: 900 })))
    assert.isAtMost(said.length, 30_000)
    assert.include(said, "put back 45 more times before what follows")
  })
})
