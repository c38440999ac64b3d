/** For tests: a project with a session's worktree beside it, whose changes are landed. */
import { Effect, Layer } from "effect"
import type { PendingChange } from "../../../shared/Change.ts"
import type { SessionId } from "../../../shared/Ids.ts"
import { LandId, type LandOrder } from "../../../shared/Land.ts"
import type { Project, Worktree } from "../../../shared/Session.ts"
import { Apply } from "../decision/Apply.ts"
import { ChangePort } from "../change/ChangePort.ts"
import { Changes } from "../change/Changes.ts"
import { Checkpoints } from "../change/Checkpoints.ts"
import { filesOf, workedProject } from "../change/workedProject.ts"
import { Commits } from "./Commits.ts"
import { rawGit, testGit } from "../git/temporaryRepository.ts"
import { Unfinished } from "../decision/Unfinished.ts"
import { WorktreePort } from "../worktree/WorktreePort.ts"

const projects = new Map<SessionId, Project>()
const worktrees = new Map<string, Worktree>()

/** Whatever git they run on. */
export const landServices = Unfinished.layer.pipe(
  Layer.provideMerge(Commits.layer), Layer.provideMerge(Apply.layer), Layer.provideMerge(Changes.layer), Layer.provideMerge(Checkpoints.layer), Layer.provideMerge(ChangePort.layerMemory),
  Layer.provideMerge(WorktreePort.layerMemory(projects, worktrees)))
export const landTest = landServices.pipe(Layer.provideMerge(testGit))

export const landWorld = Effect.fnUntraced(function*(files?: Readonly<Record<string, string>>) {
  const world = yield* workedProject(files)
  const { project, sessionId, top, worktree } = world
  projects.set(sessionId, project)
  worktrees.set(worktree.id, worktree)
  const git = (...args: ReadonlyArray<string>) => Effect.map(rawGit(top, ...args), (out) => out.replace(/\n$/, ""))
  const order = (rows: ReadonlyArray<PendingChange>, more: Partial<LandOrder> = {}): LandOrder =>
    ({ sessionId, id: LandId.make(crypto.randomUUID()), changeIds: rows.map(({ id }) => id), message: "Do it", ...more })
  return {
    ...world, commits: yield* Commits, git, order, port: yield* ChangePort,
    /** All that a refused landing must leave alone. */
    everything: Effect.map(Effect.all([git("rev-parse", "HEAD"), git("for-each-ref", "refs/heads"), git("ls-files", "-s"), git("status", "--porcelain=v2")]), (said) => [...said, ...filesOf(top)])
  }
})
