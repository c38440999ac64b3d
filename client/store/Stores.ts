/** Stores: everything that the page knows, made once over its one connection. */
import type { Remote } from "../rpc/Remote.ts"
import { AgentsStore } from "./AgentsStore.ts"
import { BackendsStore } from "./BackendsStore.ts"
import { ChatStores } from "./ChatStores.ts"
import { DirectoryStore } from "./DirectoryStore.ts"
import { DrillsStore } from "./DrillsStore.ts"
import type { Kept } from "./Kept.ts"
import { ServerStore } from "./ServerStore.ts"

export interface Stores {
  readonly server: ServerStore
  readonly directory: DirectoryStore
  readonly agents: AgentsStore
  readonly backends: BackendsStore
  readonly chats: ChatStores
  readonly drills: DrillsStore
}

/** `kept` holds prompts on their way until the tab is closed. */
export const makeStores = (remote: Remote, kept: Kept): Stores => ({
  server: new ServerStore(remote),
  directory: new DirectoryStore(remote),
  agents: new AgentsStore(remote),
  backends: new BackendsStore(remote),
  chats: new ChatStores(remote, kept),
  drills: new DrillsStore(remote)
})
