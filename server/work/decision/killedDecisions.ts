/** For tests: decisions about what an agent has changed, made by servers that are killed at them, and the lives of others on the same rows. */
import { assert } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { writeFileSync } from "node:fs"
import { AgentName, ChatId, ProjectId, TurnId, WorktreeId } from "../../../shared/Ids.ts"
import type { Project, Worktree } from "../../../shared/Session.ts"
import type { ChangePort } from "../change/ChangePort.ts"
import { Changes } from "../change/Changes.ts"
import { Checkpoints } from "../change/Checkpoints.ts"
import { killer, prelude, root } from "../git/killedServer.ts"
import { makeRepository, rawGit, temporaryFolder, testEnvironment } from "../git/temporaryRepository.ts"
import { Commits } from "../land/Commits.ts"
import { WorktreePort } from "../worktree/WorktreePort.ts"
import { Apply } from "./Apply.ts"
import { fileChangePort } from "./randomDecisions.ts"
import { Unfinished } from "./Unfinished.ts"

/** Another server on the same rows, which does one thing. */
const program = `${prelude}
  const [Apply, Changes, Checkpoints, Git] = await Promise.all(["decision/Apply", "change/Changes", "change/Checkpoints", "git/Git"].map(of))
  const { fileChangePort } = await from("decision/randomDecisions")
  const { args, rows, what } = JSON.parse(process.env.GIVEN)
  const services = Apply.layer.pipe(Layer.provideMerge(Changes.layer), Layer.provideMerge(Checkpoints.layer), Layer.provideMerge(fileChangePort(rows)),
    Layer.provideMerge(Git.layer), Layer.provideMerge(NodeServices.layer))
  await Effect.runPromise(Effect.flatMap(Apply, (apply) => apply[what](...args)).pipe(Effect.provide(services)))
`

/** A project with `files`, of which goose has made those of `worked` in a worktree. */
export const killedDecisions = Effect.fnUntraced(function*(files: Readonly<Record<string, string>>, worked: Readonly<Record<string, string>>) {
  const folder = yield* temporaryFolder
  const top = yield* makeRepository(`${folder}/project`, files)
  yield* rawGit(top, "worktree", "add", "-q", "-b", "b", `${folder}/worktree`)
  const project: Project = { id: ProjectId.make(crypto.randomUUID()), path: top, name: "p", addedAt: 0 }
  const worktree: Worktree = {
    id: WorktreeId.make(crypto.randomUUID()), sessionId: null, projectId: project.id, path: `${folder}/worktree`, branch: "b",
    baseCommit: (yield* rawGit(top, "rev-parse", "HEAD")).trim(), state: "ready"
  }
  writeFileSync(`${folder}/git`, killer(Bun.which("git") ?? "git"), { mode: 0o755 })
  const rows = `${folder}/rows`
  /** A server's life on the rows as they are. */
  const life = <A, E>(effect: Effect.Effect<A, E, Apply | Changes | ChangePort | Unfinished>) => effect.pipe(Effect.provide(Layer.fresh(Unfinished.layer.pipe(
    Layer.provideMerge(Commits.layer), Layer.provideMerge(Apply.layer), Layer.provideMerge(Changes.layer), Layer.provideMerge(Checkpoints.layer),
    Layer.provideMerge(fileChangePort(rows)), Layer.provideMerge(WorktreePort.layerMemory(new Map(), new Map()))))))
  for (const [name, text] of Object.entries(worked)) writeFileSync(`${worktree.path}/${name}`, text)
  const turn = { turnId: TurnId.make(crypto.randomUUID()), chatId: ChatId.make(crypto.randomUUID()), agent: AgentName.make("goose") }
  const { changes } = yield* life(Effect.flatMap(Changes, (all) => all.ended(worktree, turn)))
  const killed = Effect.fnUntraced(function*(what: string, args: ReadonlyArray<unknown>, at: string, when: string) {
    const child = Bun.spawn([process.execPath, "-e", program], {
      cwd: root, stdout: "ignore", stderr: "inherit",
      env: { ...testEnvironment, PATH: `${folder}:${testEnvironment.PATH}`, GIVEN: JSON.stringify({ what, args, rows }), KILL_AT: at, KILL_WHEN: when }
    })
    yield* Effect.promise(() => child.exited)
    assert.strictEqual(child.signalCode, "SIGKILL", `${what}: ${at} was reached`)
  })
  return { changes, killed, life, project, top, worktree }
})
