/** What is different between two trees, file by file, as git tells it with `-z`: pure. How it is asked is `Checkpoints`' business. */
import type { CountedChange, FileChange, Operation } from "../../../shared/Change.ts"
import { splitNul, textOfPath } from "./PathText.ts"

/** Plumbing, so that no setting of a user's changes what it means. */
export const treeDiffArgs = ["diff-tree", "-r", "-z", "-M", "--raw", "--no-ext-diff", "--no-textconv"]
export const countedDiffArgs = [...treeDiffArgs, "--numstat"]

interface Count { readonly added: number; readonly removed: number; readonly binary: boolean }

const operations: Readonly<Record<string, Operation>> = { A: "create", D: "delete", R: "rename" }
const present = (value: string): string | null => /^0+$/.test(value) ? null : value

const fileOf = (header: string, first: Buffer, second: Buffer | undefined): FileChange => {
  const [oldMode = "", mode = "", baseBlob = "", blob = "", status = ""] = header.slice(1).split(" ")
  return {
    path: textOfPath(second ?? first), oldPath: second === undefined ? null : textOfPath(first), operation: operations[status.slice(0, 1)] ?? "edit",
    oldMode: present(oldMode), mode: present(mode), baseBlob: present(baseBlob), blob: present(blob)
  }
}

const countOf = (text: string): Count => {
  const [added = "", removed = ""] = text.split("\t")
  return { added: Number(added) || 0, removed: Number(removed) || 0, binary: added === "-" }
}

const isRename = (header: string): boolean => /^[RC]/.test(header.split(" ").at(-1) ?? "")

/** Counts come after all files, in the same order. */
const parse = (out: Buffer): { readonly files: ReadonlyArray<FileChange>; readonly counts: ReadonlyArray<Count> } => {
  const fields = splitNul(out)
  const files: Array<FileChange> = [], counts: Array<Count> = []
  for (let at = 0; at < fields.length;) {
    const head = fields[at] ?? Buffer.alloc(0)
    if (head[0] === 0x3a) {
      const header = head.toString("latin1")
      const renamed = isRename(header)
      files.push(fileOf(header, fields[at + 1] ?? head, renamed ? fields[at + 2] : undefined))
      at += renamed ? 3 : 2
    } else {
      counts.push(countOf(head.toString("latin1")))
      // a rename has no path here: its two come after
      at += head.at(-1) === 0x09 ? 3 : 1
    }
  }
  return { files, counts }
}

export const filesOfDiff = (out: Buffer): ReadonlyArray<FileChange> => parse(out).files

export const countedFilesOfDiff = (out: Buffer): ReadonlyArray<CountedChange> => {
  const { counts, files } = parse(out)
  return files.map((file, at) => ({ ...file, ...(counts[at] ?? { added: 0, removed: 0, binary: false }) }))
}
