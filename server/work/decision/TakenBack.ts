/**
 * What was carried into a checkout and then could not be recorded: taken out of it again while the server lives, so that what a
 * person is told and what is on the disk agree. A record whose answer was lost may have landed all the same, so the rows are
 * looked at again first; where nobody can look, the note of it stays, and the next boot finishes it.
 */
import { Effect, Option, Result } from "effect"
import type { ChangeId } from "../../../shared/Change.ts"
import type { WorkError } from "../../../shared/WorkError.ts"
import { ChangePort } from "../change/ChangePort.ts"
import { type Files, pick, sameEntry } from "../git/TreeFiles.ts"
import { type Carried, Landing } from "../land/Landing.ts"
import type { Exchange } from "../land/LandingNotes.ts"

/** What a change is when it was carried that way and recorded. */
export const stateAfter = { apply: "applied", reject: "rejected", revert: "reverted", "bring-back": "pending" } as const

type Decided = Exclude<keyof typeof stateAfter, "bring-back">

/** The write was waited for already, and others wait for this one. */
const patience = "5 seconds"
const named = 10

/** What was committed since is nobody's to take back: it is as it came there, or another than `was`. */
export const uncommitted = (head: Files, { after, before }: Exchange, was?: Files): Exchange => {
  const isCommitted = (path: string) => was === undefined ? sameEntry(head.get(path), after.get(path)) : !sameEntry(head.get(path), was.get(path))
  const paths = [...new Set([...before.keys(), ...after.keys()])].filter((path) => !isCommitted(path))
  return { before: pick(before, paths), after: pick(after, paths) }
}

/** The files of exchanges, for a log: the first few by name. */
export const namesIn = (exchanges: ReadonlyMap<unknown, Exchange>): string => {
  const paths = [...new Set([...exchanges.values()].flatMap(({ after, before }) => [...before.keys(), ...after.keys()]))]
  const more = paths.length - named
  return more > 0 ? `${paths.slice(0, named).join(", ")} and ${more} more` : paths.join(", ")
}

/** Of those that were carried. */
export const exchangesOf = (all: ReadonlyMap<ChangeId, Result.Result<Carried, WorkError> | undefined>): ReadonlyMap<ChangeId, Exchange> =>
  new Map([...all].flatMap(([id, one]) => one !== undefined && Result.isSuccess(one) && one.success._tag === "Carried" ? [[id, one.success.exchange] as const] : []))

export const makeTakenBack = Effect.gen(function*() {
  const port = yield* ChangePort
  const { done, takeBackAll, trees } = yield* Landing

  const takeBack = Effect.fnUntraced(function*(top: string, way: Decided, exchanges: ReadonlyMap<ChangeId, Exchange>) {
    // a person may have committed what they saw there; a revert leaves what is committed, mostly
    const head = way === "apply" ? yield* trees.filesAt(top, "HEAD") : undefined
    const back = head === undefined ? exchanges : new Map([...exchanges].map(([id, exchange]) => [id, uncommitted(head, exchange)]))
    const staying = yield* takeBackAll(top, back)
    // what stays there is known by its note still
    const gone = new Map([...exchanges].filter(([id]) => !staying.has(id)))
    yield* done(top, [...gone.keys()], way)
    if (gone.size > 0) yield* Effect.logWarning(`${namesIn(gone)} in ${top} could not be recorded as ${stateAfter[way]}, so it was taken back.`)
  })

  const isDecided = (way: Decided, ids: ReadonlyArray<ChangeId>) => Effect.map(port.findAll(ids), (rows) => rows.some(({ state }) => state === stateAfter[way]))

  /** `recording`, all or nothing; where it fails, and nothing of it is recorded, the exchanges are taken back. Recorded after all, it is as if it had not failed. */
  const orTakenBack = Effect.fnUntraced(function*(top: string, way: Decided, exchanges: ReadonlyMap<ChangeId, Exchange>, recording: Effect.Effect<unknown, WorkError>,
    isRecorded: Effect.Effect<boolean, WorkError> = isDecided(way, [...exchanges.keys()])) {
    const recorded = yield* Effect.result(recording)
    if (Result.isSuccess(recorded)) return
    const known = exchanges.size === 0 ? Option.none() : yield* Effect.orElseSucceed(Effect.timeoutOption(isRecorded, patience), Option.none)
    if (Option.isSome(known) && known.value) return
    if (Option.isSome(known)) yield* Effect.catch(takeBack(top, way, exchanges), ({ message }) => Effect.logWarning(`${namesIn(exchanges)} in ${top} was not recorded, and stays there.`, message))
    return yield* recorded.failure
  })

  return { orTakenBack }
})
