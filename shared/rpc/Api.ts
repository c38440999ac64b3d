/** The whole contract: every group, each call authenticated. */
import { ChangeRpc } from "./ChangeRpc.ts"
import { DiffRpc } from "./DiffRpc.ts"
import { LandRpc } from "./LandRpc.ts"
import { PageApi } from "./PageApi.ts"
import { TaskRpc } from "./TaskRpc.ts"
import { TerminalRpc } from "./TerminalRpc.ts"

export const Api = PageApi.merge(TaskRpc, TerminalRpc, ChangeRpc, DiffRpc, LandRpc)
