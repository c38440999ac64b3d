/** A remote of sessions' work that is asked and never answers: what tests and the gallery give the answers to that they are about. */
import type { WorkRemote } from "./WorkRemote.ts"

const never = () => new Promise<never>(() => {})
const unheard = () => () => {}

export const quietWorkRemote: WorkRemote = {
  watchChanges: unheard, look: never, apply: never, applyHunks: never, reject: never, rejectHunks: never, bringBack: never, revert: never, revertHunks: never, resolve: never,
  diff: never, content: never, conflict: never, decided: never, ofTurn: never, aroundTurn: never, ahead: never, rewind: never, landTargets: never, land: never, push: never,
  openTerminal: never, writeTerminal: never, resizeTerminal: never, closeTerminal: never, watchTerminals: unheard, attachTerminal: unheard,
  bases: never, setup: never, setSetup: never, losses: never, deleteSession: never, parkSession: never, parked: never, restoreParked: never, discardParked: never,
  listFiles: never, findFiles: never, readFile: never, writeFile: never, removeFile: never, searchFiles: never
}
