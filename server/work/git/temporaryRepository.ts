/** For tests: a folder that is gone afterwards, repositories in it, and git as a server without any user's settings runs it. */
import { NodeServices } from "@effect/platform-node"
import { Effect, FileSystem, Layer } from "effect"
import { Environment } from "../../process/Environment.ts"
import { runProgram } from "../../process/Program.ts"
import { Git } from "./Git.ts"

const identity = { GIT_AUTHOR_NAME: "t", GIT_AUTHOR_EMAIL: "t@t", GIT_COMMITTER_NAME: "t", GIT_COMMITTER_EMAIL: "t@t" }

export const testEnvironment = { PATH: process.env["PATH"], HOME: "/nonexistent", GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null", ...identity }

export const testGit = Git.layer.pipe(Layer.provideMerge(NodeServices.layer), Layer.provide(Layer.succeed(Environment, testEnvironment)))

/** Symlinks resolved. */
export const temporaryFolder = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  return yield* fs.realPath(yield* fs.makeTempDirectoryScoped({ prefix: "boocode-work-" }))
})

export const rawGit = Effect.fnUntraced(function*(cwd: string, ...args: ReadonlyArray<string>) {
  const { code, stderr, stdout } = yield* runProgram({ command: "git", args, cwd, env: testEnvironment, deadline: "30 seconds" })
  if (code !== 0) return yield* Effect.die(new Error(`git ${args.join(" ")}: ${stderr}`))
  return stdout
})

/** A repository with one commit of the given files. */
export const makeRepository = Effect.fnUntraced(function*(path: string, files: Readonly<Record<string, string>> = { "a.txt": "one\n" }, hashes: "sha1" | "sha256" = "sha1") {
  const fs = yield* FileSystem.FileSystem
  yield* fs.makeDirectory(path, { recursive: true })
  yield* rawGit(path, "init", "-q", "-b", "main", `--object-format=${hashes}`)
  for (const [name, content] of Object.entries(files)) yield* fs.writeFileString(`${path}/${name}`, content)
  yield* rawGit(path, "add", "-A")
  yield* rawGit(path, "commit", "-q", "--allow-empty", "-m", "first")
  return path
})
