/**
 * How a connection comes to its agent session: `initialize`, then resume, load or new, each only where the agent
 * offers it and its row does not forbid it. What comes while a session is loaded belongs to the past and is dropped by
 * the caller, who is told by `loading`.
 */
import { Effect, Option, Schema } from "effect"
import type { Continuity } from "../../../shared/Agent.ts"
import { cutText, mendText } from "../../../shared/Text.ts"
import { AgentError } from "../AgentError.ts"
import type { AgentQuirks } from "../AgentRow.ts"
import type { AcpConnection } from "./AcpConnection.ts"
import { signInOffer, signInWanted } from "./SignIn.ts"
import { AcpInitialized, AcpSession } from "./AcpUpdate.ts"

export interface StartedSession {
  readonly sessionId: string
  readonly continuity: Continuity
  readonly why: string
  readonly session: AcpSession
  readonly canClose: boolean
  /** What an error of the agent's comes to where it may mean that a person must sign in. */
  readonly explain: (error: AgentError) => AgentError
}

export interface SessionOptions {
  readonly connection: AcpConnection
  readonly cwd: string
  readonly remembered: string | undefined
  /** It took part in what was said so far, though it has no session here. */
  readonly forked: boolean
  readonly quirks: AgentQuirks
  readonly loading: (loading: boolean) => void
  readonly version: string
  /** What was said in the chat so far. */
  readonly transcript: Effect.Effect<string>
  /** How the agent is started, for a person who must start it to sign in. */
  readonly command: string
  readonly args: ReadonlyArray<string>
}

const decodeInitialized = Schema.decodeUnknownOption(AcpInitialized)
const decodeSession = Schema.decodeUnknownOption(AcpSession)

const unfit = (what: string) => new AgentError({ reason: { _tag: "Unsupported", what } })

/** For the history that comes after the answer to `session/load`. */
const quietAfterLoad = "2 seconds"

/** Its session belongs to the chat that this one is a fork of. */
export const forkedWhy = "This chat is a fork: the agent has a session of its own here, and is told what was said before."

/** Characters of what an agent says of a session that it can't take up. */
const whyLimit = 500

const initialize = Effect.fnUntraced(function*({ connection, quirks, version }: SessionOptions) {
  const files = quirks.ownFiles !== true
  const answer = yield* connection.request("initialize", {
    protocolVersion: 1,
    clientCapabilities: { fs: { readTextFile: files, writeTextFile: files }, terminal: true, elicitation: { form: {} }, ...signInOffer },
    clientInfo: { name: "boocode", title: "boocode", version }
  })
  const initialized = decodeInitialized(answer)
  if (Option.isNone(initialized)) return yield* unfit("its answer to `initialize` is not ACP's.")
  return initialized.value
})

/** Takes up the remembered session; what fails is why the next one is fresh. */
const takeUp = Effect.fnUntraced(function*(options: SessionOptions, remembered: string, way: "resume" | "load") {
  const { connection, cwd, loading, quirks } = options
  const params = { sessionId: remembered, cwd, mcpServers: [] }
  if (way === "resume") return yield* connection.request("session/resume", params)
  loading(true)
  return yield* connection.request("session/load", params).pipe(
    Effect.tap(() => quirks.replayAfterLoad === true ? Effect.sleep(quietAfterLoad) : Effect.void),
    Effect.ensuring(Effect.sync(() => loading(false))))
})

const wayBack = (initialized: AcpInitialized, quirks: AgentQuirks): "resume" | "load" | undefined => {
  const capabilities = initialized.agentCapabilities
  if (quirks.resume === "never") return undefined
  if (quirks.resume !== "load" && capabilities?.sessionCapabilities?.["resume"] != null) return "resume"
  return capabilities?.loadSession === true ? "load" : undefined
}

export const start = Effect.fn("AcpSession.start")(function*(options: SessionOptions): Effect.fn.Return<StartedSession, AgentError> {
  const { connection, cwd, quirks, remembered } = options
  const initialized = yield* initialize(options)
  const explain = signInWanted(initialized.authMethods ?? [], options)
  const canClose = initialized.agentCapabilities?.sessionCapabilities?.["close"] != null
  let continuity: Continuity = "fresh"
  let why = "The first turn of this agent in this chat."
  if (options.forked && remembered === undefined && (yield* options.transcript) !== "") {
    continuity = "replayed"
    why = forkedWhy
  }
  if (remembered !== undefined) {
    const way = wayBack(initialized, quirks)
    if (way === undefined) {
      const replayed = (yield* options.transcript) !== ""
      continuity = replayed ? "replayed" : "fresh"
      why = `This agent can't take up a session again${replayed ? ": it is told what was said in the chat so far." : "."}`
    } else {
      const taken = yield* Effect.result(takeUp(options, remembered, way))
      if (taken._tag === "Success") {
        const session = Option.getOrElse(decodeSession(taken.success ?? {}), (): AcpSession => ({}))
        return { sessionId: remembered, continuity: "resumed", why: `Its session was taken up again (session/${way}).`, session, canClose, explain }
      }
      if (taken.failure.reason._tag !== "Rpc") return yield* taken.failure
      why = cutText(mendText(`Its session could not be taken up again: ${taken.failure.message}`), whyLimit)
    }
  }
  const made = yield* connection.request("session/new", { cwd, mcpServers: [] }).pipe(Effect.mapError(explain))
  const session = decodeSession(made)
  if (Option.isNone(session) || !session.value.sessionId) return yield* unfit("its answer to `session/new` names no session.")
  return { sessionId: session.value.sessionId, continuity, why, session: session.value, canClose, explain }
})
