/** What is asked of sessions' work. The page loads these calls when it first shows any of it, and sends them over a link of their own. */
import { ChangeRpc } from "./ChangeRpc.ts"
import { DiffRpc } from "./DiffRpc.ts"
import { FileRpc } from "./FileRpc.ts"
import { BaseRpc, GuardRpc } from "./GuardRpc.ts"
import { LandRpc } from "./LandRpc.ts"
import { TerminalRpc } from "./TerminalRpc.ts"

export const WorkApi = ChangeRpc.merge(DiffRpc, FileRpc, LandRpc, TerminalRpc, BaseRpc, GuardRpc)
