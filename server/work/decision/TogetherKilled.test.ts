/** A server killed with SIGKILL while it decides of many changes at once: the next one finishes what was begun of them, or takes it back. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import type { PendingChange } from "../../../shared/Change.ts"
import { ChangePort } from "../change/ChangePort.ts"
import { Changes } from "../change/Changes.ts"
import { rawGit, testGit } from "../git/temporaryRepository.ts"
import { Apply } from "./Apply.ts"
import { killedDecisions } from "./killedDecisions.ts"
import { Unfinished } from "./Unfinished.ts"

const names = ["a", "b", "c d"]
const old = names.map((name) => `${name}\n`), now = names.map((name) => `${name} of goose\n`)
const filesOf = (texts: ReadonlyArray<string>) => Object.fromEntries(names.map((name, nth) => [name, texts[nth] ?? ""]))

const makeWorld = Effect.gen(function*() {
  const { changes, ...world } = yield* killedDecisions(filesOf(old), filesOf(now))
  const { life, project, top, worktree } = world, ids = changes.map(({ id }) => id)
  return {
    ...world, ids,
    read: (of: string) => names.map((name) => readFileSync(`${of}/${name}`, "utf8")),
    recover: life(Effect.flatMap(Unfinished, (unfinished) => unfinished.recover([{ project, worktree }]))),
    rows: life(Effect.flatMap(ChangePort, (port) => port.findAll(ids))),
    refs: rawGit(top, "for-each-ref", "refs/boocode/landing")
  }
})

type World = Effect.Success<typeof makeWorld>
const stated = (rows: ReadonlyArray<PendingChange>) => rows.map(({ state }) => state)
const all = (state: string) => names.map(() => state)

layer(testGit, { excludeTestServices: true, timeout: "5 minutes" })("of many changes at once", (it) => {
  const finished = (name: string, [at, when]: readonly [at: string, when: string], what: string, state: string, test: (world: World) => {
    readonly args: ReadonlyArray<unknown>; readonly before?: Effect.Effect<unknown, unknown, Effect.Services<typeof makeWorld>>; readonly there: ReadonlyArray<string>; readonly in: string
  }) => it.effect(`${name}, killed ${when} ${at}, is finished`, () => Effect.gen(function*() {
    const world = yield* makeWorld
    const { args, before, in: folder, there } = test(world)
    if (before !== undefined) yield* before
    yield* world.killed(what, args, at, when)
    assert.notStrictEqual(yield* world.refs, "")
    for (const [nth, text] of world.read(folder).entries()) assert.include([old[nth], now[nth]], text)
    yield* world.recover
    assert.deepStrictEqual([stated(yield* world.rows), world.read(folder), yield* world.refs], [all(state), there, ""])
    assert.deepStrictEqual((yield* world.life(Effect.flatMap(Changes, (changes) => changes.look(world.worktree)))).changes.map(({ agents, manual }) => `${agents.join()} ${manual}`),
      state === "pending" || state === "reverted" ? all("goose false") : [])
  }), 60_000)

  const written = ["refs/boocode/bases", "before"] as const
  for (const step of [["checkout-index", "before"], ["checkout-index", "after"], written, ["refs/boocode/bases", "after"]] as const) {
    finished("an apply", step, "applyAll", "applied", ({ ids, project, top, worktree }) => ({ args: [project, worktree, ids], there: now, in: top }))
  }
  finished("a revert", written, "revertAll", "reverted", ({ ids, life, project, top, worktree }) => ({
    args: [project, worktree, ids], before: life(Effect.flatMap(Apply, (apply) => apply.applyAll(project, worktree, ids))), there: old, in: top
  }))
  const forgetting = ["update-ref --stdin", "before"] as const
  finished("a reject", forgetting, "reject", "rejected", ({ ids, worktree }) => ({ args: [worktree, ids], there: old, in: worktree.path }))
  for (const step of [["checkout-index", "after"], ["/decided", "before"]] as const) finished("a bringing back", step, "bringBack", "pending", ({ ids, life, worktree }) => ({
    args: [worktree, ids], before: life(Effect.flatMap(Apply, (apply) => apply.reject(worktree, ids))), there: now, in: worktree.path
  }))

  it.effect("an apply that can't be finished any more is taken back, but for what was committed since", () => Effect.gen(function*() {
    const { ids, killed, life, project, read, recover, refs, rows, top, worktree } = yield* makeWorld
    yield* killed("applyAll", [project, worktree, ids], ...written)
    assert.deepStrictEqual(read(top), now)
    yield* rawGit(top, "commit", "-qm", "one of them", "--", "b")
    yield* life(Effect.flatMap(ChangePort, (port) => port.record(worktree.id, { gone: ids })))
    yield* recover
    assert.deepStrictEqual([stated(yield* rows), read(top), yield* refs], [all("pending"), [old[0], now[1], old[2]], ""])
  }), 60_000)
})
