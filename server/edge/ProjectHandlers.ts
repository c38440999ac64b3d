/** The project and session groups of the contract, onto `Projects`; what has to do with chats, onto theirs. */
import { Effect } from "effect"
import { Caller } from "../../shared/rpc/Auth.ts"
import { ProjectRpc, SessionRpc } from "../../shared/rpc/ProjectRpc.ts"
import { AgentSessions } from "../chat/AgentSessions.ts"
import { Chats } from "../chat/Chats.ts"
import { Projects } from "../project/Projects.ts"

export const projectHandlers = ProjectRpc.toLayer(Effect.gen(function*() {
  const projects = yield* Projects
  return ProjectRpc.of({
    "project.Add": ({ path }) => projects.add(path),
    "project.Remove": ({ projectId }) => projects.remove(projectId),
    "project.Complete": ({ prefix }) => projects.complete(prefix),
    "project.Watch": () => projects.directory
  })
}))

export const sessionHandlers = SessionRpc.toLayer(Effect.gen(function*() {
  const projects = yield* Projects
  const agentSessions = yield* AgentSessions
  const chats = yield* Chats
  return SessionRpc.of({
    "session.AgentSessions": ({ sessionId }) => agentSessions.list(sessionId),
    "session.Create": ({ base, projectId, title }) => projects.createSession(projectId, title, base),
    "session.Rename": ({ sessionId, title }) => projects.renameSession(sessionId, title),
    "session.Archive": ({ sessionId, archived }) => Effect.flatMap(Caller, ({ who }) => chats.archiveSession(sessionId, archived, who))
  })
}))
