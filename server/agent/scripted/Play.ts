// Plays the steps of a script in a turn, one after the other, and makes the turn's answer.

import type { StopReason } from "@agentclientprotocol/sdk"
import * as Faults from "./Faults.ts"
import * as Requests from "./Requests.ts"
import type { Step } from "./Script.ts"
import { chunk } from "./Session.ts"
import * as Speech from "./Speech.ts"
import * as ToolCalls from "./ToolCalls.ts"
import { Cancelled, type Tokens, type Turn } from "./Turn.ts"
import { WireError } from "./Wire.ts"

const contextWindow = 200_000
const forever = () => new Promise<void>(() => {})

export interface Answer {
  readonly stopReason: StopReason
  readonly usage?: Tokens
}

/** Plays to the end, to a step that ends the turn, or to a cancel. `fail` comes out as the `WireError` to answer with. */
export const play = async (turn: Turn, steps: ReadonlyArray<Step>): Promise<Answer> => {
  const stopReason = await playAll(turn, steps).catch((error: unknown) => {
    if (error instanceof Cancelled) return turn.cancelAnswer
    throw error
  })
  return { stopReason, ...(turn.tokens === undefined ? {} : { usage: turn.tokens }) }
}

const playAll = async (turn: Turn, steps: ReadonlyArray<Step>): Promise<StopReason> => {
  for (const step of steps) {
    if (step._tag === "End") return step.reason
    await perform(turn, step)
  }
  return "end_turn"
}

const perform = async (turn: Turn, step: Exclude<Step, { _tag: "End" }>): Promise<void> => {
  const { session } = turn
  switch (step._tag) {
    case "Say": return turn.say(step.text)
    case "Think": return session.update(chunk("agent_thought_chunk", step.text))
    case "Echo": return Speech.echo(turn, step.text)
    case "Stream": return Speech.stream(turn, step.count, step.everyMs, (number) => `word ${number} `)
    case "Clock": return Speech.stream(turn, step.count, step.everyMs, Speech.time)
    case "Burst": return Speech.burst(turn, step.count, step.bytes)
    case "Flood": return Speech.flood(turn, step.megabytes)
    case "Sleep": return turn.pause(step.ms)
    case "Tool": return ToolCalls.tool(turn, step.name, step.ms)
    case "Write": return ToolCalls.write(turn, step.path, step.text)
    case "Read": return ToolCalls.read(turn, step.path, step.line)
    case "Run": return ToolCalls.run(turn, step.command)
    case "Withdraw": return Requests.withdraw(turn, step.name, step.ms)
    case "Overtake": return Requests.overtake(turn, step.name, step.ms)
    case "Permission": return Requests.permission(turn, step.title)
    case "Elicit": return Requests.elicit(turn, step.schema)
    case "Plan": return showPlan(turn, step.entries)
    case "Commands": return announce(turn, step.names)
    case "Usage": return reportUsage(turn, step.input, step.output, step.cost)
    case "Title": return session.update({ sessionUpdate: "session_info_update", title: step.text })
    case "Remember": return session.keep({ fact: "remembered", text: step.text })
    case "Recall": return turn.report(session.kept.remembered ?? "nothing remembered")
    case "History": return turn.report(history(turn))
    case "Pid": return turn.report(`pid ${process.pid} prompts ${session.kept.exchanges.length}`)
    case "Cwd": return turn.report(session.kept.cwd)
    case "Env": return turn.report(`${step.name}=${process.env[step.name] ?? ""}`)
    case "Settings": return turn.report(Object.entries(session.settings).map(([name, value]) => `${name}=${value}`).join(" "))
    case "Attached": return turn.report(turn.attached.join("\n"))
    case "Context": return turn.report(turn.context === "" ? "nothing was told" : turn.context)
    case "Stray": return Faults.stray(session)
    case "Hang": return turn.orCancelled(forever())
    case "IgnoreCancel": return void (turn.ignoresCancel = true)
    case "EndTurnOnCancel": return void (turn.cancelAnswer = "end_turn")
    case "CancelWaits": return void (turn.cancelWaits = true)
    case "ReplayOnLoad": return session.keep({ fact: "replays" })
    case "LateUpdate": return void turn.lateMs.push(step.ms)
    case "ExitSlowly": return Faults.exitSlowly(step.ms)
    case "ForkChild": return turn.report(`forked ${await Faults.forkChild()}`)
    case "Garbage": return Faults.garbage(session.wire, step.megabytes)
    case "Crash": return Faults.crash(session.wire, step.code)
    case "Fail": throw new WireError(-32603, step.text)
  }
}

const showPlan = (turn: Turn, entries: ReadonlyArray<string>) =>
  turn.session.update({
    sessionUpdate: "plan",
    entries: entries.map((content, index) => ({
      content,
      priority: "medium",
      status: index === 0 ? "in_progress" : "pending"
    }))
  })

const announce = (turn: Turn, names: ReadonlyArray<string>) =>
  turn.session.update({
    sessionUpdate: "available_commands_update",
    availableCommands: names.map((name) => ({ name, description: `The command ${name}` }))
  })

/** The turn's answer carries the turn's tokens; the update the session's cost so far, as ACP has it. */
const reportUsage = (turn: Turn, input: number, output: number, cost: number | undefined) => {
  const { session, tokens } = turn
  turn.tokens = {
    inputTokens: (tokens?.inputTokens ?? 0) + input,
    outputTokens: (tokens?.outputTokens ?? 0) + output,
    totalTokens: (tokens?.totalTokens ?? 0) + input + output
  }
  if (cost !== undefined) session.keep({ fact: "spent", cost })
  session.update({
    sessionUpdate: "usage_update",
    used: input + output,
    size: contextWindow,
    ...(cost === undefined ? {} : { cost: { amount: session.kept.cost, currency: "USD" } })
  })
}

/** The session's prompts, this one included, a line each as JSON strings. */
const history = (turn: Turn) =>
  turn.session.kept.exchanges.map(({ prompt }, index) => `${index + 1} ${JSON.stringify(prompt)}`).join("\n")
