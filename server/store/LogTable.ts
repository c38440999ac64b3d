/**
 * What a chat's log is made of, and the few statements that keep it. Two tables implement them: Postgres', and the one
 * in memory. How appends are gathered, retried and judged stands above them, in `LogWriter`, once.
 */
import { type Effect, type Option, Schema } from "effect"
import type { SqlError } from "effect/sql"

/** One event, at the level of JSON. */
export interface LogRow {
  readonly seq: number
  /** The seq of the first event of the item this one belongs to. */
  readonly anchor: number
  /** Epoch milliseconds. */
  readonly at: number
  /** JSON text. NUL and lone surrogates stand in it escaped, as `JSON.stringify` writes them. */
  readonly body: string
}

export const OpenTurn = Schema.Struct({ turnId: Schema.String, agent: Schema.String, bootId: Schema.String })
export type OpenTurn = typeof OpenTurn.Type

/** Where a chat's log stands. */
export interface LogHead { readonly epoch: number; readonly head: number }

export interface LogAppend {
  readonly chatId: string
  /** The appender's own, from its claim. */
  readonly epoch: number
  /** The head as the appender knows it. */
  readonly expected: number
  /** Their seqs follow `expected` without a gap. May be empty. */
  readonly rows: ReadonlyArray<LogRow>
  /** Absent: unchanged. Null: no turn is open any more. Written with the rows. */
  readonly openTurn?: OpenTurn | null | undefined
  /** Turns that it starts: noted, with the rows, among those that may write in a worktree. */
  readonly begun?: ReadonlyArray<Omit<OpenTurn, "bootId">>
}

export interface LogReplacement {
  readonly chatId: string
  readonly epoch: number
  readonly remove: ReadonlyArray<number>
  /** At seqs that are removed. */
  readonly rows: ReadonlyArray<LogRow>
}

export interface LogTable {
  /** The next epoch; none where there is no such chat. */
  readonly claim: (chatId: string) => Effect.Effect<Option.Option<LogHead & { readonly openTurn: OpenTurn | null }>, SqlError.SqlError>
  readonly heads: (chatIds: ReadonlyArray<string>) => Effect.Effect<ReadonlyMap<string, LogHead>, SqlError.SqlError>
  /** All or nothing, at most one append a chat. Gives the chats whose epoch and head were as expected: only their rows are written. */
  readonly write: (appends: ReadonlyArray<LogAppend>) => Effect.Effect<ReadonlySet<string>, SqlError.SqlError>
  /** One append and what must commit with it; false when epoch or head were not as expected. */
  readonly writeWith: (append: LogAppend, also: Effect.Effect<void, SqlError.SqlError>) => Effect.Effect<boolean, SqlError.SqlError>
  /** False when the epoch was not as expected. */
  readonly replace: (replacement: LogReplacement) => Effect.Effect<boolean, SqlError.SqlError>
  readonly read: (chatId: string, after: number, limit: number) => Effect.Effect<ReadonlyArray<LogRow>, SqlError.SqlError>
  readonly readOlder: (chatId: string, beforeAnchor: number, limit: number) => Effect.Effect<ReadonlyArray<LogRow>, SqlError.SqlError>
  readonly openTurns: Effect.Effect<ReadonlyArray<OpenTurn & { readonly chatId: string }>, SqlError.SqlError>
}

export const LogReason = Schema.TaggedUnion({
  /** A newer actor owns the chat, or its head is not where the appender believes it. */
  Fenced: { chatId: Schema.String },
  Refused: { chatId: Schema.String, detail: Schema.String },
  UnknownChat: { chatId: Schema.String }
})
export type LogReason = typeof LogReason.Type

const sentence: (reason: LogReason) => string = LogReason.match({
  Fenced: ({ chatId }) => `The chat ${chatId} has been taken over by a newer actor.`,
  Refused: ({ chatId, detail }) => `The log of the chat ${chatId} refused an append: ${detail}`,
  UnknownChat: ({ chatId }) => `There is no chat ${chatId}.`
})

export class LogError extends Schema.TaggedError<LogError>()("LogError", { reason: LogReason }) {
  override get message(): string { return sentence(this.reason) }
}

export const fenced = (chatId: string) => new LogError({ reason: { _tag: "Fenced", chatId } })
export const refused = (chatId: string, detail: string) => new LogError({ reason: { _tag: "Refused", chatId, detail } })
export const unknownChat = (chatId: string) => new LogError({ reason: { _tag: "UnknownChat", chatId } })
