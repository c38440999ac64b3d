/** Lines of a worktree's files that hold something, by `git grep`, read as a stream that ends with its reader. */
import { Effect, Stream } from "effect"
import type { FileMatch, SearchFrame } from "../../../shared/File.ts"
import type { WorkError } from "../../../shared/WorkError.ts"
import { linesOf, type OpenLine } from "../diff/DiffLines.ts"
import type { Git } from "../git/Git.ts"
import { textOfPath } from "../git/PathText.ts"

export interface SearchOrder {
  readonly query: string
  readonly regex?: boolean | undefined
  readonly caseSensitive?: boolean | undefined
  readonly glob?: string | undefined
}

const limit = 2000
const ofOneFile = 200
/** UTF-16 units of a line that are shown, and how many of them stand before the match. */
const previewSize = 240
const previewLead = 60

/** `path NUL line NUL column NUL text`, or with `:` after the numbers, as gits of different age write it. */
export const matchOf = (record: Buffer): FileMatch | undefined => {
  const end = record.indexOf(0)
  const numbers = /^(\d+)[\0:](\d+)[\0:]/.exec(record.toString("latin1", end + 1, end + 40))
  if (end === -1 || numbers === null) return undefined
  const text = record.subarray(end + 1 + numbers[0].length)
  const column = text.toString("utf8", 0, Number(numbers[2]) - 1).length
  const line = text.toString("utf8").replace(/\r$/, "")
  const from = line.length <= previewSize || column <= previewLead ? 0 : column - previewLead
  return {
    path: textOfPath(record.subarray(0, end)), line: Number(numbers[1]), column: column + 1,
    preview: line.slice(from, from + previewSize).toWellFormed(), at: column - from
  }
}

const argsOf = ({ caseSensitive, glob, query, regex }: SearchOrder): ReadonlyArray<string> => [
  "grep", "-n", "--column", "-z", "-I", "--untracked", "--no-color", "--full-name", `--max-count=${ofOneFile}`, regex === true ? "-E" : "-F",
  ...(caseSensitive === true ? [] : ["-i"]), "-e", query, "--", ...(glob === undefined || glob.trim() === "" ? [] : [`:(top)${glob.trim()}`])
]

/** At most so many matches, then how it ended. */
export const searchFiles = (git: Git["Service"], top: string, order: SearchOrder): Stream.Stream<SearchFrame, WorkError> => Stream.suspend(() => {
  let open: OpenLine, count = 0
  const framesOf = (chunk: Uint8Array): ReadonlyArray<SearchFrame> => {
    const read = linesOf(open, Buffer.from(chunk))
    open = read.open
    const matches = read.lines.flatMap(({ bytes }) => matchOf(bytes) ?? []).slice(0, limit - count)
    count += matches.length
    return matches.length === 0 ? [] : [{ _tag: "Matches", matches }]
  }
  // nothing found is no failure
  const found = git.stream(top, { what: "search the files", args: argsOf(order), quiet: [1] }).pipe(
    Stream.takeWhile(() => count < limit), Stream.flatMap((chunk) => Stream.fromIterable(framesOf(chunk))))
  return Stream.concat(found, Stream.fromEffect(Effect.sync((): SearchFrame => ({ _tag: "Ended", cut: count >= limit }))))
})
