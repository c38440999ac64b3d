/**
 * The typed errors that cross the wire: one class per public service, each with a reason and one sentence for a person.
 */
import { Schema, SchemaIssue } from "effect"
import { AgentName, ChatId, ProjectId, PromptId, RequestId, SessionId, Who } from "./Ids.ts"
import { cutText, toOneLine } from "./Text.ts"

const ChatReason = Schema.TaggedUnion({
  UnknownChat: { chatId: ChatId },
  UnknownAgent: { agent: AgentName },
  AgentNotReady: { agent: AgentName, detail: Schema.String },
  PromptConflict: { promptId: PromptId },
  PromptTooLarge: { bytes: Schema.Int, limit: Schema.Int },
  PromptEmpty: {},
  /** So many prompts, or so many bytes of them, may wait in a chat's queue. */
  QueueFull: { prompts: Schema.Int, bytes: Schema.Int },
  NotQueued: { promptId: PromptId },
  RequestExpired: { requestId: RequestId },
  AlreadyAnswered: { requestId: RequestId, by: Who },
  BadAnswer: { detail: Schema.String },
  UnknownBlob: { hash: Schema.String },
  /** No turn of the chat began with it. */
  UnknownPrompt: { promptId: PromptId },
  ForkFailed: { detail: Schema.String },
  Archived: { chatId: ChatId },
  SessionArchived: { sessionId: SessionId },
  /** The chat's actor was restarted while the call waited: its outcome is unknown, calling again is safe. */
  Restarted: {},
  ShuttingDown: {}
})
type ChatReason = typeof ChatReason.Type

const chatSentence: (reason: ChatReason) => string = ChatReason.match({
  UnknownChat: ({ chatId }) => `There is no chat ${chatId}; list the session's chats to find the right one.`,
  UnknownAgent: ({ agent }) => `There is no agent "${agent}"; \`boocode agents\` lists those there are.`,
  AgentNotReady: ({ agent, detail }) => `The agent "${agent}" is not ready: ${detail}`,
  PromptConflict: ({ promptId }) => `A prompt with the id ${promptId} was accepted before with other content; send this one under a new id.`,
  PromptTooLarge: ({ bytes, limit }) =>
    `The prompt is ${Math.ceil(bytes / 1024)} KB; at most ${Math.floor(limit / 1024)} KB are accepted. Put the rest in a file of the project and name it.`,
  PromptEmpty: () => "The prompt is empty; write something or attach something.",
  QueueFull: ({ bytes, prompts }) =>
    `The chat's queue is full: ${prompts} prompts or ${Math.floor(bytes / 1024 / 1024)} MB may wait. Withdraw some, or send this when they have run.`,
  NotQueued: ({ promptId }) => `The prompt ${promptId} is no longer in the queue: it has started or was withdrawn.`,
  RequestExpired: () => "This request has expired: its turn has ended, or its agent took it back.",
  AlreadyAnswered: ({ by }) => `This request was already answered by ${by}.`,
  BadAnswer: ({ detail }) => `That is no answer to this request: ${detail}`,
  UnknownBlob: () => "That output is no longer stored.",
  UnknownPrompt: () => "No turn of this chat began with that prompt; it may still be waiting. Fork from one that has run.",
  ForkFailed: ({ detail }) => `The chat could not be forked: ${detail}`,
  Archived: () => "This chat is archived; reopen it first.",
  SessionArchived: () => "This session is archived; reopen it first.",
  Restarted: () => "The chat was restarted while this waited; try again, nothing is done twice.",
  ShuttingDown: () => "The server is shutting down; try again when it is back."
})

export class ChatError extends Schema.TaggedError<ChatError>()("ChatError", { reason: ChatReason }) {
  override get message(): string { return chatSentence(this.reason) }
}

const ProjectReason = Schema.TaggedUnion({
  UnknownProject: { projectId: ProjectId },
  NotADirectory: { path: Schema.String },
  NotARepository: { path: Schema.String },
  NotReadable: { path: Schema.String, detail: Schema.String },
  NoCommit: { path: Schema.String },
  /** No branch, tag or commit of the project. */
  UnknownBase: { base: Schema.String },
  UnknownSession: { sessionId: SessionId },
  Archived: { sessionId: SessionId },
  WorktreeFailed: { detail: Schema.String },
  GitMissing: {},
  Unavailable: { detail: Schema.String }
})
type ProjectReason = typeof ProjectReason.Type

const projectSentence: (reason: ProjectReason) => string = ProjectReason.match({
  UnknownProject: () => "There is no such project; it may have been removed. Add it again by its path.",
  NotADirectory: ({ path }) => `${path} is not a directory on the server's disk.`,
  NotARepository: ({ path }) => `${path} is not a git repository; run \`git init\` there first, or choose another directory.`,
  NotReadable: ({ path, detail }) => `${path} can't be read: ${detail}`,
  NoCommit: ({ path }) => `${path} has no commit yet; agents need one to start from. Make a first commit, then try again.`,
  UnknownBase: ({ base }) => `The project has no branch, tag or commit "${base}"; fetch it, or choose another base.`,
  UnknownSession: () => "There is no such session; it may have been deleted.",
  Archived: () => "This session is archived; reopen it first.",
  WorktreeFailed: ({ detail }) => `The session's worktree could not be made: ${detail}`,
  GitMissing: () => "git is not installed on the server; install it and try again.",
  Unavailable: ({ detail }) => `The server can't do that now: ${detail}`
})

/** Of projects, their sessions and worktrees. */
export class ProjectError extends Schema.TaggedError<ProjectError>()("ProjectError", { reason: ProjectReason }) {
  override get message(): string { return projectSentence(this.reason) }
}

export class Unauthorized extends Schema.TaggedError<Unauthorized>()("Unauthorized", {}) {
  override get message(): string {
    return "The token is missing or wrong; open the address of the server's ready line, or run `boocode token`."
  }
}

const detailLimit = 300
const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

/** What was sent is not what the call takes: a bad id, NUL in a text, an empty title. Nothing was done. */
export class BadRequest extends Schema.TaggedError<BadRequest>()("BadRequest", { detail: Schema.String }) {
  /** The first thing that is wrong, and where. */
  static of(issue: SchemaIssue.Issue): BadRequest {
    const { message = "it can't be read.", path = [] } = formatIssue(issue).issues[0] ?? {}
    const place = path.map((part) => typeof part === "object" ? String(part.key) : String(part)).join(".")
    return new BadRequest({ detail: cutText(toOneLine(place === "" ? message : `${place}: ${message}`), detailLimit) })
  }
  override get message(): string { return `The server can't take that: ${this.detail}` }
}
