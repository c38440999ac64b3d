/** A project's setup command: once in a new worktree, before the first turn works there; shown, stopped, and never a prompt lost. */
import { existsSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Chat } from "../shared/Chat.ts"
import { ask, isAlive, makeRepository, newChat, prompt, until } from "./support/Journey.ts"
import { clientOf, runServer, temporaryFolder } from "./support/RunningServer.ts"

const setupsOf = (chat: Chat) => chat.items.flatMap((item) => item._tag === "Tool" && item.call.toolCallId.startsWith("setup-") ? [item.call] : [])
const textsOf = (chat: Chat): string => JSON.stringify(setupsOf(chat).map(({ content }) => content))

it.live("runs once before the first turn, its output shown; one that fails says so and the turn goes on", () => Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const client = yield* clientOf(yield* runServer({ dataDir: join(folder, "data") }))
  const path = makeRepository(folder)
  const { id: projectId } = yield* client["project.Add"]({ path })
  yield* client["project.SetSetup"]({ projectId, command: `echo "half $BOOCODE_TOKEN" >&2; echo run >> ${folder}/runs; printf made > made.txt` })
  const first = yield* newChat(client, path, "scripted")
  const { chat, text } = yield* ask(client, first.id, "read made.txt")
  assert.include(text, "made")
  assert.deepStrictEqual(setupsOf(chat).map(({ status }) => status), ["completed"])
  assert.include(textsOf(chat), "half \\\\n".slice(0, 5))
  yield* ask(client, first.id, "say again")
  assert.strictEqual(readFileSync(`${folder}/runs`, "utf8"), "run\n")

  yield* client["project.SetSetup"]({ projectId, command: "echo no luck; exit 7" })
  const second = yield* newChat(client, path, "scripted")
  const failed = yield* ask(client, second.id, "say all the same")
  assert.strictEqual(failed.text, "all the same")
  assert.deepStrictEqual(setupsOf(failed.chat).map(({ status }) => status), ["failed"])
  assert.include(textsOf(failed.chat), "no luck")
  assert.include(textsOf(failed.chat), "code 7")
  // another command is another chance
  yield* client["project.SetSetup"]({ projectId, command: "echo lucky" })
  assert.deepStrictEqual(setupsOf((yield* ask(client, second.id, "say more")).chat).map(({ status }) => status), ["failed", "completed"])
}).pipe(Effect.scoped), 120_000)

it.live("is stopped with its turn, killed with its server, and run again", () => Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const server = yield* runServer({ dataDir: join(folder, "data") })
  const client = yield* clientOf(server)
  const path = makeRepository(folder)
  const { id: projectId } = yield* client["project.Add"]({ path })
  yield* client["project.SetSetup"]({ projectId, command: `echo $$ > ${folder}/pid; echo waiting; [ -e ${folder}/go ] || exec sleep 600` })
  const { id: chatId } = yield* newChat(client, path, "scripted")
  const pid = Effect.suspend(() => Effect.sleep("20 millis")).pipe(
    Effect.repeat({ until: () => existsSync(`${folder}/pid`) && readFileSync(`${folder}/pid`, "utf8").endsWith("\n") }),
    Effect.map(() => Number(readFileSync(`${folder}/pid`, "utf8"))), Effect.timeout("30 seconds"))
  const isGone = (one: number) => Effect.sleep("20 millis").pipe(Effect.repeat({ until: () => !isAlive(one) }), Effect.timeout("20 seconds"))
  yield* prompt(client, chatId, "say stopped")
  const first = yield* pid
  yield* until(client, chatId, (chat) => textsOf(chat).includes("waiting"))
  yield* client["chat.Stop"]({ chatId })
  const stopped = yield* until(client, chatId, (chat) => chat.turns[0]?.outcome !== undefined)
  assert.deepStrictEqual([stopped.turns[0]?.outcome, setupsOf(stopped)[0]?.status], ["stopped", "canceled"])
  yield* isGone(first)
  rmSync(`${folder}/pid`)
  yield* prompt(client, chatId, "say killed")
  const second = yield* pid
  yield* server.kill("SIGKILL")
  yield* isGone(second)
  rmSync(`${folder}/pid`)
  const after = yield* clientOf(yield* runServer({ dataDir: join(folder, "data") }))
  yield* prompt(after, chatId, "say third")
  const third = yield* pid
  assert.isTrue(isAlive(third))
  yield* after["chat.Stop"]({ chatId })
  yield* isGone(third)
}).pipe(Effect.scoped), 120_000)
