/**
 * What an agent asks of its client, answered for one life: permissions and elicitations go to a person through the
 * active turn, files and terminals are ours to give within the worktree. A question without a turn, or of one that is
 * being stopped, is answered `cancelled`; what nobody knows is refused as ACP demands.
 */
import { Deferred, Effect, Option, type Scope } from "effect"
import type { AgentRequest, RequestAnswer } from "../../../shared/AgentRequest.ts"
import type { ToolCallId } from "../../../shared/Ids.ts"
import { mendText } from "../../../shared/Text.ts"
import type { ProcessLedger } from "../ProcessLedger.ts"
import { type AcpToolReport, decodeElicitation, decodePermission } from "./AcpUpdate.ts"
import { clientFiles } from "./ClientFiles.ts"
import * as ClientTerminals from "./ClientTerminals.ts"
import { invalidParams, methodNotFound, type RpcError } from "./JsonRpc.ts"

/** The part of the active turn that questions need. */
export interface AskingTurn {
  /** Upserts the tool call that the question is about, and passes on everything said before it. */
  readonly report: (tool: AcpToolReport) => Effect.Effect<{ readonly title: string; readonly toolCallId?: ToolCallId }>
  readonly ask: (request: AgentRequest) => Effect.Effect<RequestAnswer>
  /** Done when the turn is being stopped or is over. */
  readonly closed: Deferred.Deferred<void>
}

export interface ClientRequests {
  readonly onRequest: (method: string, params: unknown) => Effect.Effect<unknown, RpcError>
  readonly terminals: ClientTerminals.ClientTerminals
}

const cancelled: RequestAnswer = { _tag: "Cancelled" }

const put = (turn: AskingTurn, request: AgentRequest): Effect.Effect<RequestAnswer> =>
  Effect.raceFirst(turn.ask(request), Effect.as(Deferred.await(turn.closed), cancelled))

const permission = Effect.fnUntraced(function*(turn: AskingTurn | undefined, params: unknown) {
  const decoded = decodePermission(params)
  if (Option.isNone(decoded)) return yield* Effect.fail(invalidParams("It is no permission request of ACP's."))
  const { options, toolCall } = decoded.value
  const answer = turn === undefined ? cancelled
    : yield* put(turn, { _tag: "Permission", ...yield* turn.report(toolCall), options })
  return { outcome: answer._tag === "Selected" ? { outcome: "selected", optionId: answer.optionId } : { outcome: "cancelled" } }
})

/** The content that a person gave, as the object that the agent wants. */
const contentOf = (content: string): unknown => {
  try {
    return JSON.parse(content)
  } catch {
    return {}
  }
}

const elicitation = Effect.fnUntraced(function*(turn: AskingTurn | undefined, params: unknown) {
  const decoded = decodeElicitation(params)
  if (Option.isNone(decoded)) return yield* Effect.fail(invalidParams("Only elicitations by form are understood."))
  const { message, requestedSchema } = decoded.value
  const answer = turn === undefined ? cancelled
    : yield* put(turn, { _tag: "Elicitation", message: mendText(message), schema: mendText(JSON.stringify(requestedSchema)) })
  switch (answer._tag) {
    case "Accepted": return { action: "accept", content: contentOf(answer.content) }
    case "Declined": return { action: "decline" }
    default: return { action: "cancel" }
  }
})

export const make = Effect.fnUntraced(function*(
  root: string, turn: () => AskingTurn | undefined
): Effect.fn.Return<ClientRequests, never, ProcessLedger | Scope.Scope> {
  const terminals = yield* ClientTerminals.make(root)
  const handlers: Readonly<Record<string, (params: unknown) => Effect.Effect<unknown, RpcError>>> = {
    ...clientFiles(root), ...terminals.handlers,
    "session/request_permission": (params) => permission(turn(), params),
    "elicitation/create": (params) => elicitation(turn(), params)
  }
  return {
    terminals,
    onRequest: (method, params) => {
      const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined
      return handler === undefined ? Effect.fail(methodNotFound(method)) : handler(params)
    }
  }
})
