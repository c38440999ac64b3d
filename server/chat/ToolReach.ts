/** Which paths a tool call names, as far as its report tells: what a permission may be answered without asking for. Pure. */
import type { ToolCall } from "../../shared/ToolCall.ts"

const isPathKey = (key: string): boolean => /path|file|dir|folder/i.test(key)

const pathsIn = (value: unknown, key = ""): ReadonlyArray<string> => {
  if (typeof value === "string") return isPathKey(key) && value !== "" ? [value] : []
  if (Array.isArray(value)) return value.flatMap((one) => pathsIn(one, key))
  return typeof value === "object" && value !== null ? Object.entries(value).flatMap(([name, one]) => pathsIn(one, name)) : []
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Of its locations, its diffs and its input; nothing where the input is too large to be in place. */
export const pathsOf = ({ content, input, locations }: ToolCall): ReadonlyArray<string> => {
  if (input !== undefined && typeof input !== "string") return []
  return [
    ...locations.map(({ path }) => path), ...content.flatMap((one) => one.type === "diff" ? [one.path] : []),
    ...(input === undefined ? [] : pathsIn(parsed(input)))
  ]
}
