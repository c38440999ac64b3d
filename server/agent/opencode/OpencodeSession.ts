/**
 * How a backend comes to its session in opencode: the remembered one where it is still there and belongs to the directory, else a
 * new one, and why; and what opencode offers in that directory.
 */
import { Effect, Schema } from "effect"
import type { Continuity } from "../../../shared/Agent.ts"
import { cutText, mendText } from "../../../shared/Text.ts"
import { forkedWhy } from "../acp/AcpSession.ts"
import { AgentError } from "../AgentError.ts"
import type { OpencodeApi } from "./OpencodeApi.ts"
import { type Catalogue, readCatalogue } from "./OpencodeCatalogue.ts"
import { SessionInfo } from "./OpencodeEvent.ts"
import type { Chosen } from "./OpencodePrompt.ts"

export interface OpenedSession {
  readonly info: SessionInfo
  readonly continuity: Continuity
  readonly why: string
}

/** Sessions of the chat before this one. */
interface Known {
  readonly remembered: string | undefined
  /** Not to be taken up again. */
  readonly abandoned: string | undefined
  /** It took part in what was said so far, though it has no session here. */
  readonly forked: boolean
}

const decodeSession = Schema.decodeUnknownOption(SessionInfo)
/** Characters of what opencode says of a session that it can't take up. */
const whyLimit = 500
/** The first request in a directory waits until opencode has loaded what belongs to it. */
const loadDeadline = "30 seconds"

const noSession = new AgentError({ reason: { _tag: "Unsupported", what: "its answer is no session of opencode's; another version of it may be installed." } })
const sessionOf = (answer: unknown): Effect.Effect<SessionInfo, AgentError> => Effect.fromOption(decodeSession(answer), () => noSession)

const create = (request: OpencodeApi["request"], cwd: string): Effect.Effect<SessionInfo, AgentError> =>
  Effect.flatMap(request("POST", "/session", { directory: cwd, body: {}, deadline: loadDeadline }), sessionOf)

export const open = Effect.fn("OpencodeSession.open")(function*(
  request: OpencodeApi["request"], cwd: string, { abandoned, forked, remembered }: Known
): Effect.fn.Return<OpenedSession, AgentError> {
  const fresh = (why: string) => Effect.map(create(request, cwd), (info): OpenedSession => ({ info, continuity: "fresh", why }))
  if (remembered === undefined && forked) return { info: yield* create(request, cwd), continuity: "replayed", why: forkedWhy }
  if (remembered === undefined) return yield* fresh("The first turn of this agent in this chat.")
  if (remembered === abandoned) return yield* fresh("Its session was still at work on the prompt that was stopped, and was left.")
  const found = yield* Effect.result(
    Effect.flatMap(request("GET", `/session/${encodeURIComponent(remembered)}`, { directory: cwd, deadline: loadDeadline }), sessionOf))
  if (found._tag === "Success" && found.success.directory === cwd) {
    return { info: found.success, continuity: "resumed", why: "Its session was taken up again." }
  }
  // what has no answer may have one later: its session is not given up for that
  if (found._tag === "Failure" && found.failure.reason._tag !== "Rpc") return yield* found.failure
  const why = found._tag === "Success" ? `it belongs to another directory (${found.success.directory}).` : found.failure.message
  return yield* fresh(cutText(mendText(`Its session could not be taken up again: ${why}`), whyLimit))
})

export const chosenOf = ({ agent, model }: SessionInfo): Chosen => ({
  mode: agent ?? undefined, model: model ? `${model.providerID}/${model.id}` : undefined, thinking: model?.variant ?? undefined
})

/** What can't be had is left out. */
export const askCatalogue = (request: OpencodeApi["request"]): Effect.Effect<Catalogue> => {
  const ask = (path: string) => Effect.orElseSucceed(request("GET", path), () => undefined)
  return Effect.map(Effect.all({
    providers: ask("/config/providers"), config: ask("/config"), agents: ask("/agent"), commands: ask("/command")
  }, { concurrency: 4 }), readCatalogue)
}
