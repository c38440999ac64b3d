/** Connection and database, in words: the small light of the list and the banner above the page. Pure. */
import type { DatabaseState } from "../../shared/Server.ts"
import { countWords } from "./duration.ts"

/** As the store has it, without its reasons. */
export type ConnectionTag = "Connecting" | "Online" | "Offline" | "TokenRefused"

export const connectionWords = (tag: ConnectionTag): { readonly tone: "online" | "connecting" | "offline"; readonly words: string } => {
  switch (tag) {
    case "Connecting": return { tone: "connecting", words: "Connecting…" }
    case "Online": return { tone: "online", words: "Connected" }
    case "Offline": return { tone: "offline", words: "No connection" }
    case "TokenRefused": return { tone: "offline", words: "Not signed in" }
  }
}

export interface Banner {
  readonly tone: "warn" | "bad"
  readonly title: string
  readonly words: string
  /** Counted from, in epoch milliseconds of this clock. */
  readonly since: number | undefined
}

type Connection =
  | { readonly _tag: Exclude<ConnectionTag, "Offline"> }
  | { readonly _tag: "Offline"; readonly since: number; readonly reason: string; readonly advice: string }

/** `undefined` where nothing needs to be said. */
export const bannerOf = (connection: Connection, database: DatabaseState | undefined): Banner | undefined => {
  if (connection._tag === "Offline") {
    return { tone: "bad", title: connection.reason, words: `${connection.advice} What you send waits here until then.`, since: connection.since }
  }
  if (connection._tag === "Online" && database?._tag === "Away") {
    return {
      tone: "warn", title: "The database is away.", since: undefined,
      words: "What you send waits and is kept; agents work on. Everything goes on by itself when it is back."
    }
  }
  return undefined
}

/** How long it has been so; nothing for the first seconds. */
export const sinceWords = (since: number | undefined, now: number): string =>
  since === undefined || now - since < 3000 ? "" : `for ${countWords(now - since)}`
