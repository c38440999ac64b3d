/**
 * The shapes of JSON-RPC 2.0 and the one place where a line of text becomes one of them. Lenient where agents are: the
 * version isn't asked for, a response without result is one with `null`.
 */
import { Predicate } from "effect"

export type RpcId = number | string

/** What a request is refused with. */
export interface RpcError {
  readonly code: number
  readonly message: string
  readonly data?: unknown
}

/** Every request that nobody here knows; agents rely on it. */
export const methodNotFound = (method: string): RpcError => ({ code: -32601, message: `Method not found: ${method}` })

export const invalidParams = (message: string): RpcError => ({ code: -32602, message })

/** ACP: a file that isn't there. Agents tell by it a new file from one that can't be read. */
export const resourceNotFound = (path: string): RpcError => ({ code: -32002, message: `Resource not found: ${path} does not exist.` })

/** What a request is answered with that its sender has withdrawn. */
export const requestCancelled: RpcError = { code: -32800, message: "Request cancelled" }

export const internalError: RpcError = { code: -32603, message: "Internal error" }

export type RpcMessage =
  | { readonly _tag: "Request"; readonly id: RpcId; readonly method: string; readonly params: unknown }
  | { readonly _tag: "Notification"; readonly method: string; readonly params: unknown }
  | { readonly _tag: "Answer"; readonly id: RpcId | null; readonly result: unknown }
  | { readonly _tag: "Refusal"; readonly id: RpcId | null; readonly error: RpcError }

const isId = (id: unknown): id is RpcId => typeof id === "string" || (typeof id === "number" && Number.isFinite(id))

const readError = (error: unknown): RpcError => {
  if (!Predicate.isObject(error)) return { code: internalError.code, message: typeof error === "string" ? error : internalError.message }
  const { code, data, message } = error
  return {
    code: Number.isInteger(code) ? Number(code) : internalError.code,
    message: typeof message === "string" ? message : internalError.message,
    ...(data === undefined ? {} : { data })
  }
}

/** Undefined for whatever is no JSON-RPC message; batches are none. */
export const parseMessage = (line: string): RpcMessage | undefined => {
  let message: unknown
  try {
    message = JSON.parse(line)
  } catch {
    return undefined
  }
  if (!Predicate.isObject(message) || Array.isArray(message)) return undefined
  const { error, id, method, params } = message
  if (typeof method === "string") {
    if (id === undefined) return { _tag: "Notification", method, params }
    return isId(id) ? { _tag: "Request", id, method, params } : undefined
  }
  if (id !== null && !isId(id)) return undefined
  if (error !== undefined && error !== null) return { _tag: "Refusal", id, error: readError(error) }
  return { _tag: "Answer", id, result: message["result"] ?? null }
}
