/**
 * Landings over random histories: what is landed is the session's files merged with the last commit, and nothing else of
 * commit, index and disk is another. Each line that changes has one owner, so that what must come out is plain.
 */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync, rmSync } from "node:fs"
import { Apply } from "../decision/Apply.ts"
import { landTest, landWorld } from "./landWorld.ts"
import { randomFrom } from "../git/randomFiles.ts"

const rounds = 5, seed = 20
const names = ["a", "b", "c"], slots = [3, 9, 15, 21, 27]
const owners = ["session", "session", "head", "staged", "dirty", "nobody"] as const

/** By `file:line`: what stands there. */
type Lines = ReadonlyMap<string, string>
const textOf = (name: string, lines: Lines) => Array.from({ length: 30 }, (_, at) => `${lines.get(`${name}:${at}`) ?? `line ${at}`}\n`).join("")

layer(landTest, { excludeTestServices: true, timeout: "5 minutes" })("landings over random histories", (it) => {
  it.effect("are what the session made, merged with the last commit, and nothing else", () => Effect.gen(function*() {
    const random = randomFrom(seed)
    const world = yield* landWorld(Object.fromEntries(names.map((name) => [name, textOf(name, new Map())])))
    const { commits, git, mine, order, project, top, turn, work, worktree, write } = world
    const { apply } = yield* Apply
    // what each side has that the first commit has not; lines of others the session never touches
    let head: Lines = new Map(), session: Lines = new Map()
    const foreign = new Set<string>(), created = new Map<string, boolean>()
    for (let round = 0; round < rounds; round++) {
      const given = { session: new Map<string, string>(), head: new Map<string, string>(), staged: new Map<string, string>(), dirty: new Map<string, string>(), nobody: new Map<string, string>() }
      for (const key of names.flatMap((name) => slots.map((slot) => `${name}:${slot}`))) {
        const owner = owners[random(owners.length)] ?? "nobody"
        if (session.get(key) !== head.get(key) && !foreign.has(key)) continue
        if (owner === "session" && foreign.has(key)) continue
        if (owner === "head") foreign.add(key)
        given[owner].set(key, `${owner} ${round}`)
      }
      session = new Map([...session, ...given.session])
      for (const name of names) work(name, textOf(name, session))
      work(`new ${round}`, `${round}\n`)
      created.set(`new ${round}`, false)
      head = new Map([...head, ...given.head])
      for (const name of names) write(name, textOf(name, head))
      yield* git("commit", "-q", "--allow-empty", "-am", `by hand ${round}`)
      const { changes } = yield* turn("goose")
      const chosen = changes.filter(() => random(3) > 0)
      if (chosen.length === 0) continue
      const tried = chosen.filter(() => random(3) === 0)
      for (const { id } of tried) yield* apply(project, worktree, id)
      const isIn = (paths: ReadonlyArray<{ readonly path: string }>) => (key: string) => paths.some(({ path }) => key.startsWith(`${path}:`))
      const onDisk = new Map([...head, ...[...session].filter(([key]) => isIn(tried)(key) && !foreign.has(key))])
      const staged = new Map([...head, ...given.staged]), dirty = new Map([...onDisk, ...given.staged, ...given.dirty])
      for (const name of names) write(name, textOf(name, staged))
      yield* git("add", ...names)
      for (const name of names) write(name, textOf(name, dirty))
      write("untracked", `${round}\n`)

      const result = yield* commits.commit(order(chosen, { message: `round ${round}` }))
      assert.strictEqual(result._tag, "Landed", `round ${round}`)
      const landed = [...session].filter(([key]) => isIn(chosen)(key) && !foreign.has(key))
      head = new Map([...head, ...landed])
      for (const { path } of chosen) if (created.has(path)) created.set(path, true)
      const index = new Map([...head, ...given.staged]), disk = new Map([...index, ...given.dirty])
      const shown = (of: string) => Effect.forEach(names, (name) => Effect.map(git("show", `${of}:${name}`), (text) => `${text}\n`))
      assert.deepStrictEqual([yield* shown("HEAD"), yield* shown("")], [head, index].map((lines) => names.map((name) => textOf(name, lines))), `round ${round}`)
      assert.deepStrictEqual(names.map(mine), names.map((name) => textOf(name, disk)), `round ${round}`)
      const there = [...names, ...[...created].flatMap(([name, isThere]) => isThere ? [name] : [])].toSorted()
      assert.deepStrictEqual([(yield* git("ls-tree", "--name-only", "HEAD")).split("\n").toSorted(), (yield* git("ls-files")).split("\n").toSorted()], [there, there], `round ${round}`)
      for (const [name, isThere] of created) assert.strictEqual(existsSync(`${top}/${name}`), isThere, `round ${round}: ${name}`)
      assert.strictEqual(mine("untracked"), `${round}\n`)
      yield* git("reset", "-q", "--hard")
      rmSync(`${top}/untracked`)
    }
  }), 300_000)
})
