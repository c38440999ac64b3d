/** For tests: a project with a worktree beside it, what agents and people change in them, and what is in their files. */
import { Effect } from "effect"
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { AgentName, ChatId, ProjectId, SessionId, TurnId, WorktreeId } from "../../../shared/Ids.ts"
import type { Project, Worktree } from "../../../shared/Session.ts"
import { makeRepository, rawGit, temporaryFolder } from "../git/temporaryRepository.ts"
import { Changes } from "./Changes.ts"

/** So many lines, those named otherwise. */
export const numbered = (count: number, ...changed: ReadonlyArray<readonly [number, string]>) =>
  Array.from({ length: count }, (_, at) => `${changed.find(([line]) => line === at + 1)?.[1] ?? `line ${at + 1}`}\n`).join("")

/** Every file with its kind, mode and bytes. */
export const filesOf = (folder: string | Buffer): ReadonlyArray<string> => readdirSync(folder, { encoding: "buffer" }).flatMap((name) => {
  if (name.toString() === ".git") return []
  const path = Buffer.concat([Buffer.from(folder), Buffer.from("/"), name])
  const found = lstatSync(path)
  if (found.isDirectory()) return filesOf(path).map((inner) => `${name.toString("hex")}/${inner}`)
  return [`${name.toString("hex")} ${found.isSymbolicLink() ? `-> ${readlinkSync(path)}` : `${found.mode & 0o111} ${readFileSync(path).toString("hex")}`}`]
}).toSorted()

/** What `changeEveryKind` changes, and what it leaves. */
export const everyKind = { "edit": "1\n", "gone": "2\n", "old": numbered(9), "run": "#!/bin/sh\n", "link": "3\n", "same": "s\n" }

/** A file made in new folders, one whose name is no text, one deleted, renamed, made a program, and one that is a link now. */
export const changeEveryKind = (path: string) => {
  mkdirSync(`${path}/d/e`, { recursive: true })
  writeFileSync(`${path}/d/e/new\nline`, "x\n")
  writeFileSync(Buffer.concat([Buffer.from(`${path}/caf`), Buffer.from([0xe9])]), Buffer.from([0, 255]))
  rmSync(`${path}/gone`)
  renameSync(`${path}/old`, `${path}/renamed`)
  chmodSync(`${path}/run`, 0o755)
  rmSync(`${path}/link`)
  symlinkSync("run", `${path}/link`)
}

/** `elsewhere`: where the worktree lies, else beside the project. */
export const workedProject = Effect.fnUntraced(function*(files: Readonly<Record<string, string>> = { "a.txt": numbered(12), "b.txt": "x\n" }, elsewhere?: string, hashes?: "sha1" | "sha256") {
  const folder = yield* temporaryFolder
  const top = yield* makeRepository(`${folder}/project`, files, hashes)
  const path = `${elsewhere ?? folder}/worktree`
  yield* rawGit(top, "worktree", "add", "-q", "-b", "session", path)
  const sessionId = SessionId.make(crypto.randomUUID())
  const project: Project = { id: ProjectId.make(crypto.randomUUID()), path: top, name: "p", addedAt: 0 }
  const worktree: Worktree = {
    id: WorktreeId.make(crypto.randomUUID()), sessionId, projectId: project.id, path, branch: "session",
    baseCommit: (yield* rawGit(top, "rev-parse", "HEAD")).trim(), state: "ready"
  }
  const changes = yield* Changes
  return {
    folder, top, sessionId, project, worktree, changes,
    turn: (agent: string) => Effect.suspend(() => changes.ended(worktree, { turnId: TurnId.make(crypto.randomUUID()), chatId: ChatId.make(crypto.randomUUID()), agent: AgentName.make(agent) })),
    work: (name: string, text: string) => writeFileSync(`${path}/${name}`, text),
    write: (name: string, text: string) => writeFileSync(`${top}/${name}`, text),
    mine: (name: string) => readFileSync(`${top}/${name}`, "utf8")
  }
})
