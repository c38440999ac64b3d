/** Much parked work at once, as commits on refs: as a server leaves it, without a worktree for each. */
import { execFileSync } from "node:child_process"
import { WorktreeId } from "../../shared/Ids.ts"
import { messageOf, parkedRef } from "../../server/work/parking/ParkedNote.ts"

/** `at`: seconds since the epoch. */
export interface Parking { readonly title: string; readonly at: number }

/** The ids, in the given order. */
export const parkByHand = (repository: string, parkings: ReadonlyArray<Parking>): ReadonlyArray<WorktreeId> => {
  const git = (args: ReadonlyArray<string>, input = "") => execFileSync("git", args, { cwd: repository, encoding: "utf8", input, stdio: "pipe" }).trim()
  const head = git(["rev-parse", "HEAD"]), index = git(["rev-parse", "HEAD^{tree}"])
  const ids = parkings.map(() => WorktreeId.make(crypto.randomUUID()))
  git(["fast-import", "--quiet"], parkings.map(({ at, title }, nth) => {
    const id = ids[nth] ?? WorktreeId.make(crypto.randomUUID())
    const message = messageOf({ id, sessionId: null, title, branch: `boocode/${id}`, baseCommit: head, baseTree: null, head, index, files: 1, hidden: [], left: [] })
    return `commit ${parkedRef(id)}\ncommitter T <t@example.invalid> ${at} +0000\ndata ${Buffer.byteLength(message)}\n${message}\nfrom ${head}\n\n`
  }).join(""))
  return ids
}
