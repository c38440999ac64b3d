/**
 * The HTTP of one running `opencode serve`: requests, each with a deadline, and the stream of a directory's events. Knows the
 * wire and no meaning.
 *
 * Not the project's own client library: its stream of events waits for ever when the server was restarted, and its calls
 * succeed on a dead one. Over `node:http`, because the runtime's `fetch` would send loopback through a proxy that the environment names.
 */
import { Duration, Effect, Stream } from "effect"
import { Sse } from "effect/encoding"
import { HttpClient, HttpClientRequest, type HttpClientResponse } from "effect/http"
import type { HttpMethod } from "effect/http/HttpMethod"
import { AgentError } from "../AgentError.ts"

export interface ApiRequest {
  /** Which of opencode's instances. */
  readonly directory?: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly deadline?: Duration.Input
}

export interface OpencodeApi {
  /** The answer, as JSON where it is any. A status from 400 fails with it as its code. */
  readonly request: (method: "GET" | "POST", path: string, options?: ApiRequest) => Effect.Effect<unknown, AgentError>
  /** Everything that is said of a directory from now on. Ends when the server ends it or says nothing for too long: it has a heartbeat. */
  readonly events: (directory: string) => Stream.Stream<unknown, AgentError>
}

/** Told what goes over the wire, as text. */
export type OnWire = (direction: "in" | "out", text: string) => void

export interface ApiOptions {
  readonly url: string
  readonly password: string
  /** Fails when the server is gone, with the better reason for whatever failed because of that. */
  readonly gone: Effect.Effect<never, AgentError>
  /** Events that say nothing for so long are dead: a heartbeat comes every 10 s. */
  readonly silenceLimit?: Duration.Input | undefined
}

export const requestDeadline = Duration.seconds(15)
/** How long a failed connection waits to hear that the server is gone. */
const exitGrace = Duration.seconds(1)
const eventLimit = 32 * 1024 * 1024

const broken = new AgentError({ reason: { _tag: "StreamEnded" } })
const noAnswer = (method: string, limit: Duration.Input) =>
  new AgentError({ reason: { _tag: "NoAnswer", method, seconds: Duration.toSeconds(limit) } })

/** opencode words its errors in two ways. */
const messageOf = (body: unknown, status: number): string => {
  if (typeof body !== "object" || body === null) return typeof body === "string" && body !== "" ? body.slice(0, 500) : `HTTP status ${status}`
  if ("message" in body && typeof body.message === "string") return body.message
  return "data" in body ? messageOf(body.data, status) : `HTTP status ${status}`
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const readAnswer = Effect.fnUntraced(function*(method: string, response: HttpClientResponse.HttpClientResponse) {
  const body = parseJson(yield* response.text)
  if (response.status < 400) return body
  return yield* new AgentError({ reason: { _tag: "Rpc", method, code: response.status, message: messageOf(body, response.status) } })
})

/** The same, heard by `onWire`. */
export const tapped = (request: OpencodeApi["request"], onWire: OnWire): OpencodeApi["request"] => (method, path, options) => Effect.suspend(() => {
  const line = (...more: ReadonlyArray<unknown>) => [method, path, ...more.map((one) => typeof one === "string" ? one : JSON.stringify(one))].join(" ")
  onWire("out", line(...(options?.body === undefined ? [] : [options.body])))
  return request(method, path, options).pipe(
    Effect.tap((answer) => Effect.sync(() => onWire("in", line(answer)))),
    Effect.tapError(({ message }) => Effect.sync(() => onWire("in", line(message)))))
})

export const make = Effect.fnUntraced(function*(options: ApiOptions): Effect.fn.Return<OpencodeApi, never, HttpClient.HttpClient> {
  const authorization = `Basic ${Buffer.from(`opencode:${options.password}`).toString("base64")}`
  const client = (yield* HttpClient.HttpClient).pipe(
    HttpClient.mapRequest((request) => request.pipe(HttpClientRequest.prependUrl(options.url), HttpClientRequest.setHeader("authorization", authorization))))
  const whyBroken = options.gone.pipe(Effect.timeoutOrElse({ duration: exitGrace, orElse: () => Effect.fail(broken) }))

  const request: OpencodeApi["request"] = (method, path, { body, deadline = requestDeadline, directory, query } = {}) => {
    const name = `${method} ${path}`
    const asked = HttpClientRequest.make(method satisfies HttpMethod)(path).pipe(
      HttpClientRequest.setUrlParams({ ...query, ...(directory === undefined ? {} : { directory }) }),
      (one) => body === undefined ? one : HttpClientRequest.bodyJsonUnsafe(one, body))
    return client.execute(asked).pipe(
      Effect.flatMap((response) => readAnswer(name, response)),
      Effect.catchTag("HttpClientError", () => whyBroken),
      Effect.timeoutOrElse({ duration: deadline, orElse: () => Effect.fail(noAnswer(name, deadline)) }),
      Effect.withSpan("opencode", { attributes: { request: name } }))
  }

  const silenceLimit = options.silenceLimit ?? "25 seconds"
  const events: OpencodeApi["events"] = (directory) => Stream.unwrap(
    client.execute(HttpClientRequest.get("/event").pipe(HttpClientRequest.setUrlParams({ directory }))).pipe(
      Effect.flatMap((response) => response.status < 400 ? Effect.succeed(response.stream) : Effect.fail(broken)),
      Effect.timeoutOrElse({ duration: requestDeadline, orElse: () => Effect.fail(noAnswer("GET /event", requestDeadline)) })
    )).pipe(
    Stream.timeoutOrElse({ duration: silenceLimit, orElse: () => Stream.fail(noAnswer("GET /event", silenceLimit)) }),
    Stream.decodeText(),
    Stream.pipeThroughChannel(Sse.decode<unknown, unknown>({ maxEventSize: eventLimit })),
    Stream.map(({ data }) => parseJson(data)),
    Stream.catch((error) => Stream.fromEffect(error instanceof AgentError && error.reason._tag === "NoAnswer" ? Effect.fail(error) : whyBroken)))
  return { request, events }
})
