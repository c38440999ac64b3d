/** For tests: what may have been done in a worktree before its time comes, what it then holds, and what of that is nowhere any more. */
import { createHash } from "node:crypto"
import { appendFileSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs"
import type { WorktreeId } from "../../shared/Ids.ts"
import { parkedRef } from "../work/parking/ParkedNote.ts"
import { changeSomething, type Random } from "../work/git/randomFiles.ts"
import { testEnvironment } from "../work/git/temporaryRepository.ts"

interface Stage {
  readonly path: string
  readonly project: string
  readonly random: Random
  /** Lets somebody be at work in it. */
  readonly occupy: (path: string) => void
}

const git = (path: string, ...args: ReadonlyArray<string>): string => Bun.spawnSync(["git", "-C", path, ...args], { env: { ...testEnvironment } }).stdout.toString().trim()
const unique = (random: Random) => `${random(1_000_000_000)}\n`

const commit = ({ path, random }: Stage) => {
  appendFileSync(`${path}/a.txt`, unique(random))
  git(path, "add", "a.txt")
  git(path, "commit", "-q", "-m", `one ${random(1000)}`, "--", "a.txt")
}
const unseen = ({ path, random }: Stage, how: string) => {
  git(path, "update-index", how, "b.txt")
  writeFileSync(`${path}/b.txt`, unique(random))
}
/** Two commits that don't go together; the first. */
const apart = (stage: Stage) => {
  commit(stage)
  const first = git(stage.path, "rev-parse", "HEAD")
  git(stage.path, "checkout", "-q", "--detach", "HEAD~1")
  commit(stage)
  return first
}
const repositoryAt = (top: string) => {
  mkdirSync(top, { recursive: true })
  git(top, "init", "-q")
  git(top, "commit", "-q", "--allow-empty", "-m", "its own")
}
const stage = ({ path, random }: Stage) => {
  writeFileSync(`${path}/staged.txt`, unique(random))
  git(path, "add", "staged.txt")
}

/** Where git refuses, as after some others, the worktree stays as it is. */
export const acts: Readonly<Record<string, (stage: Stage) => void>> = {
  nothing: () => undefined,
  "random files": ({ path, random }) => { for (let at = 0; at < 12; at++) changeSomething(path, random) },
  "a commit": commit,
  "a commit reset away": (of) => { commit(of); git(of.path, "reset", "-q", "--keep", "HEAD~1") },
  "an amended commit": (of) => { commit(of); git(of.path, "commit", "-q", "--amend", "-m", unique(of.random)) },
  "a detached HEAD": (of) => { git(of.path, "checkout", "-q", "--detach"); commit(of) },
  "another branch": (of) => { commit(of); git(of.path, "checkout", "-q", "-b", `side-${of.random(1_000_000)}`, "HEAD~1") },
  "a commit that is merged": (of) => { commit(of); git(of.project, "branch", `merged-${of.random(1_000_000)}`, git(of.path, "rev-parse", "HEAD")) },
  "a ref of its own": (of) => { commit(of); git(of.path, "update-ref", "refs/worktree/mine", "HEAD"); git(of.path, "reset", "-q", "--keep", "HEAD~1") },
  "staged, and more": (of) => { stage(of); appendFileSync(`${of.path}/staged.txt`, "more\n") },
  "staged, and taken out": (of) => { stage(of); git(of.path, "rm", "-q", "--cached", "a.txt") },
  "ignored files": ({ path, random }) => {
    writeFileSync(`${path}/.env`, unique(random))
    mkdirSync(`${path}/out/deep`, { recursive: true })
    writeFileSync(`${path}/out/deep/x`, unique(random))
  },
  "assumed unchanged": (of) => { unseen(of, "--assume-unchanged") },
  "not to be looked at": (of) => { unseen(of, "--skip-worktree") },
  "a merge with a conflict": (of) => { git(of.path, "merge", "-q", apart(of)) },
  "a rebase that stopped": (of) => {
    const onto = apart(of)
    appendFileSync(`${of.path}/b.txt`, unique(of.random))
    git(of.path, "rebase", "-q", "--autostash", onto)
  },
  "a repository in it": ({ path }) => { repositoryAt(`${path}/nested`) },
  "an ignored repository in it": ({ path }) => { repositoryAt(`${path}/out/nested`) },
  busy: ({ occupy, path }) => { occupy(path) }
}

/** What is never taken away. */
export const keeps: ReadonlySet<string> = new Set(["a repository in it", "an ignored repository in it", "busy"])

export interface Held {
  readonly id: WorktreeId
  readonly head: string
  /** `mode hash path`, as git would have them; paths in latin1. */
  readonly files: ReadonlyArray<string>
  readonly objects: ReadonlyArray<string>
}

const hashOf = (bytes: Uint8Array) => createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex")

const filesIn = (top: Buffer, below = Buffer.alloc(0)): ReadonlyArray<string> => readdirSync(Buffer.concat([top, below]), { encoding: "buffer" }).flatMap((name) => {
  const path = Buffer.concat([below, name]), whole = Buffer.concat([top, path])
  if (path.toString() === ".git") return []
  const found = lstatSync(whole)
  if (found.isDirectory()) return filesIn(top, Buffer.concat([path, Buffer.from("/")]))
  const bytes = found.isSymbolicLink() ? readlinkSync(whole, { encoding: "buffer" }) : readFileSync(whole)
  return [`${found.isSymbolicLink() ? "120000" : (found.mode & 0o100) === 0 ? "100644" : "100755"} ${hashOf(bytes)} ${path.toString("latin1")}`]
})

const autostashOf = (path: string): ReadonlyArray<string> => {
  const file = `${git(path, "rev-parse", "--absolute-git-dir")}/rebase-merge/autostash`
  return existsSync(file) ? [readFileSync(file, "utf8").trim()] : []
}

/** Of files, what is staged, and everywhere that its branches have been. */
export const heldBy = ({ branch, id, path }: { readonly id: WorktreeId; readonly branch: string; readonly path: string }): Held => {
  const lines = (...args: ReadonlyArray<string>) => git(path, ...args).split("\n").filter((line) => line !== "")
  return {
    id, head: git(path, "rev-parse", "HEAD"), files: filesIn(Buffer.from(`${path}/`)),
    objects: [...new Set([
      ...lines("ls-files", "-s").map((line) => line.split(" ")[1] ?? ""), ...autostashOf(path), ...lines("log", "-g", "--format=%H", "HEAD", "--"),
      ...lines("log", "-g", "--format=%H", branch, "--"), ...lines("for-each-ref", "--format=%(objectname)", "refs/worktree")])]
  }
}

/** Of what a worktree held that is gone, what is neither in the project nor where it was in what was parked. */
export const missingOf = (project: string, { files, head, id, objects }: Held): ReadonlyArray<string> => {
  const ls = (commitish: string) => Bun.spawnSync(["git", "-C", project, "ls-tree", "-r", "-z", commitish], { env: { ...testEnvironment } })
  const parked = ls(parkedRef(id))
  const listed = (parked.exitCode === 0 ? parked : ls(head)).stdout.toString("latin1").split("\0").map((line) => line.replace(/^(\d+) \w+ (\w+)\t/, "$1 $2 "))
  const tree = new Set(listed)
  const asked = Bun.spawnSync(["git", "-C", project, "cat-file", "--batch-check"], { stdin: Buffer.from(objects.map((one) => `${one}\n`).join("")), env: { ...testEnvironment } }).stdout.toString()
  return [...files.filter((file) => !tree.has(file)), ...asked.split("\n").filter((line) => line.endsWith(" missing"))]
}
