/** Terminals in a session's worktree: real shells on the server. They outlive the page; the server's end is theirs. */
import { Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import { ProjectError } from "../Errors.ts"
import { SessionId } from "../Ids.ts"
import { Terminal, TerminalError, TerminalFrame, TerminalId, TerminalSize } from "../Terminal.ts"
import { WorkError } from "../WorkError.ts"
import { Auth } from "./Auth.ts"

/** Keys as a terminal sends them: control characters, NUL included. */
const Keys = Schema.String.check(Schema.isMaxLength(65_536))
const Place = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

export const TerminalRpc = RpcGroup.make(
  /** Opens one in the worktree, which is made if need be; in the stead of one that has ended, with its number, if that is named. */
  Rpc.make("Open", {
    payload: { sessionId: SessionId, size: TerminalSize, instead: Schema.optionalKey(TerminalId) },
    success: Terminal, error: Schema.Union([TerminalError, ProjectError, WorkError])
  }),
  /** The session's terminals by number, at once and after every change; those whose shell has ended are kept until they are closed. */
  Rpc.make("Watch", { payload: { sessionId: SessionId }, success: Schema.Array(Terminal), stream: true }),
  /**
   * What it shows: from the place `cursor` on where that is still held, else a snapshot first. Whoever falls behind gets a
   * snapshot again.
   */
  Rpc.make("Attach", { payload: { terminalId: TerminalId, cursor: Schema.optionalKey(Place) }, success: TerminalFrame, error: TerminalError, stream: true }),
  Rpc.make("Write", { payload: { terminalId: TerminalId, keys: Keys }, error: TerminalError }),
  Rpc.make("Resize", { payload: { terminalId: TerminalId, size: TerminalSize }, error: TerminalError }),
  /** Ends its shell with everything that was started in it, and forgets it. */
  Rpc.make("Close", { payload: { terminalId: TerminalId }, error: TerminalError })
).prefix("terminal.").middleware(Auth)
