/** An end of the program with an exit code and, if there is something to say, one sentence on stderr. */
import { Schema } from "effect"

export class Fail extends Schema.TaggedError<Fail>()("Fail", { code: Schema.Int, sentence: Schema.String }) {
  override get message(): string { return this.sentence }
}

/** Exit codes of the contract. */
export const exit = { failed: 1, badArguments: 2, noServer: 3, stopped: 130 } as const
