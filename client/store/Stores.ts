/** Stores: everything that the page knows, made once over its one connection. */
import type { Remote } from "../rpc/Remote.ts"
import { AgentsStore } from "./AgentsStore.ts"
import { BackendsStore } from "./BackendsStore.ts"
import { ChatStores } from "./ChatStores.ts"
import { DirectoryStore } from "./DirectoryStore.ts"
import { DrillsStore } from "./DrillsStore.ts"
import type { Kept } from "./Kept.ts"
import { LaterWork } from "./LaterWork.ts"
import { ServerStore } from "./ServerStore.ts"
import type { WorkStores } from "./WorkStores.ts"

export interface Stores {
  readonly server: ServerStore
  readonly directory: DirectoryStore
  readonly agents: AgentsStore
  readonly backends: BackendsStore
  readonly chats: ChatStores
  readonly drills: DrillsStore
  readonly work: LaterWork
}

/** `kept` holds prompts on their way until the tab is closed; `loadWork` loads what sessions' work needs. */
export const makeStores = (remote: Remote, kept: Kept, loadWork: () => Promise<WorkStores>): Stores => ({
  server: new ServerStore(remote),
  directory: new DirectoryStore(remote),
  agents: new AgentsStore(remote),
  backends: new BackendsStore(remote),
  chats: new ChatStores(remote, kept),
  drills: new DrillsStore(remote),
  work: new LaterWork(loadWork)
})
