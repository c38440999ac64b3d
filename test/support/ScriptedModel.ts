// A model without a mind: an HTTP server on loopback that answers any model name as a test, or the prompt itself, tells it (see
// ModelScript). Speaks what ModelWire lists, streamed or not, and keeps every request. Side calls of agents (titles, summaries,
// classifiers) get a harmless answer and use up no script.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { parseJson, textAt } from "../../server/agent/scripted/Json.ts"
import { time } from "../../server/agent/scripted/Speech.ts"
import { asChat, googleCall } from "./GoogleWire.ts"
import { answerWriter } from "./ModelAnswers.ts"
import { answerFrom, call, type ModelStep, say } from "./ModelScript.ts"
import { errorBody, estimate, type ModelRequest, type Part, readRequest, sample, type Tokens, type WireName } from "./ModelWire.ts"
import { Watchers } from "./Watchers.ts"

/** What to answer; nothing means: what the prompt itself says. */
export type Script = (request: ModelRequest) => ReadonlyArray<ModelStep> | undefined

const wires: ReadonlyArray<readonly [string, WireName]> = [
  ["/chat/completions", "chat"],
  ["/responses", "responses"],
  ["/messages", "messages"]
]

export class ScriptedModel implements AsyncDisposable {
  /** Without a path: `http://127.0.0.1:PORT`. The wires are under `/v1` (and without it). */
  readonly url: string
  /** Every request, in order; side calls too. */
  readonly requests: Array<ModelRequest> = []
  /** Answers that clients broke off before their end. */
  brokenOff = 0
  /** Answers that are being written. */
  open = 0
  script: Script
  readonly #server: Server
  readonly #queue: Array<ReadonlyArray<ModelStep>> = []
  readonly #watchers = new Watchers()
  #calls = 0

  /** Listens on a free port. A queued answer (`next`) goes before `script`, and `script` before the prompt. */
  static async start(script: Script = () => undefined): Promise<ScriptedModel> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    return new ScriptedModel(server, `http://127.0.0.1:${port}`, script)
  }

  constructor(server: Server, url: string, script: Script) {
    this.#server = server
    this.url = url
    this.script = script
    server.on("request", (request, response) => void this.#serve(request, response))
  }

  /** Queues the answer to one coming request of the conversation. */
  next(...steps: ReadonlyArray<ModelStep>): void {
    this.#queue.push(steps)
  }

  /** The requests of conversations, without side calls. */
  get turns(): ReadonlyArray<ModelRequest> {
    return this.requests.filter((request) => !request.isSideCall)
  }

  /** Waits until something holds, looking again whenever a request begins or an answer ends. */
  until(holds: () => boolean): Promise<void> {
    return this.#watchers.until(holds)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? "/", this.url).pathname
    const body = parseJson(await readBody(request))
    const google = googleCall(path)
    if (path.endsWith(":countTokens")) return sendJson(response, 200, { totalTokens: estimate(JSON.stringify(body)) })
    if (path.endsWith("/models")) return sendJson(response, 200, { object: "list", data: [modelCard("scripted")] })
    if (google === undefined && /\/models\/[^/]+$/.test(path)) return sendJson(response, 200, modelCard(path.split("/").at(-1) ?? ""))
    if (path.endsWith("/count_tokens")) return sendJson(response, 200, { input_tokens: estimate(JSON.stringify(body)) })
    const wire = google === undefined ? wires.find(([suffix]) => path.endsWith(suffix))?.[1] : "google"
    if (wire === undefined || request.method !== "POST") {
      return sendJson(response, 404, errorBody("chat", 404, `The scripted model has no ${request.method} ${path}.`))
    }
    const asked = readRequest(wire, google === undefined ? body : asChat(body, google))
    this.requests.push(asked)
    this.open += 1
    response.on("close", () => {
      this.open -= 1
      if (!response.writableEnded) this.brokenOff += 1
      this.#look()
    })
    this.#look()
    await this.#answer(asked, this.#steps(asked), response)
  }

  #steps(asked: ModelRequest): ReadonlyArray<ModelStep> {
    if (asked.forcedTool !== undefined) return [call(asked.forcedTool, sample(asked.schema))]
    if (asked.schema !== undefined) return [say(JSON.stringify(sample(asked.schema)))]
    if (asked.isSideCall) return [say("Scripted")]
    return this.#queue.shift() ?? this.script(asked) ?? answerFrom(asked.prompt.replaceAll("$CWD", () => asked.directory), asked.results.length)
  }

  async #answer(asked: ModelRequest, steps: ReadonlyArray<ModelStep>, response: ServerResponse): Promise<void> {
    const id = String(this.requests.length)
    const writer = answerWriter(asked.wire, id, asked.model)
    const failure = steps.find((step) => step._tag === "Status")
    if (failure !== undefined) return sendJson(response, failure.status, errorBody(asked.wire, failure.status, failure.text))
    let output = ""
    if (asked.streams) {
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" })
      response.write(writer.open())
    }
    const write = (part: Part) => {
      output += part._tag === "Call" ? JSON.stringify(part.args) : part.text
      const events = writer.part(part)
      if (asked.streams) response.write(events)
    }
    for (const step of steps) {
      if (response.destroyed) return
      if (step._tag === "Sleep") await new Promise((resolve) => setTimeout(resolve, step.ms))
      else if (step._tag === "Call") write({ ...step, id: `call_${id}_${++this.#calls}` })
      else if (step._tag === "Clock") write({ _tag: "Say", text: time() })
      else if (step._tag === "Hang") return
      else if (step._tag === "Drop") return void response.destroy()
      else if (step._tag !== "Status") write(step)
    }
    const tokens: Tokens = { input: estimate(JSON.stringify(asked.body)), output: estimate(output) }
    if (!asked.streams) return sendJson(response, 200, writer.whole(tokens))
    response.end(writer.close(tokens))
  }

  #look(): void {
    this.#watchers.look()
  }
}

const modelCard = (id: string) => ({ id, object: "model", created: 1_700_000_000, owned_by: "scripted" })

const readBody = async (request: IncomingMessage): Promise<string> => {
  let text = ""
  for await (const piece of request.setEncoding("utf8")) text += textAt({ piece }, "piece") ?? ""
  return text
}

const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
}
