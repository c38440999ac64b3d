/** What a landing is to make of a commit, of the checkout's index and of its files, worked out before anything is touched. */
import { Data, Effect } from "effect"
import type { PendingChange } from "../../../shared/Change.ts"
import { makeChangeMerge, misfits, type Sides } from "../decision/ChangeMerge.ts"
import { Git } from "../git/Git.ts"
import { gitRefusal } from "../git/GitRefusal.ts"
import { baseOf, contentOf, type Files, makeTreeFiles, pick, sameEntry } from "../git/TreeFiles.ts"
import { WorkError } from "../../../shared/WorkError.ts"

/** Changes that can't be merged with what is there: nothing was touched. */
export class Clash extends Data.TaggedError("Clash")<{ readonly rows: ReadonlyArray<PendingChange> }> {}

/** The tree that is to be committed, and of the changes' paths what stands in the last commit and in that tree. */
export interface Plan {
  readonly tree: string; readonly isNew: boolean; readonly before: Files; readonly after: Files
  /** The last commit's, with what was applied before: what the checkout is likely to have. */
  readonly tried: Files
}

const what = "land changes"

export const pathsOf = (row: PendingChange): ReadonlyArray<string> => [...new Set([...baseOf(row).keys(), ...contentOf(row).keys()])]

const join = (first: PendingChange, last: PendingChange): PendingChange => ({
  ...last, oldPath: first.oldPath ?? (first.path === last.path ? null : first.path), oldMode: first.oldMode, baseBlob: first.baseBlob
})

/** `after` begins with what `before` ended with. */
const follows = (before: PendingChange, after: PendingChange): boolean =>
  before.path === (after.oldPath ?? after.path) && sameEntry(contentOf(before).get(before.path), baseOf(after).get(before.path))

/** Of a file that was changed, applied and changed again, one change for all of these; `apart` are those with another between them. */
export const joined = (rows: ReadonlyArray<PendingChange>): { readonly rows: ReadonlyArray<PendingChange>; readonly apart: ReadonlyArray<PendingChange> } => {
  const chains: Array<PendingChange> = []
  for (const row of rows.toSorted((a, b) => Number(a.state !== "applied") - Number(b.state !== "applied") || a.seq - b.seq)) {
    const at = chains.findIndex((chain) => follows(chain, row) || follows(row, chain)), chain = chains[at]
    if (chain === undefined) chains.push(row)
    else chains[at] = follows(chain, row) ? join(chain, row) : { ...join(row, chain), state: chain.state }
  }
  const isTwice = (row: PendingChange) => chains.some((other) => other !== row && pathsOf(other).some((path) => pathsOf(row).includes(path)))
  return { rows: chains, apart: chains.filter(isTwice) }
}

/** Of each path what was applied before, where `isTried`, and else what is committed. */
export const basesOf = (before: Files, tried: Files, paths: Iterable<string>, isTried: (path: string) => boolean): Files =>
  new Map(Array.from(paths).flatMap((path) => [...pick(isTried(path) ? tried : before, [path])]))

export const makeLandPlan = Effect.gen(function*() {
  const git = yield* Git
  const trees = yield* makeTreeFiles
  const merge = yield* makeChangeMerge

  const clean = Effect.fnUntraced(function*(top: string, rows: ReadonlyArray<PendingChange>, sidesOf: (row: PendingChange) => Sides) {
    const { clashing, files } = yield* merge(top, rows, sidesOf)
    return clashing.length > 0 ? yield* new Clash({ rows: clashing }) : files
  })

  /** Each change's own paths on three sides that have more. */
  const between = (base: Files, ours: Files, theirs: Files) => (row: PendingChange): Sides =>
    ({ base: pick(base, pathsOf(row)), ours: pick(ours, pathsOf(row)), theirs: pick(theirs, pathsOf(row)) })

  const merged = Effect.fn("LandPlan.merged")(function*(top: string, head: string, rows: ReadonlyArray<PendingChange>) {
    const all = yield* trees.filesIn(top, head)
    const merged = yield* clean(top, rows, (row) => ({ base: baseOf(row), ours: pick(all, pathsOf(row)), theirs: contentOf(row) }))
    const touched = new Set([...rows.flatMap(pathsOf), ...merged.keys()])
    // a file would come where the branch has a folder by now, or the other way round
    const staying = new Set([...all.keys()].filter((path) => !touched.has(path)).concat([...merged.keys()]))
    const misfit = misfits(merged.keys(), staying)
    if (misfit.size > 0) return yield* new Clash({ rows: rows.filter((row) => pathsOf(row).some((path) => misfit.has(path))) })
    const before = pick(all, touched), after = pick(merged, touched)
    const differing = [...touched].filter((path) => !sameEntry(before.get(path), after.get(path)))
    const [unmerged] = yield* trees.newlyMarked(top, pick(before, differing), pick(after, differing))
    if (unmerged !== undefined) return yield* new WorkError({ reason: { _tag: "Unmerged", path: unmerged } })
    const tree = yield* trees.amend(top, head, pick(after, differing), differing.filter((path) => !after.has(path)))
    return { tree, isNew: differing.length > 0, before: pick(before, differing), after: pick(after, differing) }
  })

  return {
    ofCommit: Effect.fn("LandPlan.ofCommit")(function*(top: string, head: string, rows: ReadonlyArray<PendingChange>) {
      const plan = yield* merged(top, head, joined(rows).rows)
      const applied = joined(rows.filter(({ state }) => state === "applied")).rows
      if (applied.length === 0) return { ...plan, tried: plan.before } satisfies Plan
      const { after, before } = yield* merged(top, head, applied)
      const tried = new Map([...[...plan.before].filter(([path]) => !before.has(path)), ...after])
      return { ...plan, tried } satisfies Plan
    }),

    /** What the index has of these paths, and what it is to have: what is staged there stays staged. */
    ofIndex: Effect.fn("LandPlan.ofIndex")(function*(top: string, rows: ReadonlyArray<PendingChange>, { after, before, tried }: Plan) {
      const paths = new Set([...before.keys(), ...after.keys()])
      const staged = pick(yield* trees.inIndex(top), paths)
      const base = basesOf(before, tried, paths, (path) => sameEntry(staged.get(path), tried.get(path)))
      return { before: staged, after: pick(yield* clean(top, rows, between(base, staged, after)), paths) }
    }),

    /** Which of them clash with the files of the checkout as they are on disk. */
    clashOnDisk: Effect.fn("LandPlan.clashOnDisk")(function*(top: string, rows: ReadonlyArray<PendingChange>, { after, before }: Pick<Plan, "after" | "before">) {
      const disk = yield* trees.onDisk(top, [...new Set([...before.keys(), ...after.keys()])], before)
      const { clashing } = yield* merge(top, rows, between(before, disk, after))
      return new Clash({ rows: clashing.length === 0 ? rows : clashing })
    }),

    commit: Effect.fn("LandPlan.commit")(function*(top: string, tree: string, parent: string, message: string) {
      const asked = ["-c", "user.useConfigOnly=true", "-c", "i18n.commitEncoding=UTF-8"]
      const { code, stderr, stdout } = yield* git.attemptBytes(top, { what, args: [...asked, "commit-tree", tree, "-p", parent], input: Buffer.from(message) })
      if (code === 0) return stdout.toString("latin1").trim()
      for (const who of ["GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"]) {
        if ((yield* git.attempt(top, { what, args: [...asked, "var", who] })).code !== 0) return yield* new WorkError({ reason: { _tag: "NoIdentity" } })
      }
      return yield* new WorkError({ reason: gitRefusal(stderr, what, top) })
    })
  }
})
