/** A remote that is asked and never answers: what tests and the gallery give the answers to that they are about. */
import type { Remote } from "./Remote.ts"

const never = () => new Promise<never>(() => {})
const unheard = () => () => {}

export const quietRemote: Remote = {
  onState: unheard,
  addProject: never, removeProject: never, completePath: never, createSession: never, renameSession: never, archiveSession: never,
  refreshAgents: never, wire: never, restartBackend: never, evictBackend: never, drills: never, drill: never, createChat: never, prompt: never, stop: never, changePrompt: never, withdrawPrompt: never,
  resumeQueue: never, setTitle: never, setSettings: never, answer: never, revokeRule: never, archiveChat: never, fork: never, older: never, blob: never,
  watchChat: unheard, watchDirectory: unheard, watchAgents: unheard, watchBackends: unheard, watchServer: unheard
}
