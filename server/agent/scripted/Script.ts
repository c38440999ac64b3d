// The language of the scripted agent: one step a line of the prompt, parsed into `Step`s. Pure; performing them is `Turn`'s
// business. A line that is no step (prose, a known word with arguments that make no sense) becomes an `Echo`, so a prompt
// without any step is echoed whole. A leading slash is dropped: every verb is also a slash command.
//
//   say TEXT            one chunk of text            tool NAME [MS]      a tool call that takes MS
//   think TEXT          one chunk of thought         write PATH TEXT     writes a file, as an edit with its diff
//   stream N [every MS] N chunks "word 1 " …         read PATH [LINE]    asks the client for a file
//   clock N [every MS]  N chunks: its own time       plan A; B; C        a plan, its first entry in progress
//   burst N [BYTES]     N chunks, as fast as it can  permission TITLE    asks; says the kind of option chosen
//   flood MB            that much text, at once      elicit JSON-SCHEMA  asks by form; says the answer
//   sleep MS            nothing, for a while         usage IN OUT [COST] reports tokens and cost
//   commands a b c      announces slash commands     title TEXT          names the session
//   run COMMAND         in a terminal of the client  context             says what it was told besides the prompt
//   withdraw TITLE [MS] asks, and takes it back      overtake TITLE [MS] asks, and ends the tool call meanwhile
//
//   remember TEXT, recall, history          what the session knows, from disk: survives kill -9 and load or resume
//   pid, cwd, env NAME, settings, attached  says what it sees of itself and of the prompt
//
//   hang                 never ends the turn          ignore-cancel        for the rest of the turn
//   crash [CODE]         exits at once                end-turn-on-cancel   answers a cancel with end_turn
//   exit-slowly [MS]     outlives EOF and SIGTERM     cancel-waits         a cancel waits for open requests' answers
//   fork-child           leaves a stray process       late-update MS       speaks MS after the turn's answer
//   garbage [MB]         a line that is no JSON       replay-on-load       session/load replays the history from now on
//   refuse               stop reason refusal          end REASON           any stop reason
//   fail TEXT            a JSON-RPC error as answer   stray                updates of an unknown kind and another's session
//
// In TEXT of say, think and write, \n is a line break, \t a tab and \\ a backslash.

import type { StopReason } from "@agentclientprotocol/sdk"

export type Step =
  | { readonly _tag: "Say" | "Think" | "Echo" | "Title" | "Remember" | "Fail"; readonly text: string }
  | { readonly _tag: "Stream" | "Clock"; readonly count: number; readonly everyMs: number }
  | { readonly _tag: "Burst"; readonly count: number; readonly bytes: number | undefined }
  | { readonly _tag: "Flood"; readonly megabytes: number }
  | { readonly _tag: "Sleep" | "LateUpdate"; readonly ms: number }
  | { readonly _tag: "Tool" | "Withdraw" | "Overtake"; readonly name: string; readonly ms: number }
  | { readonly _tag: "Write"; readonly path: string; readonly text: string }
  | { readonly _tag: "Read"; readonly path: string; readonly line: number | undefined }
  | { readonly _tag: "Plan"; readonly entries: ReadonlyArray<string> }
  | { readonly _tag: "Permission"; readonly title: string }
  | { readonly _tag: "Run"; readonly command: string }
  | { readonly _tag: "Elicit"; readonly schema: unknown }
  | { readonly _tag: "Commands"; readonly names: ReadonlyArray<string> }
  | { readonly _tag: "Usage"; readonly input: number; readonly output: number; readonly cost: number | undefined }
  | { readonly _tag: "Env"; readonly name: string }
  | { readonly _tag: "Crash"; readonly code: number }
  | { readonly _tag: "ExitSlowly"; readonly ms: number }
  | { readonly _tag: "Garbage"; readonly megabytes: number | undefined }
  | { readonly _tag: "End"; readonly reason: StopReason }
  | { readonly _tag: Word }

/** Steps that are a word and nothing else. */
type Word =
  | "Recall" | "History" | "Pid" | "Cwd" | "Settings" | "Attached" | "Hang" | "IgnoreCancel" | "EndTurnOnCancel"
  | "CancelWaits" | "Context" | "ForkChild" | "ReplayOnLoad" | "Stray"

/** What a verb makes of the rest of its line; nothing, if the line is no step after all. */
type Reading = (rest: string) => Step | undefined

const stopReasons: ReadonlyArray<StopReason> = ["end_turn", "max_tokens", "max_turn_requests", "refusal", "cancelled"]
const escapes = new Map([["\\n", "\n"], ["\\t", "\t"], ["\\\\", "\\"]])
const unescape = (text: string) => text.replace(/\\[nt\\]/g, (found) => escapes.get(found) ?? found)

const whole = (text: string | undefined) => text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined
const decimal = (text: string | undefined) => text !== undefined && /^\d{1,9}(\.\d+)?$/.test(text) ? Number(text) : undefined

const text = (_tag: "Say" | "Think"): Reading => (rest) => rest === "" ? undefined : { _tag, text: unescape(rest) }
const plainText = (_tag: "Title" | "Remember" | "Fail"): Reading => (rest) => rest === "" ? undefined : { _tag, text: rest }
const word = (_tag: Word): Reading => (rest) => rest === "" ? { _tag } : undefined
const milliseconds = (_tag: "Sleep" | "LateUpdate"): Reading => (rest) => {
  const ms = whole(rest)
  return ms === undefined ? undefined : { _tag, ms }
}
const list = (rest: string, separator: RegExp) => rest.split(separator).map((part) => part.trim()).filter((part) => part !== "")

const paced = (_tag: "Stream" | "Clock"): Reading => (rest) => {
  const found = /^(\d{1,9})(?: every (\d{1,6})(?: ?ms)?)?$/.exec(rest)
  return found === null ? undefined : { _tag, count: Number(found[1]), everyMs: Number(found[2] ?? 20) }
}
const readBurst: Reading = (rest) => {
  const found = /^(\d{1,9})(?: (\d{1,9}))?$/.exec(rest)
  return found === null ? undefined : { _tag: "Burst", count: Number(found[1]), bytes: whole(found[2]) }
}
const timed = (_tag: "Tool" | "Withdraw" | "Overtake"): Reading => (rest) => {
  const found = /^(.*?)(?: (\d{1,9}))?$/.exec(rest)
  const name = found?.[1] ?? ""
  return name === "" ? undefined : { _tag, name, ms: Number(found?.[2] ?? 0) }
}
const readWrite: Reading = (rest) => {
  const found = /^(\S+)(?: (.*))?$/.exec(rest)
  const path = found?.[1]
  return path === undefined ? undefined : { _tag: "Write", path, text: unescape(found?.[2] ?? "") }
}
const readUsage: Reading = (rest) => {
  const [first, second, third, ...more] = rest.split(" ")
  const input = whole(first)
  const output = whole(second)
  const cost = decimal(third)
  if (input === undefined || output === undefined || more.length > 0) return undefined
  return third !== undefined && cost === undefined ? undefined : { _tag: "Usage", input, output, cost }
}
const readElicit: Reading = (rest) => {
  try {
    const schema: unknown = JSON.parse(rest)
    return typeof schema === "object" && schema !== null ? { _tag: "Elicit", schema } : undefined
  } catch {
    return undefined
  }
}
const readEnd: Reading = (rest) => {
  const reason = stopReasons.find((known) => known === rest)
  return reason === undefined ? undefined : { _tag: "End", reason }
}

const readings: ReadonlyMap<string, Reading> = new Map<string, Reading>([
  ["say", text("Say")],
  ["think", text("Think")],
  ["stream", paced("Stream")],
  ["clock", paced("Clock")],
  ["burst", readBurst],
  ["flood", (rest) => {
    const megabytes = decimal(rest)
    return megabytes === undefined ? undefined : { _tag: "Flood", megabytes }
  }],
  ["sleep", milliseconds("Sleep")],
  ["tool", timed("Tool")],
  ["withdraw", timed("Withdraw")],
  ["overtake", timed("Overtake")],
  ["run", (rest) => rest === "" ? undefined : { _tag: "Run", command: rest }],
  ["context", word("Context")],
  ["stray", word("Stray")],
  ["write", readWrite],
  ["read", (rest) => {
    const [, path, line] = /^(\S+)(?: (\d+))?$/.exec(rest) ?? []
    return path === undefined ? undefined : { _tag: "Read", path, line: line === undefined ? undefined : Number(line) }
  }],
  ["plan", (rest) => rest === "" ? undefined : { _tag: "Plan", entries: list(rest, /;/) }],
  ["permission", (rest) => rest === "" ? undefined : { _tag: "Permission", title: rest }],
  ["elicit", readElicit],
  ["commands", (rest) => ({ _tag: "Commands", names: list(rest, /\s+/) })],
  ["usage", readUsage],
  ["title", plainText("Title")],
  ["remember", plainText("Remember")],
  ["recall", word("Recall")],
  ["history", word("History")],
  ["pid", word("Pid")],
  ["cwd", word("Cwd")],
  ["env", (rest) => /^\w+$/.test(rest) ? { _tag: "Env", name: rest } : undefined],
  ["settings", word("Settings")],
  ["attached", word("Attached")],
  ["hang", word("Hang")],
  ["crash", (rest) => {
    const code = rest === "" ? 1 : whole(rest)
    return code === undefined ? undefined : { _tag: "Crash", code }
  }],
  ["exit-slowly", (rest) => {
    const ms = rest === "" ? 30_000 : whole(rest)
    return ms === undefined ? undefined : { _tag: "ExitSlowly", ms }
  }],
  ["ignore-cancel", word("IgnoreCancel")],
  ["end-turn-on-cancel", word("EndTurnOnCancel")],
  ["cancel-waits", word("CancelWaits")],
  ["late-update", milliseconds("LateUpdate")],
  ["fork-child", word("ForkChild")],
  ["garbage", (rest) => {
    const megabytes = decimal(rest)
    return rest !== "" && megabytes === undefined ? undefined : { _tag: "Garbage", megabytes }
  }],
  ["replay-on-load", word("ReplayOnLoad")],
  ["refuse", (rest) => rest === "" ? { _tag: "End", reason: "refusal" } : undefined],
  ["end", readEnd],
  ["fail", plainText("Fail")]
])

/** The step on one line, or nothing if the line is prose. */
export const parseLine = (line: string): Step | undefined => {
  const [, verb, rest] = /^\s*\/?([a-z-]+)(?:[ \t]+(.*?))?\s*$/s.exec(line) ?? []
  return verb === undefined ? undefined : readings.get(verb)?.(rest ?? "")
}

/** The steps of a prompt, in order. Neighbouring lines of prose make one echo; blank lines between steps make none. */
export const parse = (prompt: string): ReadonlyArray<Step> => {
  const steps: Array<Step> = []
  let prose: Array<string> = []
  const endProse = () => {
    const echo = prose.join("\n").trim()
    if (echo !== "") steps.push({ _tag: "Echo", text: echo })
    prose = []
  }
  for (const line of prompt.split(/\r?\n/)) {
    const step = parseLine(line)
    if (step === undefined) prose.push(line)
    else {
      endProse()
      steps.push(step)
    }
  }
  endProse()
  return steps
}
