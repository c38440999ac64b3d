/** Much parked work at once, as commits on refs: as a server leaves it, without a worktree for each. */
import { execFileSync } from "node:child_process"
import { SessionId, WorktreeId } from "../../shared/Ids.ts"
import { messageOf, type ParkedNote, parkedRef } from "../../server/work/parking/ParkedNote.ts"

/** Seconds since the epoch. */
export interface Parking { readonly title: string; readonly at: number; readonly makers?: ParkedNote["makers"]; readonly sessionId?: SessionId }

export const parkByHand = (repository: string, { at, makers, sessionId, title }: Parking): WorktreeId => {
  const id = WorktreeId.make(crypto.randomUUID()), date = `${at} +0000`
  const git = (args: ReadonlyArray<string>, input = "") => execFileSync("git", ["-c", "user.name=T", "-c", "user.email=t@example.invalid", ...args],
    { cwd: repository, encoding: "utf8", input, env: { ...process.env, GIT_COMMITTER_DATE: date, GIT_AUTHOR_DATE: date } }).trim()
  const head = git(["rev-parse", "HEAD"])
  const note: ParkedNote = {
    id, sessionId: sessionId ?? null, title, branch: `boocode/${id}`, baseCommit: head, baseTree: null, head, index: git(["rev-parse", "HEAD^{tree}"]),
    files: 1, hidden: [], left: [], ...makers === undefined ? {} : { makers }
  }
  git(["update-ref", parkedRef(id), git(["commit-tree", "HEAD^{tree}", "-p", head], messageOf(note))])
  return id
}
