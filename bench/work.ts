/**
 * What checkpoints and lists of changes cost on a large repository, against plain git on the same files in the same run:
 * `git add -A && git write-tree` with a warm index of its own, and `git diff --numstat` between the same trees.
 */
import { Effect, FileSystem, Layer } from "effect"
import { mkdirSync, writeFileSync } from "node:fs"
import { CheckpointId } from "../shared/Change.ts"
import { AgentName, ChatId, ProjectId, TurnId, WorktreeId } from "../shared/Ids.ts"
import type { Worktree } from "../shared/Session.ts"
import { ChangePort } from "../server/work/change/ChangePort.ts"
import { Changes } from "../server/work/change/Changes.ts"
import { Checkpoints } from "../server/work/change/Checkpoints.ts"
import { Git } from "../server/work/git/Git.ts"
import { temporaryFolder } from "../test/support/RunningServer.ts"
import { median, ms, now, ratio } from "./Figures.ts"
import { load } from "./Machine.ts"
import { render } from "./Table.ts"

const perFolder = 100

const nameOf = (file: number): string => `folder${Math.floor(file / perFolder)}/file${file % perFolder}.ts`
const textOf = (file: number, version: number): string =>
  Array.from({ length: 40 }, (_, line) => `export const value${line} = ${line === 20 ? version : line} // of file ${file}\n`).join("")

const writeFiles = (top: string, files: ReadonlyArray<number>, version: number) => Effect.sync(() => {
  for (const file of files) writeFileSync(`${top}/${nameOf(file)}`, textOf(file, version))
})

/** Plain git, without a server in between. */
const plain = (top: string, index: string | undefined, ...args: ReadonlyArray<string>): string => {
  const { exitCode, stderr, stdout } = Bun.spawnSync(["git", ...args], {
    cwd: top, env: { ...process.env, ...(index === undefined ? {} : { GIT_INDEX_FILE: index }) }
  })
  if (exitCode !== 0) throw new Error(`git ${args.join(" ")}: ${stderr.toString()}`)
  return stdout.toString()
}

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.gen(function*() {
  const from = now()
  const value = yield* effect
  return { value, took: now() - from }
})

const makeWorktree = Effect.fnUntraced(function*(top: string, files: number) {
  for (let folder = 0; folder * perFolder < files; folder++) mkdirSync(`${top}/folder${folder}`, { recursive: true })
  yield* writeFiles(top, Array.from({ length: files }, (_, file) => file), 0)
  plain(top, undefined, "init", "-q")
  plain(top, undefined, "add", "-A")
  plain(top, undefined, "-c", "user.name=b", "-c", "user.email=b@b", "commit", "-q", "-m", "first")
  const worktree: Worktree = {
    id: WorktreeId.make(crypto.randomUUID()), sessionId: null, projectId: ProjectId.make(crypto.randomUUID()), path: top, branch: "b",
    baseCommit: plain(top, undefined, "rev-parse", "HEAD").trim(), state: "ready"
  }
  return worktree
})

const spread = (count: number, of: number, shift: number) => Array.from({ length: count }, (_, at) => (at * Math.floor(of / count) + shift) % of)

/** Each finds as many files changed, with contents nobody has kept yet; the other follows unmeasured, to the same tree. */
const checkpointRounds = Effect.fnUntraced(function*(worktree: Worktree, files: number, changed: number, rounds: number) {
  const checkpoints = yield* Checkpoints
  const fs = yield* FileSystem.FileSystem
  const index = `${worktree.path}/.git/index-of-plain-git`
  yield* fs.copyFile(`${worktree.path}/.git/index`, index)
  const take = timed(Effect.suspend(() => checkpoints.take(worktree, { _tag: "Seen", id: CheckpointId.make(crypto.randomUUID()) })))
  const add = timed(Effect.sync(() => {
    plain(worktree.path, index, "add", "-A")
    return { tree: plain(worktree.path, index, "write-tree").trim() }
  }))
  const ours: Array<number> = [], plains: Array<number> = []
  // the first two warm the caches
  for (let round = -2; round < rounds * 2; round++) {
    const isOurs = round % 2 === 0
    yield* writeFiles(worktree.path, spread(changed, files, round + 2), round + 3)
    const first = yield* isOurs ? take : add
    const second = yield* isOurs ? add : take
    if (first.value.tree !== second.value.tree) return yield* Effect.die(new Error("the trees differ"))
    if (round >= 0) (isOurs ? ours : plains).push(first.took)
  }
  return { ours: median(ours), plain: median(plains) }
})

const listRounds = Effect.fnUntraced(function*(worktree: Worktree, files: number, changed: number, rounds: number) {
  const changes = yield* Changes
  const checkpoints = yield* Checkpoints
  yield* writeFiles(worktree.path, spread(changed, files, 0), 1000)
  const turn = { turnId: TurnId.make(crypto.randomUUID()), chatId: ChatId.make(crypto.randomUUID()), agent: AgentName.make("bench") }
  const { changes: standing, checkpoint } = yield* changes.ended(worktree, turn)
  const ours: Array<number> = [], plains: Array<number> = [], known: Array<number> = []
  for (let round = 0; round < rounds; round++) {
    ours.push((yield* timed(checkpoints.counted(worktree, worktree.baseCommit, checkpoint.tree))).took)
    plains.push((yield* timed(Effect.sync(() => plain(worktree.path, undefined, "diff", "--numstat", worktree.baseCommit, checkpoint.tree)))).took)
    known.push((yield* timed(changes.list(worktree.id))).took)
  }
  return { count: standing.length, ours: median(ours), plain: median(plains), known: median(known) }
})

const bench = Effect.fnUntraced(function*(isQuick: boolean) {
  const files = isQuick ? 5000 : 50_000
  const changed = isQuick ? 200 : 2000
  const worktree = yield* makeWorktree(`${yield* temporaryFolder}/repository`, files)
  const taken = yield* checkpointRounds(worktree, files, 100, isQuick ? 5 : 9)
  const listed = yield* listRounds(worktree, files, changed, isQuick ? 5 : 9)
  console.log(render({
    title: `work · a repository of ${files.toLocaleString("en-US")} files · load now ${load()}`,
    head: ["what", "boocode", "plain git", "of it"],
    rows: [
      ["checkpoint, 100 files changed", ms(taken.ours), ms(taken.plain), ratio(taken.ours / taken.plain)],
      [`${listed.count.toLocaleString("en-US")} changes with lines, told anew`, ms(listed.ours), ms(listed.plain), ratio(listed.ours / listed.plain)],
      ["the same, already known", ms(listed.known), ms(listed.plain), ratio(listed.known / listed.plain)]
    ],
    notes: ["plain git: git add -A && git write-tree with a warm index; git diff --numstat", "reach: at most 1.5 × each"]
  }))
})

const services = Changes.layer.pipe(Layer.provideMerge(Checkpoints.layer), Layer.provide(ChangePort.layerMemory), Layer.provideMerge(Git.layer))

export const work = (isQuick: boolean) => bench(isQuick).pipe(Effect.provide(services))
