/** Steps that journeys share: a project to work in, a chat in it, prompts, and waiting on facts of a chat. */
import { execFileSync } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Effect, Option, Stream } from "effect"
import type { Client } from "../../client/rpc/Client.ts"
import type { Chat } from "../../shared/Chat.ts"
import { applyFrame, type Watched } from "../../shared/Feed.ts"
import { AgentName, type ChatId, PromptId } from "../../shared/Ids.ts"
import type { TurnSummary } from "../../shared/Turn.ts"

/** A repository with one commit. */
export const makeRepository = (folder: string, name = "project"): string => {
  const path = join(folder, name)
  mkdirSync(path, { recursive: true })
  const git = (...args: ReadonlyArray<string>) => execFileSync("git", args, { cwd: path, stdio: "pipe" })
  git("init", "-q", "-b", "main")
  writeFileSync(join(path, "README.md"), "# A project\n")
  git("add", ".")
  git("-c", "user.name=Test", "-c", "user.email=test@example.invalid", "commit", "-q", "-m", "First")
  return path
}

export const newChat = Effect.fn("newChat")(function*(client: Client, path: string, agent: string) {
  const project = yield* client["project.Add"]({ path })
  const session = yield* client["session.Create"]({ projectId: project.id })
  return yield* client["chat.Create"]({ sessionId: session.id, agent: AgentName.make(agent) })
})

export const newPromptId = (): PromptId => PromptId.make(crypto.randomUUID())

export const prompt = (client: Client, chatId: ChatId, text: string, promptId = newPromptId()) =>
  client["chat.Prompt"]({ chatId, promptId, content: [{ type: "text", text }] })

/** Every state of the chat, folded as a page folds it. */
export const states = (client: Client, chatId: ChatId) => client["chat.Watch"]({ chatId }).pipe(
  Stream.mapAccum((): Watched | undefined => undefined, (watched, frame) => {
    const next = applyFrame(watched, frame)
    return [next, next === undefined ? [] : [next.chat]] as const
  }))

/** Waits until a fact of the chat holds; the state in which it did. */
export const until = Effect.fn("until")(function*(client: Client, chatId: ChatId, holds: (chat: Chat) => boolean) {
  const found = yield* Stream.runHead(Stream.filter(states(client, chatId), holds)).pipe(Effect.timeout("60 seconds"))
  return Option.getOrThrow(found)
})

export const endedTurn = (chat: Chat, index: number): TurnSummary | undefined => {
  const turn = chat.turns[index]
  return turn?.outcome === undefined ? undefined : turn
}

/** Prompts and waits for the end of that prompt's turn. */
export const ask = Effect.fn("ask")(function*(client: Client, chatId: ChatId, text: string) {
  const promptId = newPromptId()
  yield* prompt(client, chatId, text, promptId)
  const chat = yield* until(client, chatId, ({ turns }) => turns.some((turn) => turn.promptId === promptId && turn.outcome !== undefined))
  const turn = Option.getOrThrow(Option.fromNullishOr(chat.turns.find((one) => one.promptId === promptId)))
  return { chat, turn, text: textOf(chat, turn) }
})

/** What the agent said in a turn. */
export const textOf = (chat: Chat, { turnId }: TurnSummary): string =>
  chat.items.map((item) => item._tag === "Text" && item.kind === "text" && item.turnId === turnId ? item.text : "").join("")

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Processes that were started for something in this folder: its path is in their environment or their command. */
export const processesOf = (folder: string): ReadonlyArray<string> => readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
  try {
    const ours = `${readFileSync(`/proc/${pid}/environ`, "latin1")}\0${readFileSync(`/proc/${pid}/cmdline`, "latin1")}`.includes(folder)
    return ours && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "latin1")) ? [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, "latin1")}`] : []
  } catch {
    return []
  }
})
