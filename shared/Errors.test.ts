import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { BadRequest, ChatError, ProjectError, Unauthorized } from "./Errors.ts"
import { AgentName, ChatId, ProjectId, PromptId, RequestId, SessionId, Who } from "./Ids.ts"

const id = "00000001-0000-4000-8000-000000000001"
const chatId = ChatId.make(id), requestId = RequestId.make(id), promptId = PromptId.make("prompt-1"), agent = AgentName.make("goose")

type Told<Reason extends { readonly _tag: string }> = { readonly [Tag in Reason["_tag"]]: readonly [Extract<Reason, { _tag: Tag }>, sentence: string] }

const chat: Told<ChatError["reason"]> = {
  UnknownChat: [{ _tag: "UnknownChat", chatId }, `There is no chat ${id}; list the session's chats to find the right one.`],
  UnknownAgent: [{ _tag: "UnknownAgent", agent }, "There is no agent \"goose\"; `boocode agents` lists those there are."],
  AgentNotReady: [{ _tag: "AgentNotReady", agent, detail: "it is not installed." }, "The agent \"goose\" is not ready: it is not installed."],
  PromptConflict: [{ _tag: "PromptConflict", promptId }, "A prompt with the id prompt-1 was accepted before with other content; send this one under a new id."],
  PromptTooLarge: [{ _tag: "PromptTooLarge", bytes: 1_048_577, limit: 1_048_576 },
    "The prompt is 1025 KB; at most 1024 KB are accepted. Put the rest in a file of the project and name it."],
  PromptEmpty: [{ _tag: "PromptEmpty" }, "The prompt is empty; write something or attach something."],
  QueueFull: [{ _tag: "QueueFull", prompts: 64, bytes: 2 * 1024 * 1024 },
    "The chat's queue is full: 64 prompts or 2 MB may wait. Withdraw some, or send this when they have run."],
  NotQueued: [{ _tag: "NotQueued", promptId }, "The prompt prompt-1 is no longer in the queue: it has started or was withdrawn."],
  RequestExpired: [{ _tag: "RequestExpired", requestId }, "This request has expired: its turn has ended, or its agent took it back."],
  AlreadyAnswered: [{ _tag: "AlreadyAnswered", requestId, by: Who.make("ci") }, "This request was already answered by ci."],
  BadAnswer: [{ _tag: "BadAnswer", detail: "it has no option \"x\"." }, "That is no answer to this request: it has no option \"x\"."],
  UnknownBlob: [{ _tag: "UnknownBlob", hash: "ab" }, "That output is no longer stored."],
  UnknownPrompt: [{ _tag: "UnknownPrompt", promptId }, "No turn of this chat began with that prompt; it may still be waiting. Fork from one that has run."],
  ForkFailed: [{ _tag: "ForkFailed", detail: "The disk is full." }, "The chat could not be forked: The disk is full."],
  Archived: [{ _tag: "Archived", chatId }, "This chat is archived; reopen it first."],
  SessionArchived: [{ _tag: "SessionArchived", sessionId: SessionId.make(id) }, "This session is archived; reopen it first."],
  Restarted: [{ _tag: "Restarted" }, "The chat was restarted while this waited; try again, nothing is done twice."],
  ShuttingDown: [{ _tag: "ShuttingDown" }, "The server is shutting down; try again when it is back."]
}

const project: Told<ProjectError["reason"]> = {
  UnknownProject: [{ _tag: "UnknownProject", projectId: ProjectId.make(id) }, "There is no such project; it may have been removed. Add it again by its path."],
  NotADirectory: [{ _tag: "NotADirectory", path: "/gone" }, "/gone is not a directory on the server's disk."],
  NotARepository: [{ _tag: "NotARepository", path: "/etc" }, "/etc is not a git repository; run `git init` there first, or choose another directory."],
  NotReadable: [{ _tag: "NotReadable", path: "/root", detail: "permission denied." }, "/root can't be read: permission denied."],
  NoCommit: [{ _tag: "NoCommit", path: "/new" }, "/new has no commit yet; agents need one to start from. Make a first commit, then try again."],
  UnknownBase: [{ _tag: "UnknownBase", base: "v9" }, "The project has no branch, tag or commit \"v9\"; fetch it, or choose another base."],
  UnknownSession: [{ _tag: "UnknownSession", sessionId: SessionId.make(id) }, "There is no such session; it may have been deleted."],
  Archived: [{ _tag: "Archived", sessionId: SessionId.make(id) }, "This session is archived; reopen it first."],
  WorktreeFailed: [{ _tag: "WorktreeFailed", detail: "the disk is full." }, "The session's worktree could not be made: the disk is full."],
  GitMissing: [{ _tag: "GitMissing" }, "git is not installed on the server; install it and try again."],
  Unavailable: [{ _tag: "Unavailable", detail: "the database is away." }, "The server can't do that now: the database is away."]
}

describe("every error is one sentence that a person can act on, and crosses the wire", () => {
  const cross = Effect.fnUntraced(function*<S extends Schema.Codec<Error, unknown>>(schema: S, error: S["Type"], sentence: string) {
    const codec = Schema.toCodecJson(schema)
    const wire: unknown = JSON.parse(JSON.stringify(yield* Schema.encodeEffect(codec)(error)))
    const back = yield* Schema.decodeUnknownEffect(codec)(wire)
    assert.strictEqual(error.message, sentence)
    assert.strictEqual(back.message, sentence)
    assert.notInclude(sentence, "\n")
  })
  it.effect.each(Object.values(chat))("%o", ([reason, sentence]) => cross(ChatError, new ChatError({ reason }), sentence))
  it.effect.each(Object.values(project))("%o", ([reason, sentence]) => cross(ProjectError, new ProjectError({ reason }), sentence))
  it.effect("Unauthorized", () => cross(Unauthorized, new Unauthorized(),
    "The token is missing or wrong; open the address of the server's ready line, or run `boocode token`."))
  it.effect("BadRequest", () => cross(BadRequest, new BadRequest({ detail: "title: A title needs at least one character." }),
    "The server can't take that: title: A title needs at least one character."))
})
