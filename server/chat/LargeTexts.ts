/** Keeps the large texts of a tool call by hash, so that the log and every watcher carry only their beginnings. */
import { Effect } from "effect"
import { inlineTextLimit, type StoredText } from "../../shared/Content.ts"
import { cutText } from "../../shared/Text.ts"
import type { LargeText, ToolCall, ToolContent } from "../../shared/ToolCall.ts"
import type { TurnUpdate } from "../../shared/SessionUpdate.ts"

/** Stores a text and answers its hash. */
export type PutText = (text: string) => Effect.Effect<string>

const headLimit = 2048

const store = (put: PutText, text: string): Effect.Effect<StoredText> => Effect.map(put(text), (hash) =>
  ({ type: "stored", hash, bytes: new TextEncoder().encode(text).length, head: cutText(text, headLimit) }))

const isLarge = (text: LargeText | null | undefined): text is string => typeof text === "string" && text.length > inlineTextLimit

const keep = (put: PutText, text: LargeText): Effect.Effect<LargeText> => isLarge(text) ? store(put, text) : Effect.succeed(text)

const keepContent = (put: PutText) => (content: ToolContent): Effect.Effect<ToolContent> => {
  switch (content.type) {
    case "content": {
      const block = content.content
      return block.type === "text" && isLarge(block.text)
        ? Effect.map(store(put, block.text), (stored) => ({ type: "content", content: stored })) : Effect.succeed(content)
    }
    case "diff": return Effect.gen(function*() {
      return {
        ...content, newText: yield* keep(put, content.newText),
        oldText: content.oldText === null ? null : yield* keep(put, content.oldText)
      }
    })
    case "terminal": return Effect.succeed(content)
  }
}

const hasLarge = ({ content, input, output }: ToolCall): boolean => isLarge(input) || isLarge(output) || content.some((one) =>
  one.type === "diff" ? isLarge(one.oldText) || isLarge(one.newText)
    : one.type === "content" && one.content.type === "text" && isLarge(one.content.text))

const keepCall = Effect.fnUntraced(function*(put: PutText, call: ToolCall) {
  const kept: ToolCall = {
    ...call, content: yield* Effect.forEach(call.content, keepContent(put)),
    ...(call.input === undefined ? {} : { input: yield* keep(put, call.input) }),
    ...(call.output === undefined ? {} : { output: yield* keep(put, call.output) })
  }
  return kept
})

export const keepLargeTexts = (put: PutText, updates: ReadonlyArray<TurnUpdate>): Effect.Effect<ReadonlyArray<TurnUpdate>> =>
  updates.some((update) => update._tag === "Tool" && hasLarge(update.call))
    ? Effect.forEach(updates, (update): Effect.Effect<TurnUpdate> => update._tag === "Tool"
      ? Effect.map(keepCall(put, update.call), (call) => ({ _tag: "Tool", call })) : Effect.succeed(update))
    : Effect.succeed(updates)
