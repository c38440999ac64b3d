/** Path, as it is typed: how a completed directory goes on, and what of it is new. Pure. */

/** A directory is completed with its slash, so that typing goes on inside it. */
export const completed = (path: string): string => path.endsWith("/") ? path : `${path}/`

/** The last name of a path, and what stands before it. */
export const pathParts = (path: string): { readonly parent: string; readonly name: string } => {
  const trimmed = path.replace(/\/+$/, "")
  const at = trimmed.lastIndexOf("/")
  return { parent: trimmed.slice(0, at + 1), name: trimmed.slice(at + 1) || "/" }
}
