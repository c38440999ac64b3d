/** What people ask of a chat, and what it decides: prompts, their queue, stop, title and settings. */
import { assert, describe, it } from "@effect/vitest"
import type { ChatEvent, QueuedPrompt } from "../../shared/ChatEvent.ts"
import { promptByteLimit } from "../../shared/Content.ts"
import type { AgentName } from "../../shared/Ids.ts"
import type { ChatAction, ChatMessage } from "./ChatMessage.ts"
import { queueByteLimit, queuePromptLimit } from "./QueueDecider.ts"
import {
  ada, at, bob, bootId, ended, ending, given, goose, promptId, queued, queuedPrompt, qwen, refusal, settled, started, stopping, text, turnId
} from "../../test/support/given.ts"

const prompt = (n: number, more: Partial<Extract<ChatMessage, { _tag: "Prompt" }>> = {}): ChatMessage =>
  ({ _tag: "Prompt", promptId: promptId(n), content: text(`prompt ${n}`), by: ada, ...more })
const stop: ChatMessage = { _tag: "Stop", by: ada }
const resume: ChatMessage = { _tag: "ResumeQueue", by: ada }
const held: ChatEvent = { _tag: "QueueHeld", by: ada }
const done = { _tag: "Done" } as const
const end = (turn: number): ChatMessage =>
  ({ _tag: "EndTurn", turnId: turnId(turn), end: { cause: { _tag: "Answered", stopReason: "end_turn" }, stopReason: "end_turn" } })
const accepted = (n: number, turn?: number) =>
  ({ _tag: "Accepted" as const, promptId: promptId(n), ...(turn === undefined ? {} : { turnId: turnId(turn) }) })

const start = ({ agent, promptId, settings }: QueuedPrompt, turn = 100): ChatEvent =>
  ({ _tag: "TurnStarted", turnId: turnId(turn), promptId, origin: "prompt", agent, settings, bootId })
const run = ({ agent, content, settings }: QueuedPrompt, turn = 100): ChatAction =>
  ({ _tag: "RunTurn", turnId: turnId(turn), agent, settings, content })
const interrupt = (turn: number): ChatAction => ({ _tag: "InterruptTurn", turnId: turnId(turn), by: ada })

describe("a prompt", () => {
  it("starts at once where nothing runs, and is answered with its turn", () => {
    given(...settled).when(prompt(1)).then({
      events: [queued(1), start(queuedPrompt(1))], actions: [run(queuedPrompt(1))], reply: accepted(1, 100)
    })
  })

  it("waits in the queue while a prompted turn runs", () => {
    given(...settled, queued(1), started(1, 1)).when(prompt(2)).then({ events: [queued(2)], actions: [], reply: accepted(2) })
      .when(prompt(3)).then({ events: [queued(3)], actions: [], reply: accepted(3) })
      .when(end(1)).then({ actions: [...ending(1), run(queuedPrompt(2))] })
  })

  it("doesn't wait for a turn that an agent takes by itself", () => {
    given(...settled, started(1)).when(prompt(1)).then({ actions: [run(queuedPrompt(1))], reply: accepted(1, 100) })
  })

  it("names the chat by its first line, and makes its agent the chat's", () => {
    const content = text("\n   Fix the door.  \nAnd the window.")
    given().when(prompt(1, { agent: qwen, content })).then({ events: [
      queued(1, { agent: qwen, content }), { _tag: "SettingSet", agent: qwen, settings: {}, by: ada },
      { _tag: "TitleSet", title: "Fix the door.", by: ada }, start(queuedPrompt(1, { agent: qwen }))
    ] })
  })

  it("cuts a long first line between characters, and names a chat without words too", () => {
    const title = (content: ReturnType<typeof text>) =>
      given().when(prompt(1, { agent: goose, content })).decision.events.find(({ _tag }) => _tag === "TitleSet")
    assert.deepStrictEqual(title(text("😀".repeat(40))), { _tag: "TitleSet", title: `${"😀".repeat(29)}…`, by: ada })
    assert.deepStrictEqual(title([{ type: "image", data: "aGk=", mimeType: "image/png" }]), { _tag: "TitleSet", title: "[image]", by: ada })
  })

  it("takes its own settings, else what its agent's next prompts ask for", () => {
    const chat = given(...settled, { _tag: "SettingSet", agent: goose, settings: { model: "big" }, by: ada })
    chat.when(prompt(1)).then({ actions: [run(queuedPrompt(1, { settings: { model: "big" } }))] })
    chat.when(prompt(1, { settings: { mode: "plan" } })).then({ actions: [run(queuedPrompt(1, { settings: { mode: "plan" } }))] })
  })

  it("is refused when it is empty or too large", () => {
    const chat = given(...settled)
    for (const content of [[], text(""), text(" \n\t ")]) chat.when(prompt(1, { content })).then({ events: [], actions: [], reply: refusal({ _tag: "PromptEmpty" }) })
    const content = text("ö".repeat(promptByteLimit / 2))
    chat.when(prompt(1, { content })).then({ reply: accepted(1, 100) })
    const reply = chat.when(prompt(1, { content: text("ö".repeat(promptByteLimit / 2 + 1024)) })).decision.reply
    assert.strictEqual(reply._tag === "ChatError" && reply.reason._tag, "PromptTooLarge")
  })
})

describe("the same prompt id twice", () => {
  const again = { events: [], actions: [] }
  it("is accepted once, with the same turn: while it runs, when it has ended, while it waits, and when it was withdrawn", () => {
    const running = given(...settled).when(prompt(1)).then({})
    running.when(prompt(1), { turnId: turnId(7) }).then({ ...again, reply: accepted(1, 100) })
      .when(end(100)).then({})
      .when(prompt(1), { turnId: turnId(8) }).then({ ...again, reply: accepted(1, 100) })
    const waiting = running.when(prompt(2)).then({})
    waiting.when(prompt(2)).then({ ...again, reply: accepted(2) })
      .when({ _tag: "WithdrawPrompt", promptId: promptId(2), by: ada }).then({})
      .when(prompt(2)).then({ ...again, reply: accepted(2) })
  })

  it("is refused with other content, or for another agent", () => {
    const conflict = { ...again, reply: refusal({ _tag: "PromptConflict", promptId: promptId(1) }) }
    const running = given(...settled).when(prompt(1)).then({})
    for (const chat of [running, running.when(end(100)).then({}), given(...settled, started(1), queued(1))]) {
      chat.when(prompt(1, { content: text("other") })).then(conflict)
      chat.when(prompt(1, { agent: qwen })).then(conflict)
    }
  })

  it("is the same though the chat's agent has changed in between", () => {
    const running = given(...settled).when(prompt(1)).then({}).when({ _tag: "SetSettings", agent: qwen, settings: {}, by: bob }).then({})
    running.when(prompt(1)).then({ ...again, reply: accepted(1, 100) })
    running.when(end(100)).then({}).when(prompt(1)).then({ ...again, reply: accepted(1, 100) })
  })
})

describe("stop", () => {
  it("interrupts what runs, and holds what was queued before it", () => {
    given(...settled, queued(1), started(1, 1), queued(2)).when(stop).then({
      events: [stopping(1), held], actions: [interrupt(1)], reply: { _tag: "Stopping", turnId: turnId(1) }
    }).when(end(1)).then({ actions: [...ending(1)] })
  })

  it("stops an agent's own turn too, and says which", () => {
    given(...settled, started(1)).when(stop).then({
      events: [stopping(1)], actions: [interrupt(1)], reply: { _tag: "Stopping", turnId: turnId(1) }
    })
    given(...settled, started(1), queued(1), started(2, 1)).when(stop).then({
      events: [stopping(1), stopping(2)], actions: [interrupt(1), interrupt(2)], reply: { _tag: "Stopping", turnId: turnId(2) }
    })
  })

  it("twice is recorded once, under the first name, and interrupts again", () => {
    given(...settled, queued(1), started(1, 1), stopping(1, bob)).when(stop).then({
      events: [], actions: [interrupt(1)], reply: { _tag: "Stopping", turnId: turnId(1) }
    })
  })

  it("of an idle chat does nothing", () => {
    given(...settled, queued(1), started(1, 1), ended(1)).when(stop).then({ events: [], actions: [], reply: { _tag: "Stopping", turnId: undefined } })
  })

  it("lets a prompt sent after it run first; those it held wait for Resume, in their order", () => {
    const stopped = given(...settled, queued(1), started(1, 1), queued(2), queued(3)).when(stop).then({})
    const after = stopped.when(prompt(4)).then({ events: [queued(4)], actions: [], reply: accepted(4) })
      .when(end(1)).then({ actions: [...ending(1), run(queuedPrompt(4))] })
    after.when(end(100)).then({ actions: [...ending(100)] })
      .when(resume, { turnId: turnId(101) }).then({
        events: [{ _tag: "QueueResumed", by: ada }, start(queuedPrompt(2), 101)], actions: [run(queuedPrompt(2), 101)], reply: done
      })
      .when(end(101), { turnId: turnId(102) }).then({ actions: [...ending(101), run(queuedPrompt(3), 102)] })
    after.when(resume).then({ events: [{ _tag: "QueueResumed", by: ada }], actions: [], reply: done })
      .when(end(100), { turnId: turnId(101) }).then({ actions: [...ending(100), run(queuedPrompt(2), 101)] })
  })

  it("lets a prompt start at once when the stopped turn has ended already", () => {
    given(...settled, queued(1), started(1, 1), queued(2)).when(stop).then({}).when(end(1)).then({})
      .when(prompt(3)).then({ actions: [run(queuedPrompt(3))], reply: accepted(3, 100) })
  })

  it("is not undone by a prompt that was changed while it was held", () => {
    given(...settled, queued(1), started(1, 1), queued(2)).when(stop).then({})
      .when({ _tag: "ChangePrompt", promptId: promptId(2), content: text("other"), by: bob }).then({})
      .when(end(1)).then({ actions: [...ending(1)] })
      .when(resume).then({ actions: [run(queuedPrompt(2, { content: text("other") }))] })
  })
})

describe("a full queue", () => {
  const full = { events: [], actions: [], reply: refusal({ _tag: "QueueFull", prompts: queuePromptLimit, bytes: queueByteLimit }) }
  const running = [...settled, queued(1), started(1, 1)]
  const many = Array.from({ length: queuePromptLimit }, (_, n) => queued(n + 2))
  const large = text("x".repeat(queueByteLimit / 2 - 100))
  const heavy = [queued(2, { content: large }), queued(3, { content: large })]

  it("takes no more prompts, by number and by size, and no larger ones in their place", () => {
    given(...running, ...many.slice(1)).when(prompt(99)).then({ events: [queued(99)] }).when(prompt(98)).then(full)
    given(...running, ...heavy).when(prompt(99, { content: text("x".repeat(200)) })).then(full)
    const grown = text("x".repeat(queueByteLimit / 2 + 500))
    given(...running, ...heavy).when({ _tag: "ChangePrompt", promptId: promptId(2), content: grown, by: ada }).then(full)
    given(...running, ...heavy).when({ _tag: "ChangePrompt", promptId: promptId(2), content: text("less"), by: ada }).then({ reply: done })
  })

  it("still knows the prompts it holds, and lets one by that waits for nothing", () => {
    given(...running, ...many).when(prompt(2)).then({ events: [], reply: accepted(2) })
    given(...running, ...many, held, ended(1)).when(prompt(99)).then({ reply: accepted(99, 100) })
  })
})

describe("resume", () => {
  it("of a queue that isn't held does nothing", () => {
    given(...settled, queued(1), started(1, 1), queued(2)).when(resume).then({ events: [], actions: [], reply: done })
  })
})

describe("a queued prompt", () => {
  const waiting = given(...settled, queued(1), started(1, 1), queued(2), queued(3))
  it("can be changed, and runs as changed, in its place", () => {
    const content = text("better")
    waiting.when({ _tag: "ChangePrompt", promptId: promptId(2), content, by: bob }).then({
      events: [{ _tag: "PromptChanged", promptId: promptId(2), content, by: bob }], actions: [], reply: done
    }).when(end(1)).then({ actions: [...ending(1), run(queuedPrompt(2, { content }))] })
  })

  it("can't be made empty or too large", () => {
    waiting.when({ _tag: "ChangePrompt", promptId: promptId(2), content: text(" "), by: bob }).then({ events: [], reply: refusal({ _tag: "PromptEmpty" }) })
  })

  it("can be withdrawn, and never runs", () => {
    waiting.when({ _tag: "WithdrawPrompt", promptId: promptId(2), by: bob }).then({
      events: [{ _tag: "PromptWithdrawn", promptId: promptId(2), by: bob }], reply: done
    }).when(end(1)).then({ actions: [...ending(1), run(queuedPrompt(3))] })
  })

  it("can be neither once it has started, was withdrawn, or never was", () => {
    const chat = waiting.when({ _tag: "WithdrawPrompt", promptId: promptId(2), by: bob }).then({})
    for (const n of [1, 2, 9]) {
      const refused = { events: [], actions: [], reply: refusal({ _tag: "NotQueued", promptId: promptId(n) }) }
      chat.when({ _tag: "WithdrawPrompt", promptId: promptId(n), by: ada }).then(refused)
      chat.when({ _tag: "ChangePrompt", promptId: promptId(n), content: text("x"), by: ada }).then(refused)
    }
  })
})

describe("title and settings", () => {
  const set = (agent: AgentName, settings: QueuedPrompt["settings"]): ChatMessage => ({ _tag: "SetSettings", agent, settings, by: bob })
  it("are recorded when they change, and not when they don't", () => {
    given(...settled)
      .when({ _tag: "SetTitle", title: "Other", by: bob }).then({ events: [{ _tag: "TitleSet", title: "Other", by: bob }] })
      .when({ _tag: "SetTitle", title: "Other", by: ada }).then({ events: [], reply: done })
      .when(set(qwen, { model: "m" })).then({ events: [{ _tag: "SettingSet", agent: qwen, settings: { model: "m" }, by: bob }] })
      .when(set(qwen, { model: "m" })).then({ events: [], reply: done })
      .when(set(goose, {})).then({ events: [{ _tag: "SettingSet", agent: goose, settings: {}, by: bob }] })
  })

  it("don't change what waits in the queue", () => {
    const chat = given(...settled, queued(1), started(1, 1), queued(2)).when(set(qwen, { model: "m" })).then({}).chat
    assert.deepStrictEqual(chat.queue, [queuedPrompt(2, { at })])
  })
})
