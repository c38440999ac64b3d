/** The client's files that an agent may ask for: `fs/read_text_file` and `fs/write_text_file`, held to the worktree. */
import { mkdir, readFile, stat, writeFile } from "node:fs/promises"
import { dirname } from "node:path"
import { Effect, Schema } from "effect"
import { jailed } from "./Jail.ts"
import { invalidParams, type RpcError } from "./JsonRpc.ts"

/** Bytes of a file that is read, at most. */
const readLimit = 10 * 1024 * 1024

const Read = Schema.Struct({
  path: Schema.String,
  /** From 1. */
  line: Schema.optional(Schema.NullOr(Schema.Int)),
  limit: Schema.optional(Schema.NullOr(Schema.Int))
})
const Write = Schema.Struct({ path: Schema.String, content: Schema.String })

const decoded = <S extends Schema.Codec<unknown, unknown>>(schema: S, params: unknown): Effect.Effect<S["Type"], RpcError> =>
  Schema.decodeUnknownEffect(schema)(params).pipe(Effect.mapError((error) => invalidParams(error.message)))

const attempt = <A>(path: string, what: string, run: () => Promise<A>): Effect.Effect<A, RpcError> => Effect.tryPromise({
  try: run,
  catch: (cause) => invalidParams(`${path} can't be ${what}: ${cause instanceof Error ? cause.message : String(cause)}`)
})

/** Lines `line` to `line + limit - 1` of a text, counted from 1. */
export const linesOf = (text: string, line: number | null | undefined, limit: number | null | undefined): string => {
  if (line == null && limit == null) return text
  const lines = text.split("\n")
  const from = Math.max(0, (line ?? 1) - 1)
  return lines.slice(from, limit == null ? undefined : from + Math.max(0, limit)).join("\n")
}

const read = Effect.fnUntraced(function*(root: string, params: unknown) {
  const { limit, line, path } = yield* decoded(Read, params)
  const file = yield* jailed(root, path, false)
  const { size } = yield* attempt(path, "read", () => stat(file))
  if (size > readLimit) return yield* Effect.fail(invalidParams(`${path} has ${Math.ceil(size / 1_048_576)} MB; at most ${readLimit / 1_048_576} MB are read.`))
  const text = yield* attempt(path, "read", () => readFile(file, "utf8"))
  return { content: linesOf(text, line, limit) }
})

const write = Effect.fnUntraced(function*(root: string, params: unknown) {
  const { content, path } = yield* decoded(Write, params)
  const file = yield* jailed(root, path, true)
  yield* attempt(path, "written", () => mkdir(dirname(file), { recursive: true }))
  yield* attempt(path, "written", () => writeFile(file, content))
  return {}
})

/** The handlers by method, for a worktree at `root`. */
export const clientFiles = (root: string): Readonly<Record<string, (params: unknown) => Effect.Effect<unknown, RpcError>>> => ({
  "fs/read_text_file": (params) => read(root, params),
  "fs/write_text_file": (params) => write(root, params)
})
