/** A remote of sessions' work that is asked and never answers: what tests and the gallery give the answers to that they are about. */
import type { WorkRemote } from "./WorkRemote.ts"

const never = () => new Promise<never>(() => {})

export const quietWorkRemote: WorkRemote = {
  watchChanges: () => () => {}, look: never, apply: never, applyHunks: never, reject: never, rejectHunks: never, revert: never, resolve: never,
  conflict: never, decided: never, ofTurn: never
}
