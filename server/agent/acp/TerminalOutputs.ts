/**
 * The output of terminals as the content of the tool calls that embed them, so that the page shows it and the log keeps
 * it: while a command runs the end of what it has said, in the end all of it, and how it ended. Runs no terminal:
 * `ClientTerminals` does.
 */
import { Effect } from "effect"
import { tailText } from "../../../shared/Text.ts"
import { hasEnded, type ToolCall, type ToolContent } from "../../../shared/ToolCall.ts"
import type { RawUpdate } from "../Coalescer.ts"
import { plainText } from "../OutputTail.ts"
import type { ClientTerminals, TerminalState } from "./ClientTerminals.ts"

export interface TerminalOutputs {
  /** The call with what its terminals say in their stead. One that nobody knows stays as it is. */
  readonly shown: (call: ToolCall) => ToolCall
  /** Those of the calls that go on and whose terminals say something new. `whole`: nothing more will be reported. */
  readonly due: (calls: Iterable<ToolCall>, whole: boolean) => ReadonlyArray<RawUpdate>
  /** Reports what is due from time to time, for ever. */
  readonly follow: (report: Effect.Effect<void>) => Effect.Effect<never>
  /** A turn has ended: its calls are reported no more. */
  readonly forget: () => void
}

/** How often the output of running commands is reported at most. */
const pause = "250 millis"

/** Characters of a running command's output: each report is a fact in the log. */
const liveLimit = 4 * 1024

const endWords = ({ code, signal }: NonNullable<TerminalState["exit"]>): string =>
  signal === null ? `Exit code ${code ?? "unknown"}` : `Ended by ${signal}`

/** What a person reads of a terminal. */
export const terminalText = ({ exit, output, truncated }: TerminalState, whole: boolean): string => {
  const text = plainText(output)
  const shown = whole || exit !== undefined ? text : tailText(text, liveLimit)
  const head = truncated || shown.length < text.length ? "…\n" : ""
  const end = exit === undefined ? "" : `${shown === "" || shown.endsWith("\n") ? "" : "\n"}[${endWords(exit)}]`
  return `${head}${shown}${end}`
}

const embeds = ({ content }: ToolCall): boolean => content.some(({ type }) => type === "terminal")

const withOutputs = (call: ToolCall, state: ClientTerminals["state"], whole: boolean): ToolCall => ({
  ...call,
  content: call.content.map((content): ToolContent => {
    const terminal = content.type === "terminal" ? state(content.terminalId) : undefined
    return terminal === undefined ? content : { type: "content", content: { type: "text", text: terminalText(terminal, whole) } }
  })
})

export const make = ({ forget, news, state }: ClientTerminals): TerminalOutputs => {
  /** What was reported of each call. */
  const reported = new Map<string, string>()

  const tell = (call: ToolCall, whole: boolean): ToolCall => {
    if (!embeds(call)) return call
    const told = withOutputs(call, state, whole)
    reported.set(call.toolCallId, JSON.stringify(told.content))
    return told
  }
  return {
    shown: (call) => tell(call, hasEnded(call.status)),
    due: (calls, whole) => Array.from(calls).flatMap((call): ReadonlyArray<RawUpdate> => {
      if (hasEnded(call.status) || !embeds(call)) return []
      const before = reported.get(call.toolCallId)
      const told = tell(call, whole)
      return reported.get(call.toolCallId) === before ? [] : [{ _tag: "Tool", call: told }]
    }),
    follow: (report) => Effect.forever(Effect.gen(function*() {
      yield* news.await
      news.closeUnsafe()
      yield* report
      yield* Effect.sleep(pause)
    })),
    forget: () => {
      reported.clear()
      forget()
    }
  }
}
