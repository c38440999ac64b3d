/** Files, as they are drawn: the rows of the tree, matches by their file, what can be done with a content. Pure. */
import type { FileContent, FileEntry, FileMark, FileMatch } from "../../shared/File.ts"
import type { IconName } from "./iconName.ts"

export interface TreeRow { readonly entry: FileEntry; readonly name: string; readonly depth: number; readonly open: boolean | undefined }

/** The last name of a path. One that git quotes keeps its quotation mark's meaning: it is shown as it stands. */
export const nameOf = (path: string): string => path.slice(path.replace(/\/$/, "").lastIndexOf("/") + 1)

export const folderOf = (path: string): string => path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ""

const isFolder = ({ kind }: FileEntry): boolean => kind === "folder" || kind === "repository"

/** Folders that are open with what is in them, in the order of the screen. */
export const treeRows = (folders: ReadonlyMap<string, ReadonlyArray<FileEntry>>, open: ReadonlySet<string>, folder = "", depth = 1): ReadonlyArray<TreeRow> =>
  (folders.get(folder) ?? []).flatMap((entry) => {
    const isOpen = isFolder(entry) ? open.has(entry.path) : undefined
    const row: TreeRow = { entry, name: nameOf(entry.path), depth, open: isOpen }
    return isOpen === true ? [row, ...treeRows(folders, open, entry.path, depth + 1)] : [row]
  })

const markNames: Record<FileMark, string> = { A: "new", M: "changed", D: "deleted" }
export const markWords = (mark: FileMark): string => markNames[mark]

export const entryIcon = ({ kind }: FileEntry): IconName => kind === "folder" || kind === "repository" ? "folder" : kind === "link" ? "move" : "file"

export interface FileMatches { readonly path: string; readonly matches: ReadonlyArray<FileMatch> }

/** In the order in which they came. */
export const matchesByFile = (matches: ReadonlyArray<FileMatch>): ReadonlyArray<FileMatches> => {
  const files = new Map<string, Array<FileMatch>>()
  for (const match of matches) {
    const known = files.get(match.path)
    if (known === undefined) files.set(match.path, [match])
    else known.push(match)
  }
  return [...files].map(([path, of]) => ({ path, matches: of }))
}

/** Why a file can't be changed here. */
export const whyNotEditable = (content: FileContent): string | undefined => {
  if (content._tag !== "Text") return "Only texts can be changed here."
  if (content.cut) return "It is too large to be changed here; the terminal can."
  if (content.mended) return "It holds what is no UTF-8 and would not stay as it is; the terminal can change it."
  return /\r\n/.test(content.text) && /(^|[^\r])\n/.test(content.text) ? "Its lines end in two ways, of which only one would stay; the terminal can change it." : undefined
}

/** What a text field made of line ends, as the file has them. */
export const asInFile = (typed: string, before: string): string => before.includes("\r\n") ? typed.replaceAll("\n", "\r\n") : typed

/** A new file's path as it was typed, if it can be one. */
export const newPathFault = (typed: string): string | undefined => {
  const path = typed.trim()
  if (path === "") return "Type a path, as in src/new.ts."
  return path.startsWith("/") || path.endsWith("/") || path.split("/").some((name) => name === "" || name === "." || name === "..")
    ? "A path goes from the worktree's top to a file, as in src/new.ts." : undefined
}

/** From the worktree's top, where the place a tool names lies in it. */
export const pathInWorktree = (path: string, worktree: string | undefined): string | undefined => {
  if (!path.startsWith("/")) return path
  return worktree !== undefined && path.startsWith(`${worktree}/`) ? path.slice(worktree.length + 1) : undefined
}

/** Many lines are drawn in pieces, of which only those on the screen cost anything. */
export const linePieces = <A>(lines: ReadonlyArray<A>, size = 200): ReadonlyArray<{ readonly from: number; readonly lines: ReadonlyArray<A> }> =>
  Array.from({ length: Math.ceil(lines.length / size) }, (_, nth) => ({ from: nth * size, lines: lines.slice(nth * size, (nth + 1) * size) }))
