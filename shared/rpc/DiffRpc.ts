/** Diffs of single files, made when they are asked for, and the contents of images. */
import { Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import { Blob, DiffFrame, DiffOrder } from "../Diff.ts"
import { SessionId } from "../Ids.ts"
import { WorkError } from "../WorkError.ts"
import { Auth } from "./Auth.ts"

export const DiffRpc = RpcGroup.make(
  /**
   * A head, then hunks, then perhaps a cut. Usual caps: 1 MB, 20,000 lines, 5 s of git's time; with `anyway` 64 MB, 1,000,000
   * lines, 60 s. Ending the stream ends git.
   */
  Rpc.make("Diff", { payload: DiffOrder, success: DiffFrame, error: WorkError, stream: true }),
  /** An image whole, in base64; refused over 2 MB. */
  Rpc.make("Content", {
    payload: { sessionId: SessionId, blob: Blob }, success: Schema.Struct({ type: Schema.String, base64: Schema.String }), error: WorkError
  })
).prefix("diff.").middleware(Auth)
