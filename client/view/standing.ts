/** Standing: how a change stands with a person at it: pending, busy, waiting for agents, refused, or decided. Pure. */
import type { PendingChange } from "../../shared/Change.ts"
import { type Act, busyWords, stateWords } from "./change.ts"
import type { IconName } from "./iconName.ts"

export interface Standing {
  readonly tone: "pending" | "busy" | "waiting" | "problem" | "conflicted" | "applied" | "rejected" | "reverted"
  /** Empty where there is nothing to say. */
  readonly words: string
  readonly title?: string
  readonly icon?: IconName
  readonly busy: boolean
}

interface Known {
  readonly busy: Act | undefined
  /** A decision of it waits for turns to end. */
  readonly waits: boolean
  /** Labels of the agents whose turns run in the worktree. */
  readonly running: ReadonlyArray<string>
  readonly problem: string | undefined
}

const icons = { applied: "check", rejected: "cross", reverted: "back" } as const

export const standingOf = ({ state }: Pick<PendingChange, "state">, { busy, problem, running, waits }: Known): Standing => {
  if (waits) {
    const whom = running.length === 0 ? "the turn" : running.join(", ")
    return { tone: "waiting", words: `Waits for ${whom}`, title: `It is ${state === "rejected" ? "put into" : "taken out of"} the worktree when ${whom} ${running.length > 1 ? "have" : "has"} finished.`, icon: "clock", busy: false }
  }
  if (busy !== undefined) return { tone: "busy", words: busyWords[busy], busy: true }
  if (problem !== undefined) return { tone: "problem", words: "Not done", title: problem, icon: "alert", busy: false }
  switch (state) {
    case "pending": return { tone: "pending", words: "", busy: false }
    case "conflicted": return { tone: "conflicted", words: stateWords.conflicted, title: "The project's file has changed in the same place since. Choose a way out.", icon: "alert", busy: false }
    case "applied": case "rejected": case "reverted": return { tone: state, words: stateWords[state], icon: icons[state], busy: false }
  }
}
