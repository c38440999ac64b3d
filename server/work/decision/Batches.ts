/** Decisions on many changes, cut into batches: as many at once as a kill may leave to be asked again, and no path in a batch twice. Pure. */
import type { PendingChange } from "../../../shared/Change.ts"

const most = 250

const pathsOf = ({ oldPath, path }: PendingChange) => oldPath === null ? [path] : [path, oldPath]

/** In the given order; each change once. */
export const batchesOf = (changes: ReadonlyArray<PendingChange>): ReadonlyArray<ReadonlyArray<PendingChange>> => {
  const batches: Array<Array<PendingChange>> = []
  let paths = new Set<string>()
  for (const change of new Map(changes.map((one) => [one.id, one])).values()) {
    const last = batches.at(-1)
    if (last !== undefined && last.length < most && !pathsOf(change).some((path) => paths.has(path))) last.push(change)
    else {
      paths = new Set()
      batches.push([change])
    }
    for (const path of pathsOf(change)) paths.add(path)
  }
  return batches
}
