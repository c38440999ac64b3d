/**
 * What is remembered of worktrees, held against what git and the disk say: at boot, when both may have changed without us. A
 * worktree that somebody moved is found again, one whose repository moved is linked again, and nothing is ever removed.
 */
import { Effect, FileSystem } from "effect"
import type { Project, Worktree } from "../../../shared/Session.ts"
import { Git } from "../git/Git.ts"
import { splitNul } from "../git/PathText.ts"
import type { WorkError } from "../../../shared/WorkError.ts"
import { WorktreePort } from "./WorktreePort.ts"

export interface KnownWorktree { readonly project: Project; readonly worktree: Worktree }

export interface Findings {
  readonly whole: ReadonlyArray<Worktree>
  /** Its folder is gone; the next prompt makes it again from its branch. */
  readonly vanished: ReadonlyArray<Worktree>
  /** It was elsewhere, and its row says so now. */
  readonly moved: ReadonlyArray<Worktree>
  /** There, but git knows nothing of it and could not be told. */
  readonly unlinked: ReadonlyArray<Worktree>
  /** Folders among ours that git lists and nobody remembers. */
  readonly strangers: ReadonlyArray<string>
  /** Projects that could not be asked, each with the sentence why. */
  readonly unreachable: ReadonlyArray<{ readonly project: Project; readonly detail: string }>
}

interface Listed { readonly path: string; readonly branch: string | undefined }

/** As `git worktree list --porcelain -z` lists them: an empty field ends each. */
const listedOf = (out: Buffer): ReadonlyArray<Listed> => {
  const listed: Array<{ path: string; branch: string | undefined }> = []
  for (const field of splitNul(out).map((bytes) => bytes.toString("utf8"))) {
    if (field.startsWith("worktree ")) listed.push({ path: field.slice("worktree ".length), branch: undefined })
    const last = listed.at(-1)
    if (field.startsWith("branch refs/heads/") && last !== undefined) last.branch = field.slice("branch refs/heads/".length)
  }
  return listed
}

const what = "list the project's worktrees"
const nothing: Findings = { whole: [], vanished: [], moved: [], unlinked: [], strangers: [], unreachable: [] }

const merged = (all: ReadonlyArray<Findings>): Findings => ({
  whole: all.flatMap(({ whole }) => whole), vanished: all.flatMap(({ vanished }) => vanished), moved: all.flatMap(({ moved }) => moved),
  unlinked: all.flatMap(({ unlinked }) => unlinked), strangers: all.flatMap(({ strangers }) => strangers), unreachable: all.flatMap(({ unreachable }) => unreachable)
})

/** `root` is the folder that all worktrees are in. */
export const makeReconcile = Effect.fnUntraced(function*(root: string) {
  const fs = yield* FileSystem.FileSystem
  const git = yield* Git
  const port = yield* WorktreePort
  const isThere = (path: string) => Effect.orElseSucceed(fs.exists(path), () => false)
  const isLinked = (path: string) => Effect.map(git.attempt(path, { what, args: ["rev-parse", "--show-toplevel"] }), ({ code }) => code === 0).pipe(
    Effect.catchIf(({ reason }) => reason._tag === "ForeignGit", () => Effect.succeed(false)))

  const list = (project: Project) => Effect.map(git.bytes(project.path, { what, args: ["worktree", "list", "--porcelain", "-z"] }), listedOf)

  const judge = Effect.fnUntraced(function*(worktree: Worktree, project: Project, listed: ReadonlyArray<Listed>): Effect.fn.Return<Findings, WorkError> {
    if (yield* isThere(worktree.path)) {
      // a repository that was moved has lost its worktrees, and they have lost it
      if (!(yield* isLinked(worktree.path))) yield* git.attempt(project.path, { what, args: ["worktree", "repair", worktree.path] })
      return { ...nothing, [(yield* isLinked(worktree.path)) ? "whole" : "unlinked"]: [worktree] }
    }
    const elsewhere = listed.find(({ branch, path }) => branch === worktree.branch && path !== worktree.path && path !== project.path)
    if (elsewhere === undefined || !(yield* isThere(elsewhere.path))) return { ...nothing, vanished: [worktree] }
    const moved = { ...worktree, path: elsewhere.path }
    return { ...nothing, moved: [yield* Effect.as(port.save(moved), moved)] }
  })

  const ofProject = (project: Project, worktrees: ReadonlyArray<Worktree>, remembered: ReadonlySet<string>) => Effect.gen(function*() {
    const listed = yield* list(project)
    const judged = yield* Effect.forEach(worktrees, (worktree) => judge(worktree, project, listed))
    const found = new Set(judged.flatMap(({ moved }) => moved).map(({ path }) => path))
    const strangers = listed.map(({ path }) => path).filter((path) => path.startsWith(`${root}/`) && !remembered.has(path) && !found.has(path))
    return merged([...judged, { ...nothing, strangers }])
  }).pipe(Effect.catch(({ message }) => Effect.succeed<Findings>({ ...nothing, unreachable: [{ project, detail: message }] })))

  return Effect.fn("Worktrees.reconcile")(function*(known: ReadonlyArray<KnownWorktree>) {
    const living = known.filter(({ worktree }) => worktree.state === "ready" || worktree.state === "creating")
    const remembered = new Set(known.map(({ worktree }) => worktree.path))
    const projects = new Map(living.map(({ project }) => [project.id, project]))
    return merged(yield* Effect.forEach(projects.values(), (project) =>
      ofProject(project, living.filter(({ worktree }) => worktree.projectId === project.id).map(({ worktree }) => worktree), remembered), { concurrency: 4 }))
  })
})
