/**
 * Projects, sessions and their chats as rows that lists are made of. What was said in a chat is not here: that is
 * `Chat`, folded from its log.
 */
import { Schema, SchemaTransformation } from "effect"
import { AgentName, ChatId, ProjectId, SessionId, WorktreeId } from "./Ids.ts"
import { textFault, toOneLine } from "./Text.ts"
import { Outcome } from "./Turn.ts"

const titleLimit = 200

const titleFault = (given: string): string | undefined => {
  const title = given.trim()
  if (title === "") return "A title needs at least one character."
  if (title.length > titleLimit) return `A title has at most ${titleLimit} characters.`
  return textFault(title) ?? (toOneLine(title) === title ? undefined : "A title is one line, without line breaks and control characters.")
}

/** A title that a person gives, trimmed as it comes in. */
export const Title = Schema.String.pipe(Schema.decodeTo(Schema.String.check(Schema.makeFilter(titleFault)), SchemaTransformation.trim()))

export const Project = Schema.Struct({
  id: ProjectId,
  /** Absolute path of the git repository's top folder, symlinks resolved. */
  path: Schema.String,
  name: Schema.String,
  addedAt: Schema.Finite
})
export type Project = typeof Project.Type

export const Session = Schema.Struct({
  id: SessionId,
  projectId: ProjectId,
  title: Schema.String,
  createdAt: Schema.Finite,
  archivedAt: Schema.NullOr(Schema.Finite),
  /** Where its agents work, absolute; missing before its first prompt. */
  worktree: Schema.optionalKey(Schema.String)
})
export type Session = typeof Session.Type

export const ChatRow = Schema.Struct({
  id: ChatId,
  sessionId: SessionId,
  /** Never reused in its session. */
  number: Schema.Int,
  title: Schema.NullOr(Schema.String),
  /** The agent that the next prompt goes to unless it names another. */
  agent: AgentName,
  createdAt: Schema.Finite,
  archivedAt: Schema.NullOr(Schema.Finite),
  /** A turn is open. */
  working: Schema.Boolean,
  /** An agent waits for a person's answer. */
  waiting: Schema.Boolean,
  /** When and how a turn of it ended last. */
  lastEndedAt: Schema.NullOr(Schema.Finite),
  lastOutcome: Schema.NullOr(Outcome)
})
export type ChatRow = typeof ChatRow.Type
export type ChatStanding = Pick<ChatRow, "waiting" | "lastEndedAt" | "lastOutcome">

export const Worktree = Schema.Struct({
  id: WorktreeId,
  sessionId: Schema.NullOr(SessionId),
  projectId: ProjectId,
  path: Schema.String,
  branch: Schema.String,
  baseCommit: Schema.String,
  state: Schema.Literals(["creating", "ready", "failed", "parked", "removed"])
})
export type Worktree = typeof Worktree.Type

/** Everything the lists of the page are drawn from. */
export const Directory = Schema.Struct({
  projects: Schema.Array(Project),
  sessions: Schema.Array(Session),
  chats: Schema.Array(ChatRow)
})
export type Directory = typeof Directory.Type
