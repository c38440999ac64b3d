/**
 * git, as a child process with a deadline and an environment of its own: no variable points it at another repository,
 * nothing is asked of a person, no hook, monitor or maintenance starts. What is done with it belongs to others.
 */
import { Cause, Context, Duration, Effect, FileSystem, Layer, type PlatformError, Stream } from "effect"
import { ChildProcessSpawner } from "effect/process"
import type { ChildRefused } from "../../process/Child.ts"
import { Environment, type Variables } from "../../process/Environment.ts"
import { type ProgramError, runProgram } from "../../process/Program.ts"
import { type GitBytes, runGitPipe } from "./GitPipe.ts"
import { gitRefusal } from "./GitRefusal.ts"
import { ownGitFolder } from "./OwnGitFolder.ts"
import { streamGit } from "./GitStream.ts"
import { WorkError, type WorkReason } from "../../../shared/WorkError.ts"

export interface GitCall {
  /** Completes "git could not …". */
  readonly what: string
  readonly args: ReadonlyArray<string>
  readonly deadline?: Duration.Input
}

/** For what takes or gives paths and content: those are bytes. */
export interface GitBytesCall extends GitCall {
  readonly input?: Uint8Array
  /** The index to work on in the stead of the checkout's own. */
  readonly index?: string
}

/** Read while it comes. */
export interface GitStreamCall extends Omit<GitCall, "deadline"> {
  /** Codes other than 0 that are answers. */
  readonly quiet?: ReadonlyArray<number>
}

export interface GitResult { readonly code: number | null; readonly stdout: string; readonly stderr: string }

// how git is set up for this user; every other GIT_… variable says which repository, and that is ours to say
const kept = /^GIT_(SSH|SSH_COMMAND|SSL_.*|HTTP_.*|CONFIG_GLOBAL|CONFIG_SYSTEM|CONFIG_NOSYSTEM|EXEC_PATH|TEMPLATE_DIR|AUTHOR_.*|COMMITTER_.*)$/

/** What git gets of the server's environment. Its messages are read, so they come untranslated. */
export const gitEnvironment = (server: Variables): Variables => ({
  ...Object.fromEntries(Object.entries(server).filter(([name]) => !name.startsWith("BOOCODE_") && (!name.startsWith("GIT_") || kept.test(name)))),
  LC_ALL: "C", LANGUAGE: undefined, GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0", GIT_ASKPASS: "true", SSH_ASKPASS: "true"
})

const settings = [
  "core.fsmonitor=false", "core.hooksPath=/dev/null", "core.quotePath=false", "gc.auto=0", "maintenance.auto=false",
  "advice.detachedHead=false", "color.ui=false"
].flatMap((setting) => ["-c", setting])

/** An index of ours is a plain file that only we write. */
const warmSettings = ["core.splitIndex=false", "core.untrackedCache=false", "index.sparse=false", "core.preloadIndex=true"].flatMap((setting) => ["-c", setting])

const questionDeadline = Duration.seconds(20)
/** What reads or writes a whole tree takes longer than a question. */
const bytesDeadline = Duration.minutes(5)

const fail = (reason: WorkReason) => new WorkError({ reason })

const runError = (what: string) => ({ reason }: ProgramError): WorkError => {
  switch (reason._tag) {
    case "NotFound": return fail({ _tag: "GitMissing" })
    case "NotStarted": return fail({ _tag: "GitFailed", what, detail: reason.detail })
    case "Deadline": return fail({ _tag: "Deadline", what, seconds: reason.seconds })
  }
}

const pipeError = (what: string) => ({ message, reason }: PlatformError.PlatformError): WorkError =>
  fail(reason._tag === "NotFound" ? { _tag: "GitMissing" } : { _tag: "GitFailed", what, detail: message })

const childError = (what: string) => ({ detail, why }: ChildRefused): WorkError => fail(why === "NotFound" ? { _tag: "GitMissing" } : { _tag: "GitFailed", what, detail })

/** git ends a path with one newline; the path may have its own. */
const line = (stdout: string): string => stdout.endsWith("\n") ? stdout.slice(0, -1) : stdout

const make = Effect.fnUntraced(function*(dataDir: string | undefined) {
  const fs = yield* FileSystem.FileSystem
  const spawner = yield* ChildProcessSpawner.ChildProcessSpawner
  const environment = gitEnvironment(yield* Environment)
  // there when the first worktree is
  const root = dataDir === undefined ? Effect.succeed(undefined) : yield* Effect.cached(
    Effect.map(Effect.orElseSucceed(fs.realPath(dataDir), () => dataDir), (path) => `${path}/worktrees`))

  /** The environment in which git works in a directory that is there. */
  const enter = Effect.fnUntraced(function*(directory: string) {
    const isDirectory = yield* fs.stat(directory).pipe(Effect.map(({ type }) => type === "Directory"), Effect.orElseSucceed(() => false))
    if (!isDirectory) return yield* fail({ _tag: "NotADirectory", path: directory })
    const worktrees = yield* root
    const env: Variables = worktrees === undefined ? environment : { ...environment, ...yield* ownGitFolder(worktrees, directory) }
    return env
  })

  /** A folder that went between the look at it and the start of git is told by the system as a program that is missing. */
  const unlessGone = (directory: string) => <A, R>(effect: Effect.Effect<A, WorkError, R>) => Effect.catchIf(effect, ({ reason }) => reason._tag === "GitMissing" || reason._tag === "GitFailed",
    (error) => Effect.andThen(enter(directory), Effect.fail(error)))

  const attempt = Effect.fn("Git.attempt")(function*(directory: string, { args, deadline = questionDeadline, what }: GitCall) {
    const env = yield* enter(directory)
    const result: GitResult = yield* runProgram({ command: "git", args: [...settings, ...args], cwd: directory, env, deadline }).pipe(
      Effect.mapError(runError(what)), unlessGone(directory))
    return result
  })

  const run = Effect.fn("Git.run")(function*(directory: string, call: GitCall) {
    const { code, stderr, stdout } = yield* attempt(directory, call)
    return code === 0 ? stdout : yield* fail(gitRefusal(stderr, call.what, directory))
  })

  const attemptBytes = Effect.fn("Git.attemptBytes")(function*(directory: string, { args, deadline = bytesDeadline, index, input, what }: GitBytesCall) {
    const env = yield* enter(directory)
    return yield* runGitPipe({
      args: [...settings, ...(index === undefined ? [] : warmSettings), ...args], cwd: directory, env: index === undefined ? env : { ...env, GIT_INDEX_FILE: index },
      ...(input === undefined ? {} : { input })
    }).pipe(
      Effect.mapError(childError(what)), unlessGone(directory), Effect.timeout(deadline),
      Effect.catchIf(Cause.isTimeoutError, () => fail({ _tag: "Deadline", what, seconds: Duration.toSeconds(deadline) })))
  })

  const bytes = Effect.fn("Git.bytes")(function*(directory: string, call: GitBytesCall) {
    const { code, stderr, stdout } = yield* attemptBytes(directory, call)
    return code === 0 ? stdout : yield* fail(gitRefusal(stderr, call.what, directory))
  })

  const stream = (directory: string, { args, quiet, what }: GitStreamCall) => Stream.unwrap(Effect.map(enter(directory), (env) =>
    streamGit({ args: [...settings, ...args], cwd: directory, env, ...(quiet === undefined ? {} : { quiet }) }, (stderr) => fail(gitRefusal(stderr, what, directory))).pipe(
      Stream.provideService(ChildProcessSpawner.ChildProcessSpawner, spawner),
      Stream.mapError((error) => error._tag === "WorkError" ? error : pipeError(what)(error)))))

  const version = Effect.fn("Git.version")(function*() {
    const said = yield* run("/", { what: "say its version", args: ["--version"] })
    return /\d+(\.\d+)+/.exec(said)?.[0] ?? said.trim()
  })

  const toplevel = Effect.fn("Git.toplevel")(function*(path: string) {
    const { code, stderr, stdout } = yield* attempt(path, { what: "find the repository", args: ["rev-parse", "--is-bare-repository", "--show-toplevel"] })
    const [bare = "", ...rest] = stdout.split("\n")
    if (code === 0 && rest.join("\n") !== "") return line(rest.join("\n"))
    const reason = gitRefusal(stderr, "find the repository", path)
    return yield* fail(reason._tag === "NoCheckout" ? { ...reason, bare: bare === "true" } : reason)
  })

  const head = Effect.fn("Git.head")(function*(path: string) {
    const { code, stderr, stdout } = yield* attempt(path, { what: "read the last commit", args: ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"] })
    if (code === 0) return line(stdout)
    return yield* fail(stderr.trim() === "" ? { _tag: "NoCommit", path } : gitRefusal(stderr, "read the last commit", path))
  })

  const commit = Effect.fn("Git.commit")(function*(path: string, base: string) {
    const { code, stdout } = yield* attempt(path, { what: "find the base", args: ["rev-parse", "--verify", "--quiet", "--end-of-options", `${base}^{commit}`] })
    return code === 0 ? line(stdout) : yield* fail({ _tag: "UnknownBase", base })
  })

  return Git.of({ attempt, run, attemptBytes, bytes, stream, version: version(), toplevel, head, commit })
})

export class Git extends Context.Service<Git, {
  /** A call whose non-zero code is an answer. */
  readonly attempt: (directory: string, call: GitCall) => Effect.Effect<GitResult, WorkError>
  /** What git wrote to its output. */
  readonly run: (directory: string, call: GitCall) => Effect.Effect<string, WorkError>
  /** As `attempt` and `run`, for paths and content. */
  readonly attemptBytes: (directory: string, call: GitBytesCall) => Effect.Effect<GitBytes, WorkError>
  readonly bytes: (directory: string, call: GitBytesCall) => Effect.Effect<Buffer, WorkError>
  /** git's output as it comes, for what is long. Whoever stops reading ends git; how long it may take is the reader's business. */
  readonly stream: (directory: string, call: GitStreamCall) => Stream.Stream<Uint8Array, WorkError>
  /** As `2.39.5`. */
  readonly version: Effect.Effect<string, WorkError>
  /** The top folder of the checkout that `path` lies in, symlinks resolved. */
  readonly toplevel: (path: string) => Effect.Effect<string, WorkError>
  /** The commit of HEAD. */
  readonly head: (path: string) => Effect.Effect<string, WorkError>
  /** The commit that a branch, a tag or a commit's name means. */
  readonly commit: (path: string, base: string) => Effect.Effect<string, WorkError>
}>()("boocode/work/Git") {
  static readonly layer = Layer.effect(Git, make(undefined))
  /** In the worktrees of this data directory git believes nothing that lies in them of which repository they are. */
  static readonly layerGuarding = (dataDir: string) => Layer.effect(Git, make(dataDir))
}
