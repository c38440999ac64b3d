/** Paths, as they are typed and as they are shown. Pure. */

/** A directory is completed with its slash, so that typing goes on inside it. */
export const completed = (path: string): string => path.endsWith("/") ? path : `${path}/`

/** Long absolute paths in a line, by their last names: agents name files of the session's worktree in full. */
export const shortenPaths = (text: string, names = 2): string =>
  text.replace(/(?<![\w.~/])\/(?:[^\s/:'"`]+\/){3,}[^\s/:'"`]+/g, (path) => `…/${path.split("/").slice(-names).join("/")}`)

/** The last name of a path, and what stands before it. */
export const pathParts = (path: string): { readonly parent: string; readonly name: string } => {
  const trimmed = path.replace(/\/+$/, "")
  const at = trimmed.lastIndexOf("/")
  return { parent: trimmed.slice(0, at + 1), name: trimmed.slice(at + 1) || "/" }
}
