/** What the page asks from its first moment on. Calls that come later, or that the page never makes, stay out of its first load. */
import { AgentRpc, ServerRpc } from "./AgentRpc.ts"
import { ChatRpc } from "./ChatRpc.ts"
import { DrillRpc } from "./DrillRpc.ts"
import { ProjectRpc, SessionRpc } from "./ProjectRpc.ts"

export const PageApi = ChatRpc.merge(ProjectRpc, SessionRpc, AgentRpc, ServerRpc, DrillRpc)
