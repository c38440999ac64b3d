/** For tests: a project with a session's worktree beside it, and what agents and people do in both. */
import { Effect, Layer } from "effect"
import { lstatSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs"
import type { PendingChange } from "../../../shared/Change.ts"
import { AgentName, ChatId, ProjectId, SessionId, TurnId, WorktreeId } from "../../../shared/Ids.ts"
import { LandId, type LandOrder } from "../../../shared/Land.ts"
import type { Project, Worktree } from "../../../shared/Session.ts"
import { Apply } from "../decision/Apply.ts"
import { ChangePort } from "../change/ChangePort.ts"
import { Changes } from "../change/Changes.ts"
import { Checkpoints } from "../change/Checkpoints.ts"
import { Commits } from "./Commits.ts"
import { makeRepository, rawGit, temporaryFolder, testGit } from "../git/temporaryRepository.ts"
import { Unfinished } from "../decision/Unfinished.ts"
import { WorktreePort } from "../worktree/WorktreePort.ts"

const projects = new Map<SessionId, Project>()
const worktrees = new Map<string, Worktree>()

/** Whatever git they run on. */
export const landServices = Unfinished.layer.pipe(
  Layer.provideMerge(Commits.layer), Layer.provideMerge(Apply.layer), Layer.provideMerge(Changes.layer), Layer.provideMerge(Checkpoints.layer), Layer.provideMerge(ChangePort.layerMemory),
  Layer.provideMerge(WorktreePort.layerMemory(projects, worktrees)))
export const landTest = landServices.pipe(Layer.provideMerge(testGit))

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

export const landWorld = Effect.fnUntraced(function*(files: Readonly<Record<string, string>> = { "a.txt": numbered(12), "b.txt": "x\n" }) {
  const folder = yield* temporaryFolder
  const top = yield* makeRepository(`${folder}/project`, files)
  yield* rawGit(top, "worktree", "add", "-q", "-b", "session", `${folder}/worktree`)
  const sessionId = SessionId.make(crypto.randomUUID())
  const project: Project = { id: ProjectId.make(crypto.randomUUID()), path: top, name: "p", addedAt: 0 }
  const worktree: Worktree = {
    id: WorktreeId.make(crypto.randomUUID()), sessionId, projectId: project.id, path: `${folder}/worktree`, branch: "session",
    baseCommit: (yield* rawGit(top, "rev-parse", "HEAD")).trim(), state: "ready"
  }
  projects.set(sessionId, project)
  worktrees.set(worktree.id, worktree)
  const changes = yield* Changes, commits = yield* Commits
  const git = (...args: ReadonlyArray<string>) => Effect.map(rawGit(top, ...args), (out) => out.replace(/\n$/, ""))
  const turn = (agent: string) => Effect.suspend(() => changes.ended(worktree, { turnId: TurnId.make(crypto.randomUUID()), chatId: ChatId.make(crypto.randomUUID()), agent: AgentName.make(agent) }))
  const order = (rows: ReadonlyArray<PendingChange>, more: Partial<LandOrder> = {}): LandOrder =>
    ({ sessionId, id: LandId.make(crypto.randomUUID()), changeIds: rows.map(({ id }) => id), message: "Do it", ...more })
  return {
    folder, top, sessionId, project, worktree, changes, commits, git, turn, order, port: yield* ChangePort,
    work: (name: string, text: string) => writeFileSync(`${worktree.path}/${name}`, text),
    write: (name: string, text: string) => writeFileSync(`${top}/${name}`, text),
    mine: (name: string) => readFileSync(`${top}/${name}`, "utf8"),
    /** All that a refused landing must leave alone. */
    everything: Effect.map(Effect.all([git("rev-parse", "HEAD"), git("for-each-ref", "refs/heads"), git("ls-files", "-s"), git("status", "--porcelain=v2")]), (said) => [...said, ...filesOf(top)])
  }
})
