/**
 * What an agent asks of its client, answered for one life: permissions and elicitations go to a person through the
 * active turn, files and terminals are ours to give within the worktree. A question without a turn, or of one that is
 * being stopped, is answered `cancelled`, as is one that the agent withdraws: by cancelling its request, or by ending the
 * tool call that it is about. What nobody knows is refused as ACP demands.
 */
import { Deferred, Effect, Option, type Scope } from "effect"
import type { AgentRequest, RequestAnswer } from "../../../shared/AgentRequest.ts"
import type { ToolCallId } from "../../../shared/Ids.ts"
import { boundedRequest, isDeeper, schemaLimit } from "../../../shared/ItemBounds.ts"
import { mendText } from "../../../shared/Text.ts"
import type { ProcessLedger } from "../ProcessLedger.ts"
import { type AcpToolReport, decodeElicitation, decodePermission } from "./AcpUpdate.ts"
import { clientFiles } from "./ClientFiles.ts"
import * as ClientTerminals from "./ClientTerminals.ts"
import { invalidParams, methodNotFound, requestCancelled, type RpcError } from "./JsonRpc.ts"

/** The part of the active turn that questions need. */
export interface AskingTurn {
  /** Upserts the tool call that the question is about, and passes on everything said before it. */
  readonly report: (tool: AcpToolReport) => Effect.Effect<{ readonly title: string; readonly toolCallId?: ToolCallId }>
  readonly ask: (request: AgentRequest, withdrawn: Effect.Effect<void>) => Effect.Effect<RequestAnswer>
  /** Done when the turn is being stopped or is over. */
  readonly closed: Deferred.Deferred<void>
}

export interface ClientRequests {
  readonly onRequest: (method: string, params: unknown, withdrawn?: Effect.Effect<void>) => Effect.Effect<unknown, RpcError>
  /** A tool call has ended: nobody need answer any more what was asked of it. */
  readonly toolEnded: (toolCallId: string) => void
  readonly terminals: ClientTerminals.ClientTerminals
}

const cancelled: RequestAnswer = { _tag: "Cancelled" }

const put = (turn: AskingTurn, request: AgentRequest, withdrawn: Effect.Effect<void>): Effect.Effect<RequestAnswer> =>
  Effect.raceFirst(turn.ask(boundedRequest(request), withdrawn), Effect.as(Deferred.await(turn.closed), cancelled))

/** Questions of one life that are open at once, at most: whoever asks more is told that nobody answers. */
const questionsLimit = 16

type Place = (question: Effect.Effect<RequestAnswer>) => Effect.Effect<RequestAnswer>

const questionPlaces = (): Place => {
  let open = 0
  return (question) => Effect.suspend(() => {
    if (open >= questionsLimit) return Effect.succeed(cancelled)
    open += 1
    return Effect.ensuring(question, Effect.sync(() => { open -= 1 }))
  })
}

/** The tool calls that a person is being asked about. */
class AskedCalls {
  readonly #asked = new Map<string, Set<Deferred.Deferred<void>>>()

  /** Runs what asks about a tool call, and tells it when the call ends meanwhile. */
  during<A, E>(toolCallId: string, run: (ended: Effect.Effect<void>) => Effect.Effect<A, E>): Effect.Effect<A, E> {
    return Effect.suspend(() => {
      const ended = Deferred.makeUnsafe<void>()
      const asked = this.#asked.get(toolCallId) ?? new Set()
      this.#asked.set(toolCallId, asked.add(ended))
      return Effect.ensuring(run(Deferred.await(ended)), Effect.sync(() => {
        asked.delete(ended)
        if (asked.size === 0 && this.#asked.get(toolCallId) === asked) this.#asked.delete(toolCallId)
      }))
    })
  }

  end(toolCallId: string): void {
    for (const ended of this.#asked.get(toolCallId) ?? []) Deferred.doneUnsafe(ended, Effect.void)
  }
}

const permission = Effect.fnUntraced(function*(
  turn: AskingTurn | undefined, params: unknown, withdrawn: Effect.Effect<void>, calls: AskedCalls, place: Place
) {
  const decoded = decodePermission(params)
  if (Option.isNone(decoded)) return yield* Effect.fail(invalidParams("It is no permission request of ACP's."))
  const { options, toolCall } = decoded.value
  const answer = turn === undefined ? cancelled : yield* place(calls.during(toolCall.toolCallId, (ended) =>
    Effect.flatMap(turn.report(toolCall), (about) => put(turn, { _tag: "Permission", ...about, options }, Effect.raceFirst(withdrawn, ended)))))
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

const formLevels = 32

const elicitation = Effect.fnUntraced(function*(turn: AskingTurn | undefined, params: unknown, withdrawn: Effect.Effect<void>, place: Place) {
  const decoded = decodeElicitation(params)
  if (Option.isNone(decoded)) return yield* Effect.fail(invalidParams("Only elicitations by form are understood."))
  const { message, requestedSchema } = decoded.value
  if (isDeeper(requestedSchema, formLevels)) return yield* Effect.fail(invalidParams(`A form has at most ${formLevels} levels; ask for a flat one.`))
  const schema = mendText(JSON.stringify(requestedSchema))
  if (schema.length > schemaLimit) return yield* Effect.fail(invalidParams(`A form has at most ${schemaLimit / 1024} KB; ask for less at once.`))
  const answer = turn === undefined ? cancelled : yield* place(put(turn, { _tag: "Elicitation", message: mendText(message), schema }, withdrawn))
  switch (answer._tag) {
    case "Accepted": return { action: "accept", content: contentOf(answer.content) }
    case "Declined": return { action: "decline" }
    default: return { action: "cancel" }
  }
})

export const make = Effect.fnUntraced(function*(
  root: string, turn: Effect.Effect<AskingTurn | undefined>
): Effect.fn.Return<ClientRequests, never, ProcessLedger | Scope.Scope> {
  const terminals = yield* ClientTerminals.make(root)
  const calls = new AskedCalls()
  const place = questionPlaces()
  const handlers: Readonly<Record<string, (params: unknown) => Effect.Effect<unknown, RpcError>>> = { ...clientFiles(root), ...terminals.handlers }
  return {
    terminals,
    toolEnded: (toolCallId) => calls.end(toolCallId),
    onRequest: (method, params, withdrawn = Effect.never) => {
      if (method === "session/request_permission") return Effect.flatMap(turn, (asking) => permission(asking, params, withdrawn, calls, place))
      if (method === "elicitation/create") return Effect.flatMap(turn, (asking) => elicitation(asking, params, withdrawn, place))
      const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined
      if (handler === undefined) return Effect.fail(methodNotFound(method))
      return Effect.raceFirst(handler(params), Effect.andThen(withdrawn, Effect.fail(requestCancelled)))
    }
  }
})
