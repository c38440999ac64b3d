/** The whole contract: every group, each call authenticated. */
import { PageApi } from "./PageApi.ts"
import { TaskRpc } from "./TaskRpc.ts"
import { WorkApi } from "./WorkApi.ts"

export const Api = PageApi.merge(TaskRpc, WorkApi)
