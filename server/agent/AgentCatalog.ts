/**
 * Which agents there are, which of them are ready, and how each is started. Rows are data (`catalog/`); this looks for their
 * programs, each for itself and all at once, and tells what it found. It starts no agent: `Backends` does.
 *
 * ```
 *  Loading ──found, version said──▶ Ready          looked for again by `refresh`, and by every `find`:
 *     ├──────not found────────────▶ Missing        what was installed, updated or removed meanwhile is noticed
 *     └──────refuses its version──▶ Failed
 * ```
 */
import { Context, Effect, FileSystem, Layer, PubSub, Stream } from "effect"
import type { AgentInfo } from "../../shared/Agent.ts"
import { ChatError } from "../../shared/Errors.ts"
import type { AgentName } from "../../shared/Ids.ts"
import type { FoundAgent } from "./AgentRow.ts"
import { applyEdits, type Offer } from "./catalog/AgentEdit.ts"
import { AgentRowsPort } from "./catalog/AgentRowsPort.ts"
import { agentsFilePath, readAgentsFile } from "./catalog/AgentsFile.ts"
import { builtinRows, scriptedRow, type SelfCommand } from "./catalog/BuiltinRows.ts"
import { makeProbe, Readiness } from "./catalog/Probe.ts"

export interface AgentCatalogOptions {
  /** Where `agents.json` is. */
  readonly dataDir: string
  readonly selfCommand: SelfCommand
  /** Offers the scripted agent. */
  readonly demo: boolean
}

interface Entry extends Offer { readonly readiness: Readiness }

const infoOf = ({ enabled, readiness, row }: Entry): AgentInfo => ({
  name: row.name, label: row.label, enabled, install: row.install, commands: row.commands, resumes: row.quirks.resume !== "never",
  ...Readiness.$match(readiness, {
    Loading: () => ({ readiness: "loading" as const }),
    Ready: ({ found: { command, version } }) => ({ readiness: "ready" as const, command, ...(version === undefined ? {} : { version }) }),
    Missing: ({ detail }) => ({ readiness: "missing" as const, detail }),
    Failed: ({ command, detail }) => ({ readiness: "failed" as const, command, detail })
  })
})

const notReady = (agent: AgentName, detail: string) => new ChatError({ reason: { _tag: "AgentNotReady", agent, detail } })

/** The rows and what is known of each, told on. */
const makeShelf = Effect.fnUntraced(function*({ dataDir, demo, selfCommand }: AgentCatalogOptions) {
  const fs = yield* FileSystem.FileSystem
  const port = yield* AgentRowsPort
  const probe = yield* makeProbe(agentsFilePath(dataDir))
  const scripted = scriptedRow(selfCommand)
  const entries = new Map<AgentName, Entry>()
  const published = yield* PubSub.sliding<ReadonlyArray<AgentInfo>>({ capacity: 1, replay: 1 })

  // nobody could start a disabled scripted agent from the page, so it is as if it weren't there
  const offered = () => Array.from(entries.values()).filter(({ enabled, row }) => enabled || row.name !== scripted.name)
  const list = () => offered().map(infoOf)
  const publish = Effect.suspend(() => PubSub.publish(published, list()))

  /** Reads the rows again; what is known of those that stay is kept. */
  const load = Effect.gen(function*() {
    const file = yield* readAgentsFile(dataDir).pipe(Effect.provideService(FileSystem.FileSystem, fs))
    const rows = [...builtinRows.map((row) => ({ row, enabled: true, env: {} })), { row: scripted, enabled: demo, env: {} }]
    const { offers, problems } = applyEdits(rows, [...file.edits, ...(yield* port.all)])
    yield* Effect.forEach([...(file.problem === undefined ? [] : [file.problem]), ...problems], (problem) => Effect.logWarning(problem), { discard: true })
    const before = new Map(entries)
    entries.clear()
    for (const offer of offers) entries.set(offer.row.name, { ...offer, readiness: before.get(offer.row.name)?.readiness ?? Readiness.Loading() })
    yield* publish
  })

  /** Looks for one agent, and tells when that changed something. */
  const look = Effect.fn("AgentCatalog.look")(function*(offer: Offer) {
    const readiness = yield* probe.look(offer)
    const entry = entries.get(offer.row.name)
    // the rows may have been read again meanwhile
    if (entry === undefined || entry.row !== offer.row) return readiness
    const after = { ...entry, readiness }
    entries.set(offer.row.name, after)
    if (JSON.stringify(infoOf(entry)) !== JSON.stringify(infoOf(after))) yield* publish
    return readiness
  })
  const lookForAll = Effect.suspend(() => Effect.forEach(Array.from(entries.values()), look, { concurrency: "unbounded", discard: true }))

  return {
    changes: Stream.fromPubSub(published), list, load, look, lookForAll, forgetRefusals: probe.forgetRefusals,
    offer: (name: AgentName) => offered().find(({ row }) => row.name === name),
    known: (name: AgentName) => {
      const readiness = entries.get(name)?.readiness
      return readiness?._tag === "Ready" ? readiness.found : undefined
    }
  }
})

const make = Effect.fnUntraced(function*(options: AgentCatalogOptions) {
  const { changes, forgetRefusals, known, list, load, look, lookForAll, offer } = yield* makeShelf(options)

  const find = Effect.fn("AgentCatalog.find")(function*(name: AgentName) {
    const offered = offer(name)
    if (offered === undefined) return yield* new ChatError({ reason: { _tag: "UnknownAgent", agent: name } })
    if (!offered.enabled) return yield* notReady(name, "it is switched off; enable it first.")
    const readiness = yield* look(offered)
    switch (readiness._tag) {
      case "Ready": return readiness.found
      case "Missing": case "Failed": return yield* notReady(name, readiness.detail)
      case "Loading": return yield* notReady(name, "it is still being looked for; try again in a moment.")
    }
  })

  const scripted = scriptedRow(options.selfCommand).name
  const preferred = Effect.gen(function*() {
    if (options.demo && offer(scripted) !== undefined) return scripted
    const first = () => list().find(({ enabled, readiness }) => enabled && readiness === "ready")?.name
    const known = first() ?? (yield* Effect.andThen(lookForAll, Effect.sync(first)))
    return known ?? (yield* notReady(builtinRows[0]?.name ?? scripted, "no agent is installed; `boocode agents` says how to get one."))
  })

  yield* load
  yield* Effect.forkScoped(lookForAll)
  return AgentCatalog.of({
    changes, find, preferred,
    known: (name) => Effect.sync(() => known(name)),
    list: Effect.sync(list),
    refresh: forgetRefusals.pipe(Effect.andThen(load), Effect.andThen(lookForAll), Effect.andThen(Effect.sync(list)))
  })
})

export class AgentCatalog extends Context.Service<AgentCatalog, {
  /** The catalogue at once, and again after every change. Who is slow sees the newest only. */
  readonly changes: Stream.Stream<ReadonlyArray<AgentInfo>>
  readonly list: Effect.Effect<ReadonlyArray<AgentInfo>>
  /** Reads the rows again, looks for every agent, and answers when done. */
  readonly refresh: Effect.Effect<ReadonlyArray<AgentInfo>>
  /** Looked for at once. Fails with `UnknownAgent`, or with `AgentNotReady` and why. */
  readonly find: (name: AgentName) => Effect.Effect<FoundAgent, ChatError>
  /** As it was when last looked for, which this doesn't do. */
  readonly known: (name: AgentName) => Effect.Effect<FoundAgent | undefined>
  /** The agent of a new chat when nobody named one: the scripted one in a demo, else the first that is ready. */
  readonly preferred: Effect.Effect<AgentName, ChatError>
}>()("boocode/agent/AgentCatalog") {
  static readonly layer = (options: AgentCatalogOptions) => Layer.effect(AgentCatalog, make(options))
}
