/** The whole contract: every group, each call authenticated. */
import { AgentRpc, ServerRpc } from "./AgentRpc.ts"
import { ChatRpc } from "./ChatRpc.ts"
import { DrillRpc } from "./DrillRpc.ts"
import { ProjectRpc, SessionRpc } from "./ProjectRpc.ts"
import { TaskRpc } from "./TaskRpc.ts"

export const Api = ChatRpc.merge(ProjectRpc, SessionRpc, AgentRpc, ServerRpc, DrillRpc, TaskRpc)
