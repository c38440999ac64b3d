/** Random histories of two agents and a person, with decisions between: whoever changed a file since its base is named, and nobody else. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import { ChangeId, type PendingChange } from "../../../shared/Change.ts"
import { AgentName, ChatId, ProjectId, TurnId, WorktreeId } from "../../../shared/Ids.ts"
import { Apply } from "./Apply.ts"
import { ChangePort } from "../change/ChangePort.ts"
import { Changes } from "../change/Changes.ts"
import { Checkpoints } from "../change/Checkpoints.ts"
import { randomFrom } from "../git/randomFiles.ts"
import { makeRepository, rawGit, temporaryFolder, testGit } from "../git/temporaryRepository.ts"

const names = ["a.txt", "b.txt", "c.txt"]
const height = 80
const longAfter = 9_000_000_000_000
const services = Apply.layer.pipe(Layer.provideMerge(Changes.layer), Layer.provideMerge(Checkpoints.layer), Layer.provideMerge(ChangePort.layerMemory), Layer.provideMerge(testGit))

const world = Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const path = yield* makeRepository(`${folder}/project`, Object.fromEntries(names.map((name) => [name, Array.from({ length: height }, (_, at) => `${name} ${at}\n`).join("")])))
  yield* rawGit(path, "worktree", "add", "-q", "-b", "b", `${folder}/worktree`)
  const project = { id: ProjectId.make(crypto.randomUUID()), path, name: "p", addedAt: 0 }
  const worktree = {
    id: WorktreeId.make(crypto.randomUUID()), sessionId: null, projectId: project.id, path: `${folder}/worktree`, branch: "b",
    baseCommit: (yield* rawGit(path, "rev-parse", "HEAD")).trim(), state: "ready" as const
  }
  return { project, worktree, apply: yield* Apply, changes: yield* Changes }
})

const makers = ({ agents, manual }: PendingChange) => [...agents, ...(manual ? ["manual"] : [])].toSorted()

layer(services, { excludeTestServices: true, timeout: "3 minutes" })("over decisions", (it) => {
  for (const seed of [3, 4]) {
    it.effect(`every maker is named and no other (seed ${seed})`, () => Effect.gen(function*() {
      const { apply, changes, project, worktree } = yield* world
      const random = randomFrom(seed)
      const since = new Map(names.map((name) => [name, new Set<string>()]))
      const applied: Array<PendingChange> = [], rejected: Array<PendingChange> = []
      const edit = (who: string) => Effect.sync(() => {
        const name = names[random(names.length)] ?? "a.txt"
        const lines = readFileSync(`${worktree.path}/${name}`, "utf8").split("\n")
        lines[random(height)] = `${who} ${random(1_000_000)}`
        writeFileSync(`${worktree.path}/${name}`, lines.join("\n"))
        since.get(name)?.add(who)
      })
      const turn = (who: string) => Effect.gen(function*() {
        const one = { turnId: TurnId.make(crypto.randomUUID()), chatId: ChatId.make(crypto.randomUUID()), agent: AgentName.make(who) }
        yield* changes.began(worktree, one, longAfter)
        yield* edit(who)
        yield* edit(who)
        yield* changes.ended(worktree, one)
      })
      for (let round = 0; round < 30; round++) {
        const live = yield* changes.list(worktree.id)
        const change = live[random(live.length || 1)]
        const kind = random(13)
        if (kind < 4) yield* turn(kind < 2 ? "goose" : "qwen")
        else if (kind === 4) yield* Effect.andThen(edit("manual"), changes.look(worktree))
        // seen by nobody before what comes next
        else if (kind === 5) yield* edit("manual")
        else if (kind === 6) {
          const last = applied.pop()
          if (last === undefined) continue
          const isPart = random(2) === 0
          const reverted = yield* Effect.exit(isPart ? apply.revertHunks(project, worktree, last.id, ChangeId.make(crypto.randomUUID()), [0]) : apply.revert(project, worktree, last.id))
          // another was applied over it
          if (reverted._tag === "Failure") continue
          if (reverted.value.change.id !== last.id) applied.push(last)
          for (const maker of makers(last)) since.get(last.path)?.add(maker)
        } else if (kind > 10) {
          const [last] = rejected.splice(random(rejected.length), 1)
          if (last === undefined) continue
          const [back] = yield* apply.bringBack(worktree, [last.id])
          // an edit is in the same place by now
          if (back?._tag !== "Success") continue
          for (const maker of makers(last)) since.get(last.path)?.add(maker)
        } else if (change !== undefined) {
          const unseen = change.path
          const id = ChangeId.make(crypto.randomUUID())
          const decided = yield* Effect.exit(kind === 7 ? apply.apply(project, worktree, change.id) : kind === 8 ? Effect.flatMap(apply.reject(worktree, [change.id]), ([one]) => one === undefined ? Effect.die("none") : Effect.fromResult(one))
            : kind === 9 ? apply.applyHunks(project, worktree, change.id, id, [0]) : apply.rejectHunks(worktree, change.id, id, [0]))
          // it had been changed since it was looked at
          if (decided._tag === "Failure") continue
          const isWhole = decided.value.change.id === change.id
          if (isWhole && decided.value.change.state === "applied") applied.push(change)
          if (decided.value.change.state === "rejected") rejected.push({ ...change, id: decided.value.change.id })
          if (isWhole) since.get(unseen)?.clear()
          // an edit that nobody had seen came after what was applied
          yield* changes.look(worktree)
          if (isWhole && kind === 7 && (yield* changes.list(worktree.id)).some(({ path }) => path === unseen)) since.get(unseen)?.add("manual")
        }
        if (kind === 5) continue
        for (const one of (yield* changes.look(worktree)).changes) {
          assert.deepStrictEqual(makers(one), [...since.get(one.path) ?? []].toSorted(), `seed ${seed}, round ${round}: ${one.path}`)
        }
      }
    }), 240_000)
  }
})
