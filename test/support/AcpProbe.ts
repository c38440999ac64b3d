// The smallest ACP client that can drive an agent program in a test: sends requests, keeps every message the agent sent in order,
// and waits on facts. It validates nothing, so that a test sees what an agent really says. Not the product's client.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process"
import { at, isObject, parseJson, textAt } from "../../server/agent/scripted/Json.ts"
import { Watchers } from "./Watchers.ts"

/** How to start an agent program. `env` is added to PATH and the rest of the test's own environment. */
export interface Launch {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
}

export interface Exit {
  readonly code: number | null
  readonly signal: string | null
}

/** The agent answered a request with an error. */
export class AnsweredError extends Error {
  readonly code: number
  readonly data: unknown
  constructor(code: number, message: string, data: unknown) {
    super(message)
    this.code = code
    this.data = data
  }
}

/** What answers a request of the agent; it may take its time. */
type Responder = (params: unknown) => unknown

export class AcpProbe {
  readonly child: ChildProcessWithoutNullStreams
  /** Resolves when the program has ended. */
  readonly exited: Promise<Exit>
  /** All lines of stdout in order, parsed; a line that is no JSON is kept as its text. */
  readonly messages: Array<unknown> = []
  stderr = ""
  readonly #responders = new Map<string, Responder>()
  readonly #open = new Map<number, PromiseWithResolvers<unknown>>()
  readonly #watchers = new Watchers()
  #nextId = 1

  static start(launch: Launch, cwd = process.cwd()): AcpProbe {
    return new AcpProbe(spawn(launch.command, [...launch.args], { cwd, env: { ...process.env, ...launch.env }, detached: true }))
  }

  constructor(child: ChildProcessWithoutNullStreams) {
    this.child = child
    const { promise, resolve } = Promise.withResolvers<Exit>()
    this.exited = promise
    child.on("close", (code, signal) => {
      for (const waiting of this.#open.values()) waiting.reject(new Error(`the agent ended (${code ?? signal}): ${this.stderr}`))
      resolve({ code, signal })
      this.#watchers.look()
    })
    child.stdin.on("error", () => {})
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.stderr += text))
    let rest: Array<string> = []
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const lines = text.split("\n")
      const last = lines.pop() ?? ""
      for (const line of lines) {
        rest.push(line)
        this.#receive(rest.join(""))
        rest = []
      }
      rest.push(last)
    })
  }

  request(method: string, params: unknown): Promise<unknown> {
    const id = this.#nextId++
    const waiting = Promise.withResolvers<unknown>()
    this.#open.set(id, waiting)
    this.#write({ jsonrpc: "2.0", id, method, params })
    return waiting.promise
  }

  notify(method: string, params: unknown): void {
    this.#write({ jsonrpc: "2.0", method, params })
  }

  /** Answers the agent's requests of this method from now on; without it they are answered with -32601. */
  respond(method: string, responder: Responder): void {
    this.#responders.set(method, responder)
  }

  async initialize(clientCapabilities: unknown = {}): Promise<unknown> {
    return this.request("initialize", { protocolVersion: 1, clientInfo: { name: "probe", version: "1" }, clientCapabilities })
  }

  /** Opens a session in a directory and returns its id. */
  async newSession(cwd: string): Promise<string> {
    const id = textAt(await this.request("session/new", { cwd, mcpServers: [] }), "sessionId")
    if (id === undefined) throw new Error("session/new answered without a session id")
    return id
  }

  prompt(sessionId: string, text: string): Promise<unknown> {
    return this.request("session/prompt", { sessionId, prompt: [{ type: "text", text }] })
  }

  /** A prompt's stop reason, and what was said between it and its answer. */
  async turn(sessionId: string, text: string): Promise<{ readonly stopReason: string | undefined; readonly said: string }> {
    const from = this.messages.length
    const answer = await this.prompt(sessionId, text)
    return { stopReason: textAt(answer, "stopReason"), said: this.said(from) }
  }

  cancel(sessionId: string): void {
    this.notify("session/cancel", { sessionId })
  }

  /** The `update` objects of all session updates, from a message on. */
  updates(from = 0): ReadonlyArray<unknown> {
    return this.messages.slice(from).filter((message) => textAt(message, "method") === "session/update").map((message) =>
      at(message, "params", "update")
    )
  }

  /** All text the agent said, from a message on. */
  said(from = 0): string {
    return this.updates(from).filter((update) => textAt(update, "sessionUpdate") === "agent_message_chunk").map((update) =>
      textAt(update, "content", "text") ?? ""
    ).join("")
  }

  /** Waits until something holds, looking again after each message and at the end of the program. */
  until(holds: () => boolean): Promise<void> {
    return this.#watchers.until(holds)
  }

  /** Closes stdin, as a client does that has no further wishes. */
  end(): Promise<Exit> {
    this.child.stdin.end()
    return this.exited
  }

  /** Signals the program's process group: some agents are several processes. */
  kill(signal: NodeJS.Signals = "SIGKILL"): Promise<Exit> {
    try {
      if (this.child.pid !== undefined) process.kill(-this.child.pid, signal)
    } catch {
      // it is gone
    }
    return this.exited
  }

  #write(message: unknown): void {
    this.child.stdin.write(`${JSON.stringify(message)}\n`)
  }

  #receive(line: string): void {
    const message = parseJson(line) ?? line
    this.messages.push(message)
    if (isObject(message)) {
      if (textAt(message, "method") === undefined) this.#settle(message)
      else if (message["id"] !== undefined) void this.#respond(message["id"], textAt(message, "method") ?? "", message["params"])
    }
    this.#watchers.look()
  }

  #settle(message: unknown): void {
    const id = at(message, "id")
    const waiting = typeof id === "number" ? this.#open.get(id) : undefined
    const error = at(message, "error")
    if (error === undefined) return waiting?.resolve(at(message, "result"))
    waiting?.reject(new AnsweredError(Number(at(error, "code")), textAt(error, "message") ?? "", at(error, "data")))
  }

  async #respond(id: unknown, method: string, params: unknown): Promise<void> {
    const responder = this.#responders.get(method)
    this.#write(
      responder === undefined
        ? { jsonrpc: "2.0", id, error: { code: -32601, message: "Method not found" } }
        : { jsonrpc: "2.0", id, result: await responder(params) }
    )
  }
}
