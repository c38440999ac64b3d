/** Projects, their sessions, and the one feed that every list is drawn from. */
import { Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import { AgentSession } from "../Agent.ts"
import { ProjectError } from "../Errors.ts"
import { ProjectId, SessionId } from "../Ids.ts"
import { Directory, Project, Session, Title } from "../Session.ts"
import { Text } from "../Text.ts"
import { Auth } from "./Auth.ts"

/** As long as a path can be. */
const Path = Text.check(Schema.isMaxLength(4096))

export const ProjectRpc = RpcGroup.make(
  /** Registers the repository that `path` lies in; the same path again answers the same project. */
  Rpc.make("Add", { payload: { path: Path }, success: Project, error: ProjectError }),
  /** Forgets a project without touching its disk. Refused while it has sessions that are not archived. */
  Rpc.make("Remove", { payload: { projectId: ProjectId }, error: ProjectError }),
  /** Directories that begin with what was typed, at most 50; `repository` says which can be added. */
  Rpc.make("Complete", {
    payload: { prefix: Path },
    success: Schema.Array(Schema.Struct({ path: Schema.String, repository: Schema.Boolean })), error: ProjectError
  }),
  /** The whole directory at once and again after every change. */
  Rpc.make("Watch", { success: Directory, error: ProjectError, stream: true })
).prefix("project.").middleware(Auth)

export const SessionRpc = RpcGroup.make(
  /** Its worktree is cut from `base`, a branch, tag or commit of the project, else from the project's last commit, at its first prompt. */
  Rpc.make("Create", {
    payload: { projectId: ProjectId, title: Schema.optionalKey(Title), base: Schema.optionalKey(Text.check(Schema.isMaxLength(400))) },
    success: Session, error: ProjectError
  }),
  /** The agents' own sessions in the session's chats: newest first, those never active last, then by agent. */
  Rpc.make("AgentSessions", { payload: { sessionId: SessionId }, success: Schema.Array(AgentSession), error: ProjectError }),
  Rpc.make("Rename", { payload: { sessionId: SessionId, title: Title }, error: ProjectError }),
  Rpc.make("Archive", { payload: { sessionId: SessionId, archived: Schema.Boolean }, error: ProjectError })
).prefix("session.").middleware(Auth)
