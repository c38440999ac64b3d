// The scripted agent's end of the ACP connection: JSON-RPC 2.0, one message a line, over stdin and stdout. Knows lines, ids and
// back-pressure, and nothing of ACP. Written by hand because the SDK's connection costs 60 ms of a 10 ms start, and because
// `garbage` and `burst` need the raw line.

import { at, isObject, parseJson, textAt } from "./Json.ts"

/** What answers the client. `request` fails with a `WireError` to answer with an error. */
export interface Handlers {
  readonly request: (method: string, params: unknown) => Promise<unknown>
  readonly notification: (method: string, params: unknown) => void
}

/** A JSON-RPC error, sent or received. */
export class WireError extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

export const invalidParams = (message: string) => new WireError(-32602, message)
export const methodNotFound = (method: string) => new WireError(-32601, `The scripted agent does not know ${method}.`)
export const notFound = (message: string) => new WireError(-32002, message)

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: WireError) => void
}

export class Wire {
  readonly #sink = Bun.stdout.writer()
  readonly #waiting = new Map<number, Waiting>()
  #nextId = 1
  #unsent: Array<string> = []
  #draining: Promise<void> | undefined

  /** Serves the client until it closes our stdin. */
  async listen(handlers: Handlers): Promise<void> {
    const decoder = new TextDecoder()
    let rest: Array<string> = []
    for await (const bytes of Bun.stdin.stream()) {
      const lines = decoder.decode(bytes, { stream: true }).split("\n")
      const last = lines.pop() ?? ""
      for (const line of lines) {
        rest.push(line)
        this.#receive(rest.join(""), handlers)
        rest = []
      }
      if (last !== "") rest.push(last)
    }
  }

  notify(method: string, params: unknown): void {
    this.raw(JSON.stringify({ jsonrpc: "2.0", method, params }))
  }

  request(method: string, params: unknown): Promise<unknown> {
    return this.ask(method, params).answer
  }

  /** A request, and its id, by which it can be taken back. */
  ask(method: string, params: unknown): { readonly id: number; readonly answer: Promise<unknown> } {
    const id = this.#nextId++
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    this.#waiting.set(id, { resolve, reject })
    this.raw(JSON.stringify({ jsonrpc: "2.0", id, method, params }))
    return { id, answer: promise }
  }

  /** Sends lines as they are: in the pipe when it has room, else as soon as the client reads. */
  raw(...lines: ReadonlyArray<string>): void {
    for (const line of lines) this.#unsent.push(line, "\n")
    if (this.#draining === undefined) this.#send()
  }

  /** Everything sent so far is in the pipe. */
  async drained(): Promise<void> {
    while (this.#draining !== undefined) await this.#draining
  }

  #send(): void {
    while (this.#unsent.length > 0) {
      const text = this.#unsent.join("")
      this.#unsent = []
      this.#sink.write(text)
      const flushed = this.#sink.flush()
      if (flushed instanceof Promise) {
        this.#draining = flushed.then(() => {
          this.#draining = undefined
          this.#send()
        }, clientGone)
        return
      }
    }
  }

  #receive(line: string, handlers: Handlers): void {
    if (line.trim() === "") return
    const message = parseJson(line)
    if (!isObject(message)) return this.#fail(null, new WireError(-32700, "The line is not a JSON-RPC message."))
    const method = textAt(message, "method")
    if (method === undefined) return this.#settle(message)
    if (message["id"] === undefined) return handlers.notification(method, message["params"])
    const { id, params } = message
    handlers.request(method, params).then(
      (result) => this.raw(JSON.stringify({ jsonrpc: "2.0", id, result })),
      (error: unknown) => this.#fail(id, error)
    )
  }

  #fail(id: unknown, error: unknown): void {
    const code = error instanceof WireError ? error.code : -32603
    const message = error instanceof Error ? error.message : String(error)
    this.raw(JSON.stringify({ jsonrpc: "2.0", id, error: { code, message } }))
  }

  #settle(message: unknown): void {
    const id = at(message, "id")
    const waiting = typeof id === "number" ? this.#waiting.get(id) : undefined
    if (waiting === undefined || typeof id !== "number") return
    this.#waiting.delete(id)
    const error = at(message, "error")
    if (error === undefined) return waiting.resolve(at(message, "result"))
    const code = at(error, "code")
    waiting.reject(new WireError(typeof code === "number" ? code : -32603, textAt(error, "message") ?? "no reason given"))
  }
}

/** Nobody reads stdout any more: there is no one left to talk to. */
const clientGone = () => process.exit(0)
