/**
 * The HTTP edge: one listener, guarded before anything is routed, with the page, `/rpc`, `/health` and `/metrics`. The
 * only module that opens a port.
 */
import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Effect, Layer, SubscriptionRef } from "effect"
import { HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { PrometheusMetrics } from "effect/observability"
import { RpcServer } from "effect/rpc"
import { messageByteLimit } from "../../shared/Content.ts"
import { Who, type BootId } from "../../shared/Ids.ts"
import { Api } from "../../shared/rpc/Api.ts"
import { Auth, Caller } from "../../shared/rpc/Auth.ts"
import { Unauthorized } from "../../shared/Errors.ts"
import { Backends } from "../agent/Backends.ts"
import { Database } from "../store/Database.ts"
import { apiRoutes } from "./ApiRoutes.ts"
import { agentHandlers, serverHandlers } from "./AgentHandlers.ts"
import { boundedClients } from "./BoundedClients.ts"
import { changeHandlers } from "./ChangeHandlers.ts"
import { chatHandlers } from "./ChatHandlers.ts"
import { checkedCalls, checkedLines } from "./CheckedCalls.ts"
import { diffHandlers, landHandlers } from "./DiffHandlers.ts"
import { drillHandlers } from "./DrillHandlers.ts"
import { fileHandlers } from "./FileHandlers.ts"
import { baseHandlers, guardHandlers } from "./GuardHandlers.ts"
import { type GuardOptions, isKnownHost, isKnownOrigin, isPagePath, mayCall } from "./Guard.ts"
import { pageRoutes } from "./PageRoutes.ts"
import { projectHandlers, sessionHandlers } from "./ProjectHandlers.ts"
import { taskHandlers } from "./TaskHandlers.ts"
import { terminalHandlers } from "./TerminalHandlers.ts"

export interface HttpOptions {
  readonly host: string
  readonly port: number
  readonly guard: GuardOptions
  readonly bootId: BootId
  readonly version: string
  readonly demo: boolean
}

const refuse = (status: number, sentence: string) => HttpServerResponse.text(`${sentence}\n`, { status })

/** Before any route, the upgrade included. */
const guarded = (guard: GuardOptions) => HttpRouter.middleware((handler) => Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
  const { headers, url } = request
  const path = url.split("?")[0] ?? ""
  if (!isKnownHost(guard, headers)) {
    return Effect.succeed(refuse(403, "This server is not known by that name; start it with --allow-host to add the name."))
  }
  if (path === "/health") return handler
  if (headers["upgrade"] !== undefined || !isPagePath(path)) {
    if (!isKnownOrigin(guard, headers)) {
      return Effect.succeed(refuse(403, "Pages of that origin may not connect; start the server with --allow-origin to let them."))
    }
    if (!mayCall(guard, headers)) return Effect.succeed(refuse(401, new Unauthorized().message))
  }
  return handler
}), { global: true })

const healthRoute = ({ bootId, version }: HttpOptions) => HttpRouter.use(Effect.fnUntraced(function*(router) {
  const database = yield* Database
  const backends = yield* Backends
  yield* router.add("GET", "/health", Effect.gen(function*() {
    const state = yield* SubscriptionRef.get(database.status)
    const live = yield* backends.health
    const ok = state._tag === "Ok"
    return HttpServerResponse.jsonUnsafe({
      status: ok ? "ok" : "database away", version, bootId, database: ok ? "ok" : "away", backends: live.length
    }, { status: ok ? 200 : 503 })
  }))
}))

/** The upgrade was authenticated by the guard; a call's own headers may hold only the same secret again. */
const auth = (who: Who) => Layer.succeed(Auth, Auth.of((effect) => Effect.provideService(effect, Caller, { who })))

const rpcRoute = (options: HttpOptions) => RpcServer.layer(Api, { disableFatalDefects: true, disableTracing: true }).pipe(Layer.provide([
  checkedCalls(Api.requests).pipe(Layer.provide(boundedClients(Api.requests)), Layer.provide(RpcServer.layerProtocolWebsocket({ path: "/rpc" }))),
  chatHandlers, projectHandlers, sessionHandlers, agentHandlers, drillHandlers, taskHandlers, terminalHandlers, fileHandlers, changeHandlers, diffHandlers, landHandlers,
  baseHandlers, guardHandlers, serverHandlers(options), auth(Who.make("owner"))
]), Layer.provide(checkedLines))

export const http = (options: HttpOptions) => HttpRouter.serve(
  Layer.mergeAll(guarded(options.guard), rpcRoute(options), healthRoute(options), PrometheusMetrics.layerHttp(), apiRoutes, pageRoutes(options.guard)),
  { disableLogger: true, disableListenLog: true }
).pipe(Layer.provideMerge(NodeHttpServer.layer(createServer, {
  port: options.port, host: options.host, gracefulShutdownTimeout: "100 millis", websocket: { maxPayload: messageByteLimit }
})))
