/** What the commit of a landing says: pure. Its message is the person's; below it stands a line for each agent that had a hand in it. */
import { toOneLine } from "../../../shared/Text.ts"
import { slugOf } from "../worktree/WorktreeName.ts"

const isTrailer = (line: string): boolean => /^[A-Za-z0-9-]+: \S/.test(line)

/** A message as git keeps it, with trailers that it doesn't have yet below. */
export const withTrailers = (message: string, trailers: ReadonlyArray<string>): string => {
  const lines = message.replaceAll(/\r\n?/g, "\n").split("\n").map((line) => line.trimEnd())
  const text = lines.join("\n").replace(/^\n+/, "").trimEnd()
  const last = text.split(/\n{2,}/).at(-1)?.split("\n") ?? []
  const missing = trailers.filter((trailer) => !lines.includes(trailer))
  if (missing.length === 0) return `${text}\n`
  // one line alone is what the commit is called, whatever it looks like
  const joins = text.includes("\n\n") && last.every(isTrailer)
  return `${text}${joins ? "\n" : "\n\n"}${missing.join("\n")}\n`
}

export const subjectOf = (title: string): string => toOneLine(title) === "" ? "Changes of a session" : toOneLine(title)

/** A name after the session's, that is no branch yet and stands in the way of none. */
export const freeBranch = (title: string, branches: ReadonlyArray<string>): string => {
  const isFree = (name: string) => !branches.some((branch) => branch === name || branch.startsWith(`${name}/`))
  const slug = slugOf(title.toLowerCase())
  for (let nth = 1; ; nth++) {
    const name = nth === 1 ? slug : `${slug}-${nth}`
    if (isFree(name)) return name
  }
}
