/** How a call of the page ended, as a value: what was asked, a refusal in words, or nothing that reached the server. */
export type Reply<A> =
  | { readonly _tag: "Done"; readonly value: A }
  /** The server said no; asking again gives the same. */
  | { readonly _tag: "Refused"; readonly message: string }
  /** No answer came; asking again is right once the connection is back. */
  | { readonly _tag: "Unreached"; readonly message: string }

export const done = <A>(value: A): Reply<A> => ({ _tag: "Done", value })
