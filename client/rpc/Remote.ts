/**
 * Remote: everything the page asks of the server, as promises and callbacks. Stores know this and no Effect.
 *
 * Owns the list of calls. How a call is run, and what a failure comes to, is the runner's (`Runner.ts`).
 */
import { Effect, Stream } from "effect"
import type { Rpc, RpcClient, RpcClientError, RpcGroup } from "effect/rpc"
import type { AgentInfo, BackendHealth } from "../../shared/Agent.ts"
import type { DrillNews } from "../../shared/Drill.ts"
import type { ChatFrame, Cursor } from "../../shared/Feed.ts"
import type { AgentName, ChatId } from "../../shared/Ids.ts"
import type { PageApi } from "../../shared/rpc/PageApi.ts"
import type { ServerInfo } from "../../shared/Server.ts"
import type { Directory } from "../../shared/Session.ts"
import type { ConnectionState } from "./ConnectionState.ts"
import type { Runner, Watcher } from "./Runner.ts"

type Rpcs = RpcGroup.Rpcs<typeof PageApi>
export type PageClient = RpcClient.RpcClient<Rpcs, RpcClientError.RpcClientError>
type Payload<Tag extends Rpcs["_tag"]> = Rpc.PayloadConstructor<Rpc.ExtractTag<Rpcs, Tag>>

interface PageRunner extends Runner<PageClient> {
  readonly onState: (listener: (state: ConnectionState) => void) => () => void
}

export const makeRemote = ({ call, onState, watch }: PageRunner) => ({
  /** Called at once with the state there is. */
  onState,

  addProject: (path: string) => call((client) => client["project.Add"]({ path })),
  removeProject: (payload: Payload<"project.Remove">) => call((client) => client["project.Remove"](payload)),
  completePath: (prefix: string) => call((client) => client["project.Complete"]({ prefix })),
  createSession: (payload: Payload<"session.Create">) => call((client) => client["session.Create"](payload)),
  renameSession: (payload: Payload<"session.Rename">) => call((client) => client["session.Rename"](payload)),
  archiveSession: (payload: Payload<"session.Archive">) => call((client) => client["session.Archive"](payload)),
  refreshAgents: () => call((client) => client["agent.Refresh"](undefined)),
  wire: (payload: Payload<"agent.Wire">) => call((client) => client["agent.Wire"](payload)),
  restartBackend: (payload: Payload<"agent.Restart">) => call((client) => client["agent.Restart"](payload)),
  evictBackend: (payload: Payload<"agent.Evict">) => call((client) => client["agent.Evict"](payload)),

  drills: () => call((client) => client["agent.Drills"](undefined)),
  /** Answers when it is over. Run once: a lost connection ends it. */
  drill: (agent: AgentName, onNews: (news: DrillNews) => void) =>
    call((client) => Stream.runForEach(client["agent.Drill"]({ agent }), (news) => Effect.sync(() => onNews(news)))),

  createChat: (payload: Payload<"chat.Create">) => call((client) => client["chat.Create"](payload)),
  prompt: (payload: Payload<"chat.Prompt">) => call((client) => client["chat.Prompt"](payload)),
  stop: (payload: Payload<"chat.Stop">) => call((client) => client["chat.Stop"](payload)),
  changePrompt: (payload: Payload<"chat.ChangePrompt">) => call((client) => client["chat.ChangePrompt"](payload)),
  withdrawPrompt: (payload: Payload<"chat.WithdrawPrompt">) => call((client) => client["chat.WithdrawPrompt"](payload)),
  resumeQueue: (payload: Payload<"chat.ResumeQueue">) => call((client) => client["chat.ResumeQueue"](payload)),
  setTitle: (payload: Payload<"chat.SetTitle">) => call((client) => client["chat.SetTitle"](payload)),
  setSettings: (payload: Payload<"chat.SetSettings">) => call((client) => client["chat.SetSettings"](payload)),
  answer: (payload: Payload<"chat.Answer">) => call((client) => client["chat.Answer"](payload)),
  revokeRule: (payload: Payload<"chat.RevokeRule">) => call((client) => client["chat.RevokeRule"](payload)),
  fork: (payload: Payload<"chat.Fork">) => call((client) => client["chat.Fork"](payload)),
  archiveChat: (payload: Payload<"chat.Archive">) => call((client) => client["chat.Archive"](payload)),
  older: (payload: Payload<"chat.Older">) => call((client) => client["chat.Older"](payload)),
  blob: (hash: string) => call((client) => client["chat.Blob"]({ hash })),

  /** `cursor` is asked at each opening: what the watcher holds by then. */
  watchChat: (chatId: ChatId, cursor: () => Cursor | undefined, watcher: Watcher<ChatFrame>) =>
    watch((client) => {
      const held = cursor()
      return client["chat.Watch"](held === undefined ? { chatId } : { chatId, cursor: held })
    }, watcher),
  watchDirectory: (watcher: Watcher<Directory>) => watch((client) => client["project.Watch"](undefined), watcher),
  watchAgents: (watcher: Watcher<ReadonlyArray<AgentInfo>>) => watch((client) => client["agent.Watch"](undefined), watcher),
  watchBackends: (watcher: Watcher<ReadonlyArray<BackendHealth>>) =>
    watch((client) => client["agent.WatchBackends"](undefined), watcher),
  watchServer: (watcher: Watcher<ServerInfo>) => watch((client) => client["server.Watch"](undefined), watcher)
})

export type Remote = ReturnType<typeof makeRemote>
