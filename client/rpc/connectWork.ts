/** The second link of the page, for sessions' work. Its state is the first one's: both go to the same server. */
import { Effect } from "effect"
import { RpcClient } from "effect/rpc"
import { WorkApi } from "../../shared/rpc/WorkApi.ts"
import { type ClientOptions, openLink } from "./Link.ts"
import { run } from "./Runner.ts"
import { makeWorkRemote, type WorkClient, type WorkRemote } from "./WorkRemote.ts"

const openWork = Effect.fnUntraced(function*(options: ClientOptions) {
  const client: WorkClient = yield* RpcClient.make(WorkApi, { disableTracing: true }).pipe(Effect.provideContext(yield* openLink(options)))
  return client
})

/** Connects to the server at `url`, for as long as the page is open. */
export const connectWork = (options: { readonly url: string; readonly token: string }): WorkRemote => makeWorkRemote(run(options, openWork))
