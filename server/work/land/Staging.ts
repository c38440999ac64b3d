/**
 * Where files wait that are about to be put in a checkout: on the checkout's own disk, or they could not be put there in one
 * step. In git's folder, which nobody looks into; beside the checkout, or in it, where that lies on another disk, as it does
 * where the data directory is a volume of its own.
 */
import { Effect, type FileSystem } from "effect"
import { dirname } from "node:path"
import type { ChangeId } from "../../../shared/Change.ts"
import type { LandId } from "../../../shared/Land.ts"
import { lookAt } from "../git/DiskBytes.ts"

const hidden = ".boocode-landing-"
const diskOf = (path: string) => Effect.map(lookAt(Buffer.from(path)), (found) => found?.dev)

/** `own` is the folder that we have in git's. */
export const stagingOf = Effect.fnUntraced(function*(own: string, top: string, id: ChangeId | LandId) {
  const disk = yield* diskOf(top)
  if ((yield* diskOf(own)) === disk) return `${own}/landing-${id}`
  const beside = (yield* diskOf(dirname(top))) === disk ? dirname(top) : top
  return `${beside}/${hidden}${id}`
})

/** What killed servers left there. For when nothing is being put anywhere. */
export const sweepStaging = Effect.fnUntraced(function*(fs: FileSystem.FileSystem, own: string, top: string) {
  for (const [folder, begin] of [[own, "landing-"], [dirname(top), hidden], [top, hidden]] as const) {
    const names = (yield* Effect.orElseSucceed(fs.readDirectory(folder), () => [])).filter((name) => name.startsWith(begin) && /^[0-9a-f-]{36}$/.test(name.slice(begin.length)))
    yield* Effect.forEach(names, (name) => Effect.ignore(fs.remove(`${folder}/${name}`, { recursive: true, force: true })), { discard: true })
  }
})
