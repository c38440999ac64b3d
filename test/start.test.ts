/** The first command of the README, as a script of this checkout: what it prints where, and who gets its signals. */
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { once } from "node:events"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { temporaryFolder } from "./support/RunningServer.ts"

const start = join(import.meta.dirname, "../scripts/start.sh")

const npmPath = `/checkout/node_modules/.bin:/npm/lib/node-gyp-bin:${process.env["PATH"]}`

it.live("becomes the server: one line on stdout, signals reach it, npm's own PATH is gone", () => Effect.gen(function*() {
  const dataDir = yield* temporaryFolder
  const child = yield* Effect.acquireRelease(
    Effect.sync(() => spawn("sh", [start, "serve", "--port", "0", "--data-dir", dataDir], {
      stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, PATH: npmPath }
    })),
    (running) => Effect.sync(() => { running.kill("SIGKILL") }))
  const exited = once(child, "exit")
  let stdout = "", stderr = ""
  child.stderr.on("data", (chunk: Buffer) => { stderr += chunk.toString() })
  yield* Effect.callback<void>((resume) => {
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString()
      if (stdout.includes("\n")) resume(Effect.void)
    })
    child.once("exit", () => resume(Effect.void))
  })
  assert.match(stdout, /^boocode ready http:\/\/127\.0\.0\.1:\d+\/\?token=\S+\n$/, stderr)
  assert.include(readFileSync(`/proc/${child.pid}/cmdline`, "utf8").split("\0"), "serve")
  assert.include(readFileSync(`/proc/${child.pid}/cmdline`, "utf8"), "server/main.")
  assert.notInclude(readFileSync(`/proc/${child.pid}/environ`, "utf8"), "node-gyp-bin")
  child.kill("SIGTERM")
  yield* Effect.promise(() => exited)
  assert.strictEqual(stdout.trim().split("\n").length, 1)
}), 60_000)
