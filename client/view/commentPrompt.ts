/** Comment prompt: a set of comments as the one prompt that they are sent as. Pure. */
import type { LineComment } from "../../shared/LineComment.ts"
import { languageOfPath } from "./languages.ts"
import { plural } from "./numbers.ts"

export const lineWords = ({ from, to }: Pick<LineComment, "from" | "to">): string => from === to ? `line ${from}` : `lines ${from} to ${to}`

/** A fence that no line of the code ends. */
const fenceOf = (code: string): string => {
  const longest = Math.max(2, ...[...code.matchAll(/^\s*(`{3,})/gm)].map((found) => found[1]?.length ?? 0))
  return "`".repeat(longest + 1)
}

const ordered = (comments: ReadonlyArray<LineComment>): ReadonlyArray<LineComment> =>
  [...comments].sort((one, other) => one.path < other.path ? -1 : one.path > other.path ? 1 : one.from - other.from || one.at - other.at)

const commentWords = (comment: LineComment, number: number, outdated: boolean): string => {
  const fence = fenceOf(comment.quoted)
  const where = `\`${comment.path}\`, ${lineWords(comment)}${comment.side === "old" ? " of the file before the change" : ""}`
  return `${number}. ${where}${outdated ? " (the file has changed since)" : ""}:\n\n${fence}${languageOfPath(comment.path)}\n${comment.quoted}\n${fence}\n\n${comment.text.trim()}`
}

/** In the order of files and lines. `isOutdated` says of which the file has changed since. */
export const commentPrompt = (comments: ReadonlyArray<LineComment>, isOutdated: (comment: LineComment) => boolean = () => false): string => {
  const files = new Set(comments.map(({ path }) => path)).size
  const opening = `I have ${plural(comments.length, "comment")} on the changes in ${files === 1 ? "one file" : `${files} files`}. Please go through ${comments.length === 1 ? "it" : "them"}:`
  return [opening, ...ordered(comments).map((comment, index) => commentWords(comment, index + 1, isOutdated(comment)))].join("\n\n")
}
