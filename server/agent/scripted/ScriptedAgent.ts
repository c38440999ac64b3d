// The scripted agent: a real ACP program over stdio that does what the prompt tells it, a step a line (see Script). It serves demos,
// drills, benches and tests, and is an ordinary agent to everybody else. This module owns the ACP methods; it lives in a process
// of its own and starts in some 10 ms, which is why it uses plain async functions and types of the SDK only.

import type {
  InitializeResponse, ListSessionsResponse, LoadSessionResponse, NewSessionResponse, SetSessionConfigOptionResponse
} from "@agentclientprotocol/sdk"
import { existsSync } from "node:fs"
import { isAbsolute } from "node:path"
import * as Faults from "./Faults.ts"
import { at, isObject, textAt } from "./Json.ts"
import { type Answer, play } from "./Play.ts"
import { parse } from "./Script.ts"
import { chunk, type Offered, Session } from "./Session.ts"
import * as Sessions from "./Sessions.ts"
import { commands, configOptions, modeState, oldModels, withMode, withOption } from "./Settings.ts"
import { Turn } from "./Turn.ts"
import { invalidParams, methodNotFound, notFound, Wire, WireError } from "./Wire.ts"

const now = () => new Date().toISOString()

class ScriptedAgent {
  readonly #wire = new Wire()
  readonly #open = new Map<string, Session>()
  readonly #faults = Faults.startFaults()
  #offered: Offered = { readTextFile: false, elicitation: false, terminal: false }

  async serve(): Promise<void> {
    Faults.crashAtStart(this.#faults.crashes)
    await this.#wire.listen({
      request: (method, params) => this.#request(method, params),
      notification: (method, params) => {
        if (method === "session/cancel") this.#open.get(textAt(params, "sessionId") ?? "")?.turn?.cancel()
      }
    })
    Faults.exit()
  }

  async #request(method: string, params: unknown): Promise<unknown> {
    switch (method) {
      case "initialize": return this.#initialize(params)
      case "authenticate": return {}
      case "session/new": return this.#new(params)
      case "session/load": return this.#load(params)
      case "session/resume": return this.#resume(params)
      case "session/list": return this.#list(params)
      case "session/close": return this.#close(params)
      case "session/set_mode": return this.#setMode(params)
      case "session/set_config_option": return this.#setOption(params)
      case "session/set_model": return this.#setModel(params)
      case "session/prompt": return this.#prompt(params)
      default: throw methodNotFound(method)
    }
  }

  async #initialize(params: unknown): Promise<InitializeResponse> {
    const { hangs, noLoad, noResume, slowMs } = this.#faults
    if (hangs) await new Promise(() => {})
    if (slowMs > 0) await new Promise((resolve) => setTimeout(resolve, slowMs))
    this.#offered = {
      readTextFile: at(params, "clientCapabilities", "fs", "readTextFile") === true,
      elicitation: isObject(at(params, "clientCapabilities", "elicitation", "form")),
      terminal: at(params, "clientCapabilities", "terminal") === true
    }
    return {
      protocolVersion: 1,
      agentInfo: { name: "scripted", title: "Scripted agent", version: "1.0.0" },
      agentCapabilities: {
        loadSession: !noLoad,
        promptCapabilities: { image: true, embeddedContext: true },
        sessionCapabilities: { list: {}, close: {}, ...(noResume ? {} : { resume: {} }) }
      },
      authMethods: this.#faults.wantsSignIn ? signIn : []
    }
  }

  #new(params: unknown): NewSessionResponse {
    if (this.#faults.wantsSignIn) throw new WireError(-32000, "Authentication required")
    const session = new Session(this.#wire, this.#offered, Sessions.empty(`scripted-${crypto.randomUUID()}`))
    session.keep({ fact: "opened", cwd: directory(params), at: now() })
    return { sessionId: session.kept.id, ...this.#opened(session) }
  }

  #load(params: unknown): LoadSessionResponse {
    if (this.#faults.noLoad) throw methodNotFound("session/load")
    const session = this.#reopen(params)
    if (session.kept.replays) {
      for (const { answer, prompt } of session.kept.exchanges) {
        session.update(chunk("user_message_chunk", prompt), ...(answer === "" ? [] : [chunk("agent_message_chunk", answer)]))
      }
    }
    return this.#opened(session)
  }

  #resume(params: unknown): LoadSessionResponse {
    if (this.#faults.noResume) throw methodNotFound("session/resume")
    return this.#opened(this.#reopen(params))
  }

  /** A session from disk, in the directory that the client names now. */
  #reopen(params: unknown): Session {
    if (this.#faults.failsLoad) throw new WireError(-32603, "The session cannot be loaded, as told.")
    const id = textAt(params, "sessionId") ?? ""
    const kept = Sessions.find(id)
    if (kept === undefined) throw notFound(`There is no session ${id}.`)
    return new Session(this.#wire, this.#offered, { ...kept, cwd: directory(params) })
  }

  #opened(session: Session): LoadSessionResponse {
    this.#open.set(session.kept.id, session)
    setImmediate(() => session.update({ sessionUpdate: "available_commands_update", availableCommands: commands }))
    const options = configOptions(session.settings)
    if (!this.#faults.oldModels) return { modes: modeState(session.settings), configOptions: options }
    const opened = { modes: modeState(session.settings), configOptions: options.filter(({ id }) => id !== "model"), models: oldModels(session.settings) }
    return opened
  }

  #list(params: unknown): ListSessionsResponse {
    const cwd = textAt(params, "cwd")
    return {
      sessions: Sessions.list().filter((kept) => cwd === undefined || kept.cwd === cwd).map((kept) => ({
        sessionId: kept.id,
        cwd: kept.cwd,
        title: kept.exchanges[0]?.prompt.split("\n")[0] ?? null,
        updatedAt: kept.updatedAt
      }))
    }
  }

  #close(params: unknown): object {
    const session = this.#session(params)
    session.turn?.cancel()
    this.#open.delete(session.kept.id)
    return {}
  }

  #setMode(params: unknown): object {
    const session = this.#session(params)
    const settings = withMode(session.settings, textAt(params, "modeId"))
    if (settings === undefined) throw invalidParams(`There is no mode ${String(at(params, "modeId"))}.`)
    session.settings = settings
    return {}
  }

  #setModel(params: unknown): object {
    if (!this.#faults.oldModels) throw methodNotFound("session/set_model")
    const session = this.#session(params)
    const settings = withOption(session.settings, "model", at(params, "modelId"))
    if (settings === undefined) throw invalidParams(`There is no model ${String(at(params, "modelId"))}.`)
    session.settings = settings
    return {}
  }

  #setOption(params: unknown): SetSessionConfigOptionResponse {
    const session = this.#session(params)
    const [option, value] = [at(params, "configId"), at(params, "value")]
    const settings = withOption(session.settings, option, value)
    if (settings === undefined) throw invalidParams(`There is no value ${String(value)} of an option ${String(option)}.`)
    session.settings = settings
    return { configOptions: configOptions(settings).filter(({ id }) => id !== "model" || !this.#faults.oldModels) }
  }

  async #prompt(params: unknown): Promise<Answer> {
    const session = this.#session(params)
    if (session.turn !== undefined) throw invalidParams("The session already runs a turn.")
    const prompt = readPrompt(params)
    session.keep({ fact: "prompted", text: prompt.text, at: now() })
    const turn = new Turn(session, prompt)
    session.turn = turn
    try {
      return await play(turn, parse(prompt.text))
    } finally {
      session.turn = undefined
      session.keep({ fact: "answered", text: turn.said })
      for (const ms of turn.lateMs) setTimeout(() => session.update(chunk("agent_message_chunk", "late")), ms)
    }
  }

  #session(params: unknown): Session {
    const id = textAt(params, "sessionId") ?? ""
    const session = this.#open.get(id)
    if (session === undefined) throw notFound(`The session ${id} is not open here.`)
    return session
  }
}

/** Serves ACP on stdin and stdout until stdin ends, then ends the process. */
export const main = (): Promise<void> => new ScriptedAgent().serve()

/** As agents have it: by their own program, by a key, by a command in the meta data. */
const signIn: NonNullable<InitializeResponse["authMethods"]> = [
  { id: "login", name: "Account", description: "Sign in with an account.", type: "terminal", args: ["login", "--now"] },
  { id: "key", name: "API key", description: "Set SCRIPTED_API_KEY." },
  { id: "old", name: "Old way", _meta: { "terminal-auth": { label: "Old", command: "scripted", args: ["auth login"], env: { WAY: "old" } } } }
]

const directory = (params: unknown): string => {
  const cwd = textAt(params, "cwd")
  if (cwd === undefined || !isAbsolute(cwd)) throw invalidParams("cwd must be an absolute path.")
  if (!existsSync(cwd)) throw invalidParams(`There is no directory ${cwd}.`)
  return cwd
}

/** What is meant for the assistant and not said by the user, as ACP has it. */
const isContext = (block: unknown): boolean => {
  const audience = at(block, "annotations", "audience")
  return Array.isArray(audience) && audience.length === 1 && audience[0] === "assistant"
}

interface Prompt { readonly text: string; readonly context: string; readonly attached: ReadonlyArray<string> }

/** The text of a prompt, what the client tells besides, and a line for each block that isn't text. */
const readPrompt = (params: unknown): Prompt => {
  const found = at(params, "prompt")
  if (!Array.isArray(found)) throw invalidParams("prompt must be a list of content blocks.")
  const blocks: ReadonlyArray<unknown> = found
  const texts = blocks.filter((block) => at(block, "type") === "text")
  const textOf = (some: ReadonlyArray<unknown>) => some.map((block) => textAt(block, "text") ?? "").join("\n")
  return {
    text: textOf(texts.filter((block) => !isContext(block))),
    context: textOf(texts.filter(isContext)),
    attached: blocks.filter((block) => !texts.includes(block)).map((block) =>
      [textAt(block, "type"), textAt(block, "mimeType"), textAt(block, "uri") ?? textAt(block, "resource", "uri")]
        .filter((part) => part !== undefined).join(" ")
    )
  }
}
