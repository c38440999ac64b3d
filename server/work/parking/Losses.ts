/**
 * What a worktree holds that goes with it, counted and named as a person is asked before it goes. Looks, and changes nothing
 * but the list of pending changes, which is told anew.
 */
import { Effect } from "effect"
import type { PendingChange } from "../../../shared/Change.ts"
import type { Counted, SessionLosses } from "../../../shared/Guard.ts"
import { mendText, toOneLine } from "../../../shared/Text.ts"
import type { Project, Worktree } from "../../../shared/Session.ts"
import { Environment } from "../../process/Environment.ts"
import { runProgram } from "../../process/Program.ts"
import { ChangePort } from "../change/ChangePort.ts"
import { Git } from "../git/Git.ts"
import { heldByProject } from "./HeldByProject.ts"
import { extrasOf } from "./Ignored.ts"
import { ownCommits } from "./LostCommits.ts"
import { nestedWork } from "./Nested.ts"
import { Worktrees } from "../worktree/Worktrees.ts"
import { splitNul, textOfPath } from "../git/PathText.ts"

const what = "look at the worktree"
const named = 12
const diskLimit = "4 seconds"

export const countedOf = (names: ReadonlyArray<string>): Counted => ({ count: names.length, names: names.slice(0, named).map((name) => toOneLine(mendText(name))) })
const none: Counted = { count: 0, names: [] }

export const noLosses: SessionLosses = {
  worktree: null, running: 0, unapplied: none, uncommitted: none, untracked: none, ignored: none, left: none, commits: none, nested: none, bytes: 0, vanished: null
}

/** As `git status --porcelain -z` lists them, file by file but for ignored folders, which can hold very many; a rename names its old path in a field of its own. */
const statusOf = (out: Buffer) => {
  const found = { uncommitted: new Array<string>(), untracked: new Array<string>(), ignored: new Array<string>() }
  const fields = splitNul(out).values()
  for (const field of fields) {
    const sign = field.toString("latin1", 0, 2), path = textOfPath(field.subarray(3))
    if (/[RC]/.test(sign)) fields.next()
    found[sign === "??" ? "untracked" : sign === "!!" ? "ignored" : "uncommitted"].push(path)
  }
  return found
}

/** On disk, as `du` counts them; null where it takes too long. */
const bytesOf = Effect.fnUntraced(function*(path: string) {
  const { PATH } = yield* Environment
  const said = yield* runProgram({ command: "du", args: ["-sk", path], env: { PATH, LC_ALL: "C" }, deadline: diskLimit }).pipe(Effect.option)
  const kilobytes = said._tag === "Some" ? /^\d+/.exec(said.value.stdout)?.[0] : undefined
  return kilobytes === undefined ? null : Number(kilobytes) * 1024
})

const unappliedOf = (live: ReadonlyArray<PendingChange>): Counted => countedOf(live.filter(({ state }) => state !== "applied" && state !== "rejected").map((one) => one.path))

/** Where it could not be looked at, `isLooked` is false: what the list says of it may be old, and nothing counts as the project's. */
export const lossesOf = Effect.fn("Losses.lossesOf")(function*(project: Project, worktree: Worktree, isLooked = true) {
  const git = yield* Git
  const { path } = worktree
  const [status, { hidden, left }, commits, nested, ledger, bytes] = yield* Effect.all([
    git.bytes(path, { what, args: ["status", "--porcelain", "-z", "--ignored=matching", "--untracked-files=all", "--ignore-submodules=dirty"] }),
    extrasOf(git, path), ownCommits(git, worktree), nestedWork(git, worktree),
    Effect.flatMap(ChangePort, ({ load }) => load(worktree.id)), bytesOf(path)
  ], { concurrency: 3 })
  const { ignored, ...found } = statusOf(status)
  const { live, settled } = ledger
  const standing = new Set(live.flatMap(({ oldPath, path }) => oldPath === null ? [path] : [path, oldPath]))
  const decided = !isLooked ? [] : [...found.uncommitted, ...found.untracked].filter((path) => !standing.has(path) && settled.has(path))
  const held = yield* Effect.catch(heldByProject(project, worktree, ledger, decided), ({ message }) =>
    Effect.as(Effect.logWarning(`What ${project.path} has of a session's work can't be told; all of it counts as the session's.`, message), new Set<string>()))
  const isOnlyHere = (path: string) => !held.has(path)
  const uncommitted = found.uncommitted.filter(isOnlyHere), untracked = found.untracked.filter(isOnlyHere)
  const losses: SessionLosses = {
    worktree: path, running: 0, unapplied: unappliedOf(live),
    uncommitted: countedOf(uncommitted), untracked: countedOf(untracked.filter((one) => !nested.includes(one.replace(/\/$/, "")))),
    ignored: countedOf([...ignored, ...hidden.map(textOfPath)]), left: countedOf(left.map((one) => one.path)), commits: countedOf(commits), nested: countedOf(nested), bytes, vanished: null
  }
  return losses
})

/** Of one whose folder is gone: what its last checkpoint and its branch hold. What the project has of it counts too: to be asked once too often loses nothing. */
export const lossesOfVanished = Effect.fn("Losses.lossesOfVanished")(function*(worktree: Worktree, project: Project) {
  const git = yield* Git
  const { branch, path } = worktree
  const ahead = yield* (yield* Worktrees).ahead(worktree, project)
  const { live } = yield* Effect.flatMap(ChangePort, ({ load }) => load(worktree.id))
  const lines = (...args: ReadonlyArray<string>) => Effect.map(git.attempt(project.path, { what, args }), ({ code, stdout }) => code === 0 ? stdout.split("\n").filter((line) => line !== "") : [])
  const head = ahead?.head ?? `refs/heads/${branch}`
  const uncommitted = ahead === undefined ? [] : yield* lines("diff-tree", "-r", "--name-only", "--no-renames", head, ahead.tree)
  const commits = yield* lines("log", "-n", "1000", "--format=%h %s", head, "--not", `--exclude=${branch}`, "--branches", "--tags", "--remotes", "--")
  const losses: SessionLosses = {
    ...noLosses, worktree: path, unapplied: unappliedOf(live), uncommitted: countedOf(uncommitted), commits: countedOf(commits),
    vanished: { keptAt: ahead?.takenAt ?? null }
  }
  return losses
})
