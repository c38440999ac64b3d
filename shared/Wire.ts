/** What went between the server and an agent, message by message, as people read it to see what an agent really said. */
import { Schema } from "effect"

export const WireMessage = Schema.Struct({
  /** One more with each message, in the order of the wire. Goes on across the agent's restarts, and leaps ahead at the server's. */
  number: Schema.Int,
  /** Epoch milliseconds. */
  at: Schema.Finite,
  /** `in` comes from the agent, `out` goes to it. */
  direction: Schema.Literals(["in", "out"]),
  /** Without secrets, its first 8 KB. */
  text: Schema.String,
  /** Characters of the whole message. */
  size: Schema.Int,
  /** What became of it where that isn't plain: `late`, `unknown update`, … */
  note: Schema.optionalKey(Schema.String)
})
export type WireMessage = typeof WireMessage.Type
export type WireDirection = WireMessage["direction"]
