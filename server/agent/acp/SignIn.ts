/** What a person must do where an agent wants somebody to sign in. boocode signs in nowhere itself. */
import { cutText, mendText } from "../../../shared/Text.ts"
import { AgentError, type SignInMethod } from "../AgentError.ts"
import type { AcpAuthMethod } from "./AcpUpdate.ts"

// ACP: -32000 is "authentication required"
const authRequired = -32000
const plainWords = /^authentication required\.?$/i

/** Part of the client's capabilities: agents name the command to type only to clients that can show it. */
export const signInOffer = { auth: { terminal: true }, _meta: { "terminal-auth": true } }

export interface Launch { readonly command: string; readonly args: ReadonlyArray<string> }

const methodsLimit = 8
const words = (text: string): string => cutText(mendText(text).replace(/\s+/g, " ").trim(), 300)

/** As a shell reads it back. */
const quoted = (word: string): string => /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

const commandLine = (command: string, args: ReadonlyArray<string>, env: Readonly<Record<string, string>>): string =>
  cutText(mendText([...Object.entries(env).map(([name, value]) => `${name}=${quoted(value)}`), ...[command, ...args].map(quoted)].join(" ")), 500)

const commandOf = (method: AcpAuthMethod, agent: Launch): string | undefined => {
  const { _meta: meta } = method
  const launch = meta?.["terminal-auth"] ?? [method, meta].find((one) => one?.type === "terminal")
  if (!launch) return undefined
  return launch.command ? commandLine(launch.command, launch.args ?? [], launch.env ?? {})
    : commandLine(agent.command, [...agent.args, ...launch.args ?? []], launch.env ?? {})
}

const methodOf = (agent: Launch) => (method: AcpAuthMethod): SignInMethod => {
  const command = commandOf(method, agent)
  return {
    name: words(method.name || method.id), ...(method.description ? { description: words(method.description) } : {}),
    ...(command === undefined ? {} : { command })
  }
}

/** Makes of an agent's refusal what the person must do. Other errors stay as they are. */
export const signInWanted = (methods: ReadonlyArray<AcpAuthMethod>, agent: Launch) => (error: AgentError): AgentError => {
  const { reason } = error
  if (reason._tag !== "Rpc" || reason.code !== authRequired) return error
  const says = words(reason.message)
  return new AgentError({ reason: {
    _tag: "AuthRequired", methods: methods.slice(0, methodsLimit).map(methodOf(agent)), ...(says === "" || plainWords.test(says) ? {} : { says })
  } })
}
