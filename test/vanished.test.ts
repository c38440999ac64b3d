/** A worktree that vanishes under a warm agent: its next turn works in the one that was brought back, with the session as it was. */
import { readFileSync, readlinkSync, rmSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { ask, makeRepository, newChat } from "./support/Journey.ts"
import { clientOf, runServer, temporaryFolder } from "./support/RunningServer.ts"

it.live("an agent works on in the worktree that was brought back, started anew", () => Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const client = yield* clientOf(yield* runServer({ dataDir: join(folder, "data") }))
  const chat = yield* newChat(client, makeRepository(folder), "scripted")
  const placeOf = Effect.map(ask(client, chat.id, "pid"), ({ text }) => {
    const pid = /\d+/.exec(text)?.[0] ?? ""
    return { pid, cwd: readlinkSync(`/proc/${pid}/cwd`) }
  })
  yield* ask(client, chat.id, "write kept.txt kept")
  const first = yield* placeOf
  assert.strictEqual(readFileSync(`${first.cwd}/kept.txt`, "utf8").trim(), "kept")
  yield* client["change.Look"]({ sessionId: chat.sessionId })
  rmSync(first.cwd, { recursive: true })
  const second = yield* placeOf
  assert.strictEqual(second.cwd, first.cwd)
  assert.notStrictEqual(second.pid, first.pid)
  assert.strictEqual(readFileSync(`${second.cwd}/kept.txt`, "utf8").trim(), "kept")
  assert.deepStrictEqual(yield* placeOf, second)
}).pipe(Effect.scoped), 90_000)
