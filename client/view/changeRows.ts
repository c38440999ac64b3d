/** ChangeRows: changes as the rows of a list or of a tree of folders, filtered, in the order in which one goes through them. Pure. */
import type { PendingChange } from "../../shared/Change.ts"

export interface ChangeFilter {
  /** Agents' names and "manual"; none: everybody's. */
  readonly makers: ReadonlySet<string>
  /** Words that the path must hold. */
  readonly typed: string
}

export const noFilter: ChangeFilter = { makers: new Set(), typed: "" }

export interface FileRow {
  readonly _tag: "File"
  readonly key: string
  readonly depth: number
  readonly change: PendingChange
  readonly name: string
  /** Before the name, where the row stands in no folder. */
  readonly parent: string
}

export interface FolderRow {
  readonly _tag: "Folder"
  readonly key: string
  readonly depth: number
  /** Folders that hold nothing but one folder stand in one row. */
  readonly name: string
  readonly folded: boolean
  readonly changes: ReadonlyArray<PendingChange>
}

export type ChangeRow = FileRow | FolderRow

export const matchingChanges = (changes: ReadonlyArray<PendingChange>, { makers, typed }: ChangeFilter): ReadonlyArray<PendingChange> => {
  const words = typed.toLowerCase().split(/\s+/).filter((word) => word !== "")
  if (makers.size === 0 && words.length === 0) return changes
  return changes.filter(({ agents, manual, oldPath, path }) => {
    const made = makers.size === 0 || agents.some((name) => makers.has(name)) || ((manual || agents.length === 0) && makers.has("manual"))
    const text = `${path} ${oldPath ?? ""}`.toLowerCase()
    return made && words.every((word) => text.includes(word))
  })
}

const fileRow = (change: PendingChange, depth: number, inFolder: boolean): FileRow => {
  const at = change.path.lastIndexOf("/")
  return { _tag: "File", key: change.id, depth, change, name: change.path.slice(at + 1), parent: inFolder ? "" : change.path.slice(0, at + 1) }
}

export const listRows = (changes: ReadonlyArray<PendingChange>): ReadonlyArray<ChangeRow> => changes.map((change) => fileRow(change, 0, false))

interface Folder { readonly folders: Map<string, Folder>; readonly files: Array<PendingChange> }

const newFolder = (): Folder => ({ folders: new Map(), files: [] })

const grown = (changes: ReadonlyArray<PendingChange>): Folder => {
  const root = newFolder()
  for (const change of changes) {
    let at = root
    for (const name of change.path.split("/").slice(0, -1)) {
      const next = at.folders.get(name) ?? newFolder()
      at.folders.set(name, next)
      at = next
    }
    at.files.push(change)
  }
  return root
}

const changesIn = ({ files, folders }: Folder): ReadonlyArray<PendingChange> => [...[...folders.values()].flatMap(changesIn), ...files]

const rowsIn = (folder: Folder, path: string, depth: number, folded: ReadonlySet<string>): ReadonlyArray<ChangeRow> => [
  ...[...folder.folders].toSorted(([a], [b]) => a < b ? -1 : 1).flatMap(([first, inner]) => {
    let at = inner, name = first
    for (;;) {
      const [only] = at.folders
      if (only === undefined || at.folders.size > 1 || at.files.length > 0) break
      name = `${name}/${only[0]}`
      at = only[1]
    }
    const key = `${path}${name}/`
    const isFolded = folded.has(key)
    const row: FolderRow = { _tag: "Folder", key, depth, name, folded: isFolded, changes: changesIn(at) }
    return [row, ...(isFolded ? [] : rowsIn(at, key, depth + 1, folded))]
  }),
  ...folder.files.map((change) => fileRow(change, depth, true))
]

/** Folders first, each part by name. `folded` holds keys of folders. */
export const treeRows = (changes: ReadonlyArray<PendingChange>, folded: ReadonlySet<string>): ReadonlyArray<ChangeRow> =>
  rowsIn(grown(changes), "", 0, folded)

/** The file row after or before one in their order; from nowhere the first or the last. */
export const nextFile = (rows: ReadonlyArray<ChangeRow>, from: string | undefined, step: 1 | -1): FileRow | undefined => {
  const files = rows.filter((row) => row._tag === "File")
  const at = files.findIndex(({ key }) => key === from)
  if (at === -1) return step === 1 ? files[0] : files.at(-1)
  return files[at + step]
}
