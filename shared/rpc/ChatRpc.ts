/** Everything that is done to one chat. `Prompt` answers on acceptance; progress and the end arrive by `Watch`. */
import { Schema } from "effect"
import { Rpc, RpcGroup } from "effect/rpc"
import { RequestAnswer } from "../AgentRequest.ts"
import { Item } from "../ChatEvent.ts"
import { ChatNote, ForkedFiles } from "../ChatNote.ts"
import { ContentBlock, PromptContent } from "../Content.ts"
import { ChatError, ProjectError } from "../Errors.ts"
import { ChatFrame, Cursor } from "../Feed.ts"
import { AgentName, ChatId, PromptId, RequestId, SessionId, TurnId } from "../Ids.ts"
import { ChatRow, Session, Title } from "../Session.ts"
import { AskedSettings, TurnSummary } from "../Turn.ts"
import { Auth } from "./Auth.ts"

const chatId = ChatId
const Seq = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 ** 31 - 1 }))

/** `turnId` when the prompt started a turn at once; else it waits in the queue. */
export const Accepted = Schema.Struct({ promptId: PromptId, turnId: Schema.optionalKey(TurnId) })
export type Accepted = typeof Accepted.Type

/** Whole items with anchors below the one asked for, oldest first, and the turns they belong to. */
export const ChatPage = Schema.Struct({
  items: Schema.Array(Item), turns: Schema.Array(TurnSummary), notes: Schema.Array(ChatNote),
  /** Ask again with this for what is older; 0 = nothing is. */
  floor: Schema.Int
})
export type ChatPage = typeof ChatPage.Type

/** The new chat and its session, and what the prompt asked: for a person to change and send. */
const Fork = Schema.Struct({ session: Session, chat: ChatRow, content: Schema.Array(ContentBlock), files: ForkedFiles })
export type Fork = typeof Fork.Type

export const ChatRpc = RpcGroup.make(
  /** A new chat in a session; its agent is `agent`, else the one the session used last. */
  Rpc.make("Create", { payload: { sessionId: SessionId, agent: Schema.optionalKey(AgentName) }, success: ChatRow, error: Schema.Union([ChatError, ProjectError]) }),
  /** Idempotent by `promptId`. What is left out is the chat's setting. */
  Rpc.make("Prompt", {
    payload: {
      chatId, promptId: PromptId, content: PromptContent,
      agent: Schema.optionalKey(AgentName), settings: Schema.optionalKey(AskedSettings)
    },
    success: Accepted, error: ChatError
  }),
  /** Stops the running turn and holds what is queued. `turnId` of the turn that is being stopped, if one ran. */
  Rpc.make("Stop", { payload: { chatId }, success: Schema.Struct({ turnId: Schema.optionalKey(TurnId) }), error: ChatError }),
  Rpc.make("ChangePrompt", { payload: { chatId, promptId: PromptId, content: PromptContent }, error: ChatError }),
  Rpc.make("WithdrawPrompt", { payload: { chatId, promptId: PromptId }, error: ChatError }),
  Rpc.make("ResumeQueue", { payload: { chatId }, error: ChatError }),
  Rpc.make("SetTitle", { payload: { chatId, title: Title }, error: ChatError }),
  /** The agent of the chat's next prompts, and what they ask of it. */
  Rpc.make("SetSettings", { payload: { chatId, agent: AgentName, settings: AskedSettings }, error: ChatError }),
  /** The first answer wins; a later one is refused and told who was first. */
  Rpc.make("Answer", { payload: { chatId, requestId: RequestId, answer: RequestAnswer }, error: ChatError }),
  /** Takes an "always" back; what it covered is asked again. Revoking it twice does nothing. */
  Rpc.make("RevokeRule", { payload: { chatId, ruleId: RequestId }, error: ChatError }),
  /**
   * A new chat, by an id that the client makes, with what was said before one of the chat's prompts: in a new session whose files
   * are those before that prompt's turn, or `beside` this one, with its files. The chat it is a fork of stays as it is.
   */
  Rpc.make("Fork", { payload: { chatId, promptId: PromptId, id: ChatId, where: Schema.Literals(["session", "beside"]) }, success: Fork, error: Schema.Union([ChatError, ProjectError]) }),
  Rpc.make("Archive", { payload: { chatId, archived: Schema.Boolean }, error: ChatError }),
  Rpc.make("Watch", { payload: { chatId, cursor: Schema.optionalKey(Cursor) }, success: ChatFrame, error: ChatError, stream: true }),
  /** At most `limit` items and 1 MB of them; an item that is larger alone comes alone. */
  Rpc.make("Older", { payload: { chatId, before: Seq, limit: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 200 })) }, success: ChatPage, error: ChatError }),
  /** A text that the log keeps by hash. */
  Rpc.make("Blob", { payload: { hash: Schema.String.check(Schema.isPattern(/^[0-9a-f]{64}$/)) }, success: Schema.String, error: ChatError })
).prefix("chat.").middleware(Auth)
