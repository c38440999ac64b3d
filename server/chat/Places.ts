/**
 * Which worktree an agent was started in. One that was brought back has the path of the one before and is another folder: a warm
 * agent would go on in the one that is gone, so it is let go before its next prompt, and takes its session up again.
 */
import { Effect } from "effect"
import type { ChatId, AgentName } from "../../shared/Ids.ts"
import type { Worktree } from "../../shared/Session.ts"
import type { BackendKey } from "../agent/AgentBackend.ts"
import type { Backends } from "../agent/Backends.ts"

/** Worktrees are told apart as they are given out: as long as one is there, it is the same. */
export const makePlaces = (backends: Pick<Backends["Service"], "evict">) => {
  const started = new Map<ChatId, Map<AgentName, Worktree>>()
  return {
    starts: ({ agent, chatId }: BackendKey, worktree: Worktree) => Effect.sync(() => {
      const agents = started.get(chatId) ?? new Map<AgentName, Worktree>()
      started.set(chatId, agents.set(agent, worktree))
    }),
    /** A prompt is to be given to it there. */
    comes: (key: BackendKey) => (worktree: Worktree) => Effect.suspend(() => {
      const at = started.get(key.chatId)?.get(key.agent)
      return at === undefined || at === worktree ? Effect.void : backends.evict(key)
    })
  }
}
