/**
 * For tests: a server's life of random work on one worktree, by two agents and a person, and of random decisions on it. Its rows
 * are in a file, so that the next life goes on where this one is killed. What a decision takes from the disk is written down,
 * to be looked for at the end.
 */
import { Effect, Layer } from "effect"
import { createHash } from "node:crypto"
import { appendFileSync, existsSync, lstatSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { ChangeId, CheckpointId, type PendingChange } from "../../../shared/Change.ts"
import { AgentName, ChatId, TurnId, type WorktreeId } from "../../../shared/Ids.ts"
import type { Project, Worktree } from "../../../shared/Session.ts"
import { Apply } from "./Apply.ts"
import { ChangePort, type Entry } from "../change/ChangePort.ts"
import { Changes } from "../change/Changes.ts"
import { changeSomething, type Random, randomFrom } from "../git/randomFiles.ts"

/** Rows that outlive their process: what was recorded whole is there again, what was not is not. */
export const fileChangePort = (path: string) => Layer.effect(ChangePort, Effect.gen(function*() {
  const memory = yield* ChangePort
  const known = existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : []
  for (const line of known) {
    const { entry, id }: { readonly id: WorktreeId; readonly entry: Entry } = JSON.parse(line)
    yield* memory.record(id, entry)
  }
  return ChangePort.of({
    ...memory,
    record: (id, entry) => Effect.andThen(Effect.sync(() => { appendFileSync(path, `${JSON.stringify({ id, entry })}\n`) }), memory.record(id, entry))
  })
})).pipe(Layer.provide(ChangePort.layerMemory))

/** Every regular file's content, as git names it. */
const contentsIn = (folder: string | Buffer): ReadonlyArray<string> => readdirSync(folder, { encoding: "buffer" }).flatMap((name) => {
  if (name.toString() === ".git") return []
  const path = Buffer.concat([Buffer.from(folder), Buffer.from("/"), name])
  const found = lstatSync(path)
  if (found.isDirectory()) return contentsIn(path)
  if (!found.isFile()) return []
  const bytes = readFileSync(path)
  return [createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex")]
})

export interface Given {
  readonly folder: string
  readonly project: Project
  readonly worktree: Worktree
  readonly seed: number
  /** The first step, and the one after the last. */
  readonly from: number
  readonly upTo: number
}

const longAfter = 9_000_000_000_000
const uuid = () => crypto.randomUUID()
const turnOf = (agent: string) => ({ turnId: TurnId.make(uuid()), chatId: ChatId.make(uuid()), agent: AgentName.make(agent) })

/** Mostly a line of a long text, so that sides can be merged; else anything. */
const edit = (top: string, random: Random) => {
  if (random(3) === 0) return changeSomething(top, random)
  const path = `${top}/text ${random(4)}`
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found !== undefined && !found.isFile()) return
  const lines = found === undefined ? Array.from({ length: 60 }, (_, at) => `${path.slice(-1)} line ${at}`) : readFileSync(path, "utf8").split("\n")
  lines[random(lines.length)] = `changed ${random(1_000_000)}`
  // in its place, as editors do it
  writeFileSync(`${path}.new`, lines.join("\n"))
  renameSync(`${path}.new`, path)
}

const edits = (top: string, random: Random) => Effect.sync(() => { for (let n = 0; n <= random(3); n++) edit(top, random) })

const pick = <A>(random: Random, all: ReadonlyArray<A>): A | undefined => all[random(all.length || 1)]

const makeSteps = Effect.fnUntraced(function*({ project, worktree }: Given) {
  const apply = yield* Apply, changes = yield* Changes, port = yield* ChangePort
  const top = worktree.path
  const turn = (agent: string, random: Random) => Effect.gen(function*() {
    const one = turnOf(agent)
    yield* changes.began(worktree, one, longAfter)
    yield* edits(top, random)
    yield* changes.ended(worktree, one)
  })
  const work = (random: Random): Effect.Effect<unknown, unknown> => {
    switch (random(6)) {
      case 0: return edits(project.path, random)
      case 1: return edits(top, random)
      case 2: return Effect.andThen(edits(top, random), changes.look(worktree))
      default: return turn(["goose", "qwen"][random(2)] ?? "goose", random)
    }
  }
  const decision = (random: Random, change: PendingChange | undefined, applied: PendingChange | undefined, rejected: PendingChange | undefined) => Effect.gen(function*() {
    const kind = random(11)
    if (kind === 0) {
      const row = pick(random, yield* port.checkpoints(worktree.id, 30))
      return row === undefined ? undefined : yield* changes.rewind(worktree, row.tree, CheckpointId.make(uuid()))
    }
    if (kind === 1) return applied === undefined ? undefined : yield* apply.revertHunks(project, worktree, applied.id, ChangeId.make(uuid()), [random(2)])
    if (kind === 2) return applied === undefined ? undefined : yield* apply.revert(project, worktree, applied.id)
    if (kind === 10) return rejected === undefined ? undefined : yield* Effect.flatMap(apply.bringBack(worktree, [rejected.id]), ([one]) => one === undefined ? Effect.undefined : Effect.fromResult(one))
    if (change === undefined) return undefined
    switch (kind) {
      case 3: return yield* apply.applyHunks(project, worktree, change.id, ChangeId.make(uuid()), [random(2)])
      case 4: return yield* apply.rejectHunks(worktree, change.id, ChangeId.make(uuid()), [random(2)])
      case 5: return yield* apply.reject(worktree, [change.id])
      case 6: return yield* apply.apply(project, worktree, change.id, true)
      case 7: return change.state === "conflicted" ? yield* apply.resolve(project, worktree, change.id, random(2) === 0 ? "mine" : "worktree") : undefined
      default: return yield* apply.apply(project, worktree, change.id)
    }
  })
  return {
    work,
    decide: (random: Random) => Effect.gen(function*() {
      const change = pick(random, yield* changes.list(worktree.id))
      const history = yield* changes.history(worktree.id, 200)
      const one = (wanted: PendingChange["state"]) => pick(random, history.filter(({ state }) => state === wanted))
      return yield* decision(random, change, one("applied"), one("rejected"))
    })
  }
})

/**
 * Says each step's number when it is over. In a process of its own, which imports it by its path.
 * @public
 */
export const play = Effect.fnUntraced(function*(given: Given) {
  const { folder, from, project, seed, upTo, worktree } = given
  const { decide, work } = yield* makeSteps(given)
  const contents = () => [...contentsIn(project.path), ...contentsIn(worktree.path)]
  const pre = `${folder}/before`
  /** Whatever was there before a decision, finished or killed, and is not there now. */
  const account = Effect.sync(() => {
    if (!existsSync(pre)) return
    const there = new Set(contents())
    const taken = readFileSync(pre, "utf8").split("\n").filter((hash) => hash !== "" && !there.has(hash))
    appendFileSync(`${folder}/taken`, taken.map((hash) => `${hash}\n`).join(""))
    rmSync(pre)
  })
  yield* account
  for (let nth = from; nth < upTo; nth++) {
    const random = randomFrom(seed * 10_000 + nth)
    if (random(2) === 0) yield* work(random)
    else {
      writeFileSync(`${pre}.new`, contents().join("\n"))
      renameSync(`${pre}.new`, pre)
      const exit = yield* Effect.exit(decide(random))
      yield* account
      appendFileSync(`${folder}/exits`, `${exit._tag === "Success" ? "ok" : JSON.stringify(exit.cause)}\n`)
    }
    yield* Effect.sync(() => { process.stdout.write(`${nth}\n`) })
  }
})
