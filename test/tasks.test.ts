/** Tasks through the whole program: alone in a worktree of their own, in a chat, on a terminal, cancelled, and over a restart. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect, Option, Stream } from "effect"
import type { Client } from "../client/rpc/Client.ts"
import { promptByteLimit } from "../shared/Content.ts"
import { AgentName, ChatId, type TaskId } from "../shared/Ids.ts"
import { isOpenTask, listedInput, type Task } from "../shared/Task.ts"
import { isAlive, makeRepository, newChat, textOf, until } from "./support/Journey.ts"
import { clientOf, runServer, temporaryFolder } from "./support/RunningServer.ts"

const scripted = AgentName.make("scripted")
/** Echoes what it is typed, and makes a file on demand. */
const shell = AgentName.make("shell")

const world = Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const dataDir = join(folder, "data")
  mkdirSync(dataDir, { mode: 0o711 })
  writeFileSync(join(dataDir, "agents.json"), JSON.stringify({ agents: [
    { name: shell, command: "sh", protocol: "pty", args: ["-c", "read -r text; echo \"typed $text\"; case $text in *make*) echo made > made.txt;; *fail*) exit 3;; esac"] }
  ] }))
  const server = yield* runServer({ dataDir })
  const client = yield* clientOf(server)
  const path = makeRepository(folder)
  const project = yield* client["project.Add"]({ path })
  return { folder, dataDir, server, client, path, projectId: project.id }
})

/** Waits until a task is as wanted. */
const whenTask = Effect.fn("whenTask")(function*(client: Client, id: TaskId, is: (task: Task) => boolean) {
  const found = yield* client["task.Watch"]().pipe(
    Stream.map((tasks) => tasks.find((task) => task.id === id)), Stream.filter((task) => task !== undefined && is(task)), Stream.runHead, Effect.timeout("30 seconds"))
  const task = Option.getOrUndefined(found)
  assert(task !== undefined)
  return task
})
const ended = (client: Client, { id }: Task) => whenTask(client, id, (task) => !isOpenTask(task))
/** Its worktree is gone. */
const cleared = (client: Client, { id }: Task) => whenTask(client, id, (task) => task.worktree === null)

const worktreesIn = (dataDir: string) => existsSync(join(dataDir, "worktrees")) ? readdirSync(join(dataDir, "worktrees")) : []

it.live("a task without a chat runs once in a worktree of its own, which goes if it is clean and stays if it isn't", () => Effect.scoped(Effect.gen(function*() {
  const { client, dataDir, path, projectId } = yield* world
  const clean = yield* client["task.Create"]({ projectId, agent: scripted, input: "pid\nusage 5 7 0.01\nsay All is well." })
  assert.deepStrictEqual([clean.state, clean.path, clean.by], ["queued", "one-shot", "owner"])
  const done = yield* ended(client, clean)
  assert.strictEqual(done.state, "completed", done.detail ?? "")
  assert.match(done.summary ?? "", /All is well\.$/)
  assert.deepStrictEqual([done.inputTokens, done.outputTokens, done.usageSource], [5, 7, "measured"])
  yield* cleared(client, clean)
  assert.deepStrictEqual(worktreesIn(dataDir), [])
  assert.deepStrictEqual(yield* client["agent.Backends"](), [])
  const pid = Number(/pid (\d+)/.exec(done.summary ?? "")?.[1])
  assert.isFalse(isAlive(pid))

  const changed = yield* ended(client, yield* client["task.Create"]({ projectId, agent: scripted, input: "write made.txt by the task" }))
  assert.strictEqual(changed.state, "completed")
  assert.strictEqual(readFileSync(join(changed.worktree ?? "", "made.txt"), "utf8"), "by the task")
  assert.isFalse(existsSync(join(path, "made.txt")))
  assert.deepStrictEqual((yield* client["task.List"]()).map(({ id }) => id), [changed.id, clean.id])
})), 60_000)

it.live("what its agent asks is answered by rule", () => Effect.scoped(Effect.gen(function*() {
  const { client, path, projectId } = yield* world
  const answer = (autonomous: boolean) => Effect.gen(function*() {
    const task = yield* client["task.Create"]({ projectId, agent: scripted, input: "permission Delete everything", autonomous })
    return (yield* ended(client, task)).summary
  })
  assert.match((yield* answer(true)) ?? "", /allow_once/)
  const { id: chatId } = yield* newChat(client, path, scripted)
  const inChat = (order: object) => Effect.flatMap(client["task.Create"]({ chatId, input: "permission Delete everything", ...order }), (task) => ended(client, task))
  assert.match((yield* inChat({ autonomous: true })).summary ?? "", /allow_once/)
  const kept = yield* inChat({ settings: { permissions: "all" } })
  assert.deepStrictEqual([kept.settings, /allow_once/.test(kept.summary ?? "")], [{ permissions: "all" }, true])
  assert.match((yield* answer(false)) ?? "", /reject_once/)
})), 60_000)

it.live("a program without a protocol does tasks too, and prompts of a chat", () => Effect.scoped(Effect.gen(function*() {
  const { client, path, projectId } = yield* world
  const made = yield* ended(client, yield* client["task.Create"]({ projectId, agent: shell, input: "make it" }))
  assert.deepStrictEqual([made.state, made.path, made.summary], ["completed", "pty", "typed make it"])
  assert.strictEqual(readFileSync(join(made.worktree ?? "", "made.txt"), "utf8"), "made\n")
  const failed = yield* ended(client, yield* client["task.Create"]({ projectId, agent: shell, input: "fail" }))
  assert.deepStrictEqual([failed.state, failed.summary], ["failed", "typed fail"])
  assert.match(failed.detail ?? "", /exited with code 3/)
  const { id: chatId } = yield* newChat(client, path, shell)
  const inChat = yield* ended(client, yield* client["task.Create"]({ chatId, input: "hello" }))
  assert.deepStrictEqual([inChat.state, inChat.path, inChat.summary, inChat.worktree], ["completed", "pty", "typed hello", null])
})), 60_000)

it.live("a task in a chat is a prompt there, on its warm backend", () => Effect.scoped(Effect.gen(function*() {
  const { client, path } = yield* world
  const { id: chatId } = yield* newChat(client, path, scripted)
  const first = yield* client["task.Create"]({ chatId, input: "say first" })
  assert.strictEqual(first.path, "warm")
  yield* ended(client, first)
  const second = yield* ended(client, yield* client["task.Create"]({ chatId, input: "pid" }))
  assert.match(second.summary ?? "", /prompts 2/)
  const chat = yield* until(client, chatId, ({ turns }) => turns.length === 2)
  assert.deepStrictEqual(chat.turns.map((turn) => textOf(chat, turn).trim().split(" ")[0]), ["first", "pid"])
  // behind a running one, cancelled while it waits, then while it runs
  const running = yield* client["task.Create"]({ chatId, input: "stream 5000 every 10" })
  yield* whenTask(client, running.id, ({ state }) => state === "running")
  const waiting = yield* client["task.Create"]({ chatId, input: "say never" })
  assert.strictEqual((yield* client["task.Cancel"]({ taskId: waiting.id })).state, "cancelled")
  yield* client["task.Cancel"]({ taskId: running.id })
  const stopped = yield* ended(client, running)
  assert.deepStrictEqual([stopped.state, stopped.detail], ["cancelled", stopped.detail])
  assert.deepStrictEqual((yield* until(client, chatId, ({ turns }) => turns[2]?.outcome !== undefined)).turns.map(({ outcome }) => outcome), ["completed", "completed", "stopped"])
})), 60_000)

it.live("a cancelled task ends its agent; what has no place is refused; a running one of a killed server is failed", () => Effect.scoped(Effect.gen(function*() {
  const { client, dataDir, projectId, server } = yield* world
  const task = yield* client["task.Create"]({ projectId, agent: scripted, input: "hang" })
  yield* whenTask(client, task.id, ({ state }) => state === "running")
  const cancelled = yield* client["task.Cancel"]({ taskId: task.id })
  assert.deepStrictEqual([cancelled.state, cancelled.detail], ["cancelled", "Stopped by owner."])
  assert.strictEqual((yield* client["task.Cancel"]({ taskId: task.id })).endedAt, cancelled.endedAt)
  // whenever: also while their worktrees are being made
  for (let wait = 10; wait < 100; wait += 30) {
    const { id: taskId } = yield* client["task.Create"]({ projectId, agent: scripted, input: "hang" })
    yield* Effect.sleep(wait)
    yield* client["task.Cancel"]({ taskId })
  }
  assert.deepStrictEqual(worktreesIn(dataDir), [])
  const noPlace = yield* Effect.flip(client["task.Create"]({ agent: scripted, input: "x" }))
  assert.match(noPlace.message, /^A task needs a place/)
  const noChat = yield* Effect.flip(client["task.Create"]({ chatId: ChatId.make(crypto.randomUUID()), input: "x" }))
  assert.match(noChat.message, /^There is no chat/)

  const lost = yield* client["task.Create"]({ projectId, agent: scripted, input: "hang" })
  yield* whenTask(client, lost.id, ({ state }) => state === "running")
  // four run at a time: these wait, and are run by the next server
  const more = yield* Effect.forEach([1, 2, 3], () => client["task.Create"]({ projectId, agent: scripted, input: "hang" }))
  for (const { id } of more) yield* whenTask(client, id, ({ state }) => state === "running")
  const queued = yield* client["task.Create"]({ projectId, agent: scripted, input: "say after the restart" })
  assert.strictEqual((yield* client["task.Get"]({ taskId: queued.id })).state, "queued")
  yield* server.kill("SIGKILL")
  const next = yield* clientOf(yield* runServer({ dataDir }))
  const after = yield* next["task.Get"]({ taskId: lost.id })
  assert.deepStrictEqual([after.state, after.detail], ["failed", "The server was restarted while the agent was at work."])
  assert.strictEqual((yield* ended(next, queued)).summary, "after the restart")
  // nothing was done in any of them
  yield* Effect.gen(function*() { while (worktreesIn(dataDir).length > 0) yield* Effect.sleep("50 millis") }).pipe(Effect.timeout("10 seconds"))
})), 90_000)

it.live("inputs are bounded, cut in lists, and no more than 200 tasks are open", () => Effect.scoped(Effect.gen(function*() {
  const { client, projectId } = yield* world
  const order = (input: string) => client["task.Create"]({ projectId, agent: scripted, input })
  assert.match((yield* Effect.flip(order("x".repeat(promptByteLimit + 1)))).message, /at most/)
  const input = `hang\n${"x".repeat(5000)}`
  const long = yield* order(input)
  assert.strictEqual((yield* client["task.Get"]({ taskId: long.id })).input, input)
  assert.deepStrictEqual((yield* client["task.List"]()).map((task) => task.input), [input.slice(0, listedInput)])
  const tried = yield* Effect.forEach(Array.from({ length: 205 }), () => Effect.result(order("hang")), { concurrency: 20 })
  const refused = tried.flatMap((result) => result._tag === "Failure" ? [result.failure.message] : [])
  assert.deepStrictEqual([refused.length, new Set(refused).size], [6, 1])
  assert.match(refused[0] ?? "", /^200 tasks are queued or running/)
})), 60_000)
