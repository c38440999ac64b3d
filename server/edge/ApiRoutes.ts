/** The few reads that scripts want, as plain JSON. Guarded like every other path. */
import { DateTime, Effect, Option, Schema } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import type { AgentSession } from "../../shared/Agent.ts"
import { SessionId } from "../../shared/Ids.ts"
import { AgentSessions } from "../chat/AgentSessions.ts"

const sessionIdOf = Schema.decodeUnknownOption(SessionId)
const noSession = HttpServerResponse.jsonUnsafe({ error: "session not found" }, { status: 404 })

const wire = ({ agent, hasSession, lastActiveAt, status }: AgentSession) => ({
  agent, status, has_session: hasSession, last_active_at: lastActiveAt === null ? null : DateTime.formatIso(DateTime.makeUnsafe(lastActiveAt))
})

/** `GET /api/sessions/:id/agent-sessions`: one row for each (chat, agent), newest first, those never active last, then by agent. */
export const apiRoutes = HttpRouter.use(Effect.fnUntraced(function*(router) {
  const agentSessions = yield* AgentSessions
  yield* router.add("GET", "/api/sessions/:id/agent-sessions", Effect.gen(function*() {
    const { id } = yield* HttpRouter.params
    const sessionId = sessionIdOf(id)
    if (Option.isNone(sessionId)) return noSession
    return yield* agentSessions.list(sessionId.value).pipe(Effect.match({
      onSuccess: (sessions) => HttpServerResponse.jsonUnsafe(sessions.map(wire)),
      onFailure: ({ message, reason }) => reason._tag === "UnknownSession" ? noSession
        : HttpServerResponse.jsonUnsafe({ error: message }, { status: 503 })
    }))
  }))
}))
