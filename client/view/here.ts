/** What rewinds and forks are in words: as notes of the timeline, and as what may be done from a prompt. Pure. */
import { type ChatNote, type RewindTarget, type RewoundFile, wordsOf } from "../../shared/ChatNote.ts"
import type { RewindOffer } from "../../shared/rpc/ChangeRpc.ts"
import type { IconName } from "./iconName.ts"

export const quoted = (text: string): string => {
  const words = wordsOf(text)
  return words === "" ? "an earlier prompt" : `“${words}”`
}

export const filesWords = (count: number): string => count === 1 ? "1 file" : `${count} files`

const rewoundWords = (to: RewindTarget): string => {
  switch (to._tag) {
    case "Before": return `rewound the files to before ${quoted(to.words)}`
    case "After": return `rewound the files to after ${quoted(to.words)}`
    case "Undone": return "took a rewind of the files back"
    case "At": return "rewound the files to an earlier moment"
  }
}

const verbs: Record<RewoundFile["operation"], string> = { create: "comes back", edit: "changes", delete: "goes", rename: "is renamed" }

export interface OfferRow { readonly path: string; readonly verb: string }

const rowsLimit = 8

/** What would change: the first files, each with what becomes of it. */
export const offerFace = ({ count, files }: RewindOffer): { readonly words: string; readonly rows: ReadonlyArray<OfferRow>; readonly more: number } => {
  const rows = files.slice(0, rowsLimit).map(({ operation, path }) => ({ path, verb: verbs[operation] }))
  return { words: count === 0 ? "The files are so already." : `${filesWords(count)} would change.`, rows, more: count - rows.length }
}

export interface NoteFace { readonly icon: IconName; readonly words: string; readonly more: string }

export const noteFace = (note: ChatNote): NoteFace => {
  if (note._tag === "Rewound") {
    const { by, count, files, to } = note
    const named = files.map(({ path }) => path)
    return {
      icon: "refresh", words: `${by} ${rewoundWords(to)} · ${count === 0 ? "no file was another" : filesWords(count)}`,
      more: [...named, ...(count > named.length ? [`and ${count - named.length} more`] : [])].join("\n")
    }
  }
  const { files, title, words } = note
  const where = files === "before" ? "with its files as they were" : files === "shared" ? "with the same files" : "with its files as they are: none were kept from then"
  return { icon: "copy", words: `Forked from ${quoted(title)} before ${quoted(words)}, ${where}`, more: "" }
}
