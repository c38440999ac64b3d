/** How git is asked for hunks, by all who count them: whoever chooses hunks by number must see the same. */

/** Before `-U…` and the two contents. A person's own setting must not merge hunks that lie close together. */
export const hunkArgs: ReadonlyArray<string> = ["diff", "--no-ext-diff", "--no-textconv", "--no-color", "--inter-hunk-context=0"]
