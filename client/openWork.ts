/** What the page loads when it first shows any of a session's work: as one, for each part that is loaded by itself cuts the first load into smaller pieces. */
import { connectWork } from "./rpc/connectWork.ts"
import type { Kept } from "./store/Kept.ts"
import { WorkStores } from "./store/WorkStores.ts"
import "./element/boo-standing.ts"
import "./element/boo-turn-files.ts"

export const openWork = (options: Parameters<typeof connectWork>[0], kept: Kept): WorkStores => new WorkStores(connectWork(options), kept)
