/**
 * Which worktree an agent was started in. One that was brought back has the path of the one before and is another folder: a warm
 * agent would go on in the one that is gone, so it is let go before its next prompt, and takes its session up again.
 */
import { Effect } from "effect"
import type { Worktree } from "../../shared/Session.ts"
import type { BackendKey } from "../agent/AgentBackend.ts"
import type { Backends } from "../agent/Backends.ts"

/** Worktrees are told apart as they are given out: as long as one is there, it is the same value, and its agents are forgotten with it. */
export const makePlaces = (backends: Pick<Backends["Service"], "evict">) => {
  const startedIn = new WeakMap<Worktree, Set<string>>()
  const nameOf = ({ agent, chatId }: BackendKey) => `${chatId} ${agent}`
  return {
    starts: (key: BackendKey) => (worktree: Worktree) => Effect.sync(() => {
      startedIn.set(worktree, (startedIn.get(worktree) ?? new Set()).add(nameOf(key)))
    }),
    /** A prompt is to be given to it there. */
    comes: (key: BackendKey) => (worktree: Worktree) => Effect.suspend(() =>
      startedIn.get(worktree)?.has(nameOf(key)) === true ? Effect.void : backends.evict(key))
  }
}
