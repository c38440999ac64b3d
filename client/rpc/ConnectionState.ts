/** The state of the page's one connection, with what a person needs to know to mend it. */
export type ConnectionState =
  | { readonly _tag: "Connecting" }
  | { readonly _tag: "Online" }
  /** Tries go on. `since` in epoch milliseconds. */
  | { readonly _tag: "Offline"; readonly since: number; readonly reason: string; readonly advice: string }
  /** The server answers and does not take the token. Tries go on, in case it was restarted with another data directory. */
  | { readonly _tag: "TokenRefused" }
