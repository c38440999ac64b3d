/** What a turn changed, a page at a time, in git's order of paths: pure. A page begins where the one before ended, whatever came or went meanwhile. */
import type { CountedChange, TurnFiles } from "../../../shared/Change.ts"
import { bytesOfPath } from "../git/PathText.ts"

export const turnFiles = (all: ReadonlyArray<CountedChange>, limit: number, after?: string): TurnFiles => {
  const last = after === undefined ? undefined : bytesOfPath(after)
  const left = last === undefined ? all : all.filter(({ path }) => Buffer.compare(bytesOfPath(path), last) > 0)
  return {
    files: left.slice(0, limit), count: all.length,
    added: all.reduce((sum, { added }) => sum + added, 0), removed: all.reduce((sum, { removed }) => sum + removed, 0)
  }
}
