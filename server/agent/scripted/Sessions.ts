// What the scripted agent keeps on disk: one file of facts per session, appended as they happen, so that a session can be loaded
// or resumed after kill -9. The home is $BOOCODE_SCRIPTED_HOME, else boocode-scripted in the user's state directory. Settings (mode,
// model, thought level) are not kept: like most agents it starts from its defaults, and the client sets them again.

import { appendFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import { at, parseJson, textAt } from "./Json.ts"

/** A line of a session's file. */
export type Fact =
  | { readonly fact: "opened"; readonly cwd: string; readonly at: string }
  | { readonly fact: "prompted"; readonly text: string; readonly at: string }
  | { readonly fact: "answered"; readonly text: string }
  | { readonly fact: "remembered"; readonly text: string }
  | { readonly fact: "spent"; readonly cost: number }
  | { readonly fact: "replays" }

/** What the facts of a session add up to. `cost` is in USD. */
export interface Kept {
  readonly id: string
  readonly cwd: string
  readonly updatedAt: string
  readonly exchanges: ReadonlyArray<{ readonly prompt: string; readonly answer: string }>
  readonly remembered: string | undefined
  readonly cost: number
  readonly replays: boolean
}

export const empty = (id: string): Kept => ({
  id,
  cwd: "",
  updatedAt: "",
  exchanges: [],
  remembered: undefined,
  cost: 0,
  replays: false
})

export const add = (kept: Kept, fact: Fact): Kept => {
  switch (fact.fact) {
    case "opened":
      return { ...kept, cwd: fact.cwd, updatedAt: fact.at }
    case "prompted":
      return { ...kept, updatedAt: fact.at, exchanges: [...kept.exchanges, { prompt: fact.text, answer: "" }] }
    case "answered": {
      const last = kept.exchanges.at(-1)
      return last === undefined ? kept : { ...kept, exchanges: kept.exchanges.with(-1, { ...last, answer: fact.text }) }
    }
    case "remembered":
      return { ...kept, remembered: fact.text }
    case "spent":
      return { ...kept, cost: kept.cost + fact.cost }
    case "replays":
      return { ...kept, replays: true }
  }
}

const decode = (line: string): Fact | undefined => {
  const json = parseJson(line)
  const fact = textAt(json, "fact")
  const text = textAt(json, "text")
  const when = textAt(json, "at") ?? ""
  const cwd = textAt(json, "cwd")
  const cost = at(json, "cost")
  if (fact === "opened" && cwd !== undefined) return { fact, cwd, at: when }
  if (fact === "prompted" && text !== undefined) return { fact, text, at: when }
  if ((fact === "answered" || fact === "remembered") && text !== undefined) return { fact, text }
  if (fact === "spent" && typeof cost === "number") return { fact, cost }
  return fact === "replays" ? { fact } : undefined
}

export const home = (): string =>
  process.env["BOOCODE_SCRIPTED_HOME"] ??
  join(process.env["XDG_STATE_HOME"] ?? join(homedir(), ".local", "state"), "boocode-scripted")

const folder = () => join(home(), "sessions")
const file = (id: string) => join(folder(), `${id}.jsonl`)

/** Writes a fact down and returns what the session adds up to with it. */
export const append = (kept: Kept, fact: Fact): Kept => {
  mkdirSync(folder(), { recursive: true, mode: 0o700 })
  appendFileSync(file(kept.id), `${JSON.stringify(fact)}\n`, { mode: 0o600 })
  return add(kept, fact)
}

/** The session with this id, or nothing. A torn last line, from a kill in mid-write, is skipped. */
export const find = (id: string): Kept | undefined => {
  if (!/^[\w-]+$/.test(id)) return undefined
  try {
    const facts = readFileSync(file(id), "utf8").split("\n").map(decode).filter((fact) => fact !== undefined)
    return facts.length === 0 ? undefined : facts.reduce(add, empty(id))
  } catch {
    return undefined
  }
}

/** Every session on disk, newest first. */
export const list = (): ReadonlyArray<Kept> => {
  try {
    return readdirSync(folder())
      .filter((name) => name.endsWith(".jsonl"))
      .map((name) => find(name.slice(0, -".jsonl".length)))
      .filter((kept) => kept !== undefined)
      .sort((left, right) => right.updatedAt.localeCompare(left.updatedAt))
  } catch {
    return []
  }
}
