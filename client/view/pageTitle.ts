/** The document's title: it says in the browser's tab whether somebody is wanted. Pure. */
import type { Directory } from "../../shared/Session.ts"

export const pageTitle = (directory: Directory | undefined, place: string | undefined, calls: number): string => {
  const working = directory?.chats.filter((chat) => chat.working && chat.archivedAt === null).length ?? 0
  const sign = calls > 0 ? `(${calls}) ` : working > 0 ? "● " : ""
  return `${sign}${place === undefined ? "" : `${place} · `}boocode`
}
