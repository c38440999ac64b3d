/** A changed file in words: what became of it, its modes, its sizes, and why not all of its diff is here. Pure. */
import type { CountedChange } from "../../shared/Change.ts"
import type { CutWhy, DiffFrame } from "../../shared/Diff.ts"
import { amountWords, byteWords } from "./numbers.ts"

type Head = Extract<DiffFrame, { readonly _tag: "Head" }>

const operations: Record<CountedChange["operation"], string> = { create: "new", edit: "", delete: "deleted", rename: "renamed" }

const modes: Readonly<Record<string, string>> = { "100644": "a plain file", "100755": "executable", "120000": "a symlink", "160000": "a submodule" }
const modeName = (mode: string): string => modes[mode] ?? `mode ${mode}`

/** Beside its name, each a few words. */
export const fileNotes = ({ mode, oldMode, oldPath, operation, path }: Pick<CountedChange, "mode" | "oldMode" | "oldPath" | "operation" | "path">): ReadonlyArray<string> => [
  ...(operations[operation] === "" ? [] : [operations[operation]]),
  ...(oldPath === null || oldPath === path ? [] : [`from ${oldPath}`]),
  ...(oldMode === null && mode !== null && mode !== "100644" ? [modeName(mode)] : []),
  ...(oldMode === null || mode === null || oldMode === mode ? [] : [`was ${modeName(oldMode)}, is ${modeName(mode)}`])
]

const ways: Record<CutWhy, string> = {
  bytes: "Its diff is large", lines: "Its diff has many lines", time: "git took long to compare it"
}

export const cutWords = (why: CutWhy, lines: number): string =>
  lines === 0 ? `${ways[why]}: nothing of it is shown.` : `${ways[why]}: the first ${amountWords(lines)} lines are shown.`

/** What a binary file came to. */
export const sizeWords = ({ newBytes, oldBytes }: Pick<Head, "newBytes" | "oldBytes">): string =>
  oldBytes === null ? newBytes === null ? "" : byteWords(newBytes)
    : newBytes === null ? `${byteWords(oldBytes)} before`
    : oldBytes === newBytes ? `${byteWords(newBytes)} before and after` : `${byteWords(oldBytes)} before, ${byteWords(newBytes)} after`

/** Why there are no lines to show of a file that did come. */
export const emptyWords = (file: Pick<CountedChange, "operation" | "oldMode" | "mode" | "baseBlob" | "blob">, ignoresSpace: boolean): string => {
  if (file.baseBlob === file.blob) return file.operation === "rename" ? "Its content is the same." : "Only its mode changed."
  if (ignoresSpace) return "Only white space changed."
  return file.operation === "create" ? "The new file is empty." : file.operation === "delete" ? "The deleted file was empty." : "No line changed."
}
