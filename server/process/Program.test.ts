import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, FileSystem } from "effect"
import { expandHome } from "./Environment.ts"
import { findProgram, runProgram } from "./Program.ts"

const env = { PATH: process.env["PATH"] }
const sh = (script: string, more: { readonly limit?: number; readonly deadline?: string } = {}) =>
  runProgram({ command: "sh", args: ["-c", script], env, deadline: "20 seconds", ...(more.limit === undefined ? {} : { limit: more.limit }) })

const temp = Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped({ prefix: "boocode-program-" }))

describe("a run", () => {
  it.live("gives code and both outputs", () => Effect.gen(function*() {
    assert.deepStrictEqual(yield* sh("printf out; printf err >&2; exit 3"), { code: 3, stdout: "out", stderr: "err", truncated: false })
  }).pipe(Effect.provide(NodeServices.layer)))

  it.live("loses no output of 100 short programs", () => Effect.gen(function*() {
    const outputs = yield* Effect.forEach(Array.from({ length: 100 }), () => sh("echo out; echo err >&2"), { concurrency: 8 })
    assert.isTrue(outputs.every(({ stdout, stderr }) => stdout === "out\n" && stderr === "err\n"))
  }).pipe(Effect.provide(NodeServices.layer)))

  it.live("has an output whole, though the program has ended before any of it is read", () => Effect.gen(function*() {
    const running = yield* Effect.forEach(Array.from({ length: 8 }), () => Effect.forkChild(sh("head -c 60000 /dev/zero; printf end"), { startImmediately: true }))
    Bun.sleepSync(300)
    for (const one of running) assert.strictEqual((yield* Fiber.join(one)).stdout.length, 60_003)
    const long = yield* sh("head -c 6000000 /dev/zero; printf end")
    assert.deepStrictEqual([long.stdout.length, long.truncated], [6_000_003, false])
  }).pipe(Effect.provide(NodeServices.layer)))

  it.live("keeps a bounded part of a flood", () => Effect.gen(function*() {
    const { code, stdout, truncated } = yield* sh("yes | head -c 1000000", { limit: 1000 })
    assert.deepStrictEqual([code, stdout.length, truncated], [0, 1000, true])
  }).pipe(Effect.provide(NodeServices.layer)))

  it.live("says which program ended by a signal", () => Effect.gen(function*() {
    assert.strictEqual((yield* sh("kill -9 $$")).code, null)
  }).pipe(Effect.provide(NodeServices.layer)))

  it.live("hears what a descendant says a moment after its end", () => Effect.gen(function*() {
    assert.strictEqual((yield* sh("(sleep 0.1; echo late) & echo first")).stdout, "first\nlate\n")
  }).pipe(Effect.provide(NodeServices.layer)))

  it.live("doesn't wait for a descendant that holds the pipe", () => Effect.gen(function*() {
    assert.strictEqual((yield* sh("sleep 60 & echo done")).stdout, "done\n")
  }).pipe(Effect.provide(NodeServices.layer)), 15_000)

  it.live("ends at its deadline with all its group", () => Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* temp
    const error = yield* Effect.flip(runProgram({
      command: "sh", args: ["-c", `trap '' TERM; sleep 300 & echo $! > ${folder}/pid; wait; wait`], env, deadline: "500 millis"
    }))
    assert.deepStrictEqual(error.reason, { _tag: "Deadline", command: "sh", seconds: 0.5 })
    const pid = (yield* fs.readFileString(`${folder}/pid`)).trim()
    const state = yield* Effect.orElseSucceed(fs.readFileString(`/proc/${pid}/stat`), () => "")
    assert.match(state, /^$|\) Z /)
  }).pipe(Effect.provide(NodeServices.layer)))

  it.live("says what is not there", () => Effect.gen(function*() {
    const error = yield* Effect.flip(runProgram({ command: "no-such-program", args: [], env, deadline: "5 seconds" }))
    assert.strictEqual(error.reason._tag, "NotFound")
  }).pipe(Effect.provide(NodeServices.layer)))
})

describe("looking for a program", () => {
  it.live("takes the first executable file on PATH, and skips folders, plain files and relative entries", () => Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* temp
    for (const name of ["a", "b", "c"]) yield* fs.makeDirectory(`${folder}/${name}`)
    yield* fs.makeDirectory(`${folder}/a/tool`)
    yield* fs.writeFileString(`${folder}/b/tool`, "no", { mode: 0o644 })
    yield* fs.writeFileString(`${folder}/c/tool`, "#!/bin/sh\n", { mode: 0o755 })
    const PATH = `:.:relative:${folder}/missing:${folder}/a:${folder}/b:${folder}/c/`
    assert.strictEqual(yield* findProgram("tool", { PATH }), `${folder}/c/tool`)
    assert.strictEqual(yield* findProgram(`${folder}/c/tool`, {}), `${folder}/c/tool`)
    assert.isUndefined(yield* findProgram(`${folder}/b/tool`, {}))
    assert.isUndefined(yield* findProgram("./tool", { PATH }))
    assert.isUndefined(yield* findProgram("tool", {}))
  }).pipe(Effect.provide(NodeServices.layer)))
})

it("a path's ~ is the server's user's home", () => {
  assert.deepStrictEqual(["~", "~/a b", "~other", "/x/~", ""].map((path) => expandHome(path, "/home/me/")),
    ["/home/me/", "/home/me/a b", "~other", "/x/~", ""])
})
