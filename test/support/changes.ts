/** Pending changes as a server in use has them, for the page's tests and its gallery. */
import { ChangeId, type PendingChange } from "../../shared/Change.ts"
import { AgentName, SessionId, WorktreeId } from "../../shared/Ids.ts"

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`
const blob = (n: number): string => n.toString(16).padStart(40, "0")

export const changeId = (n: number): ChangeId => ChangeId.make(uuid(n))
export const worktreeOf = (n: number) => ({ id: WorktreeId.make(uuid(n)), path: "/srv/boocode/worktrees/queue", branch: "boocode/queue", baseCommit: blob(7) })

type Given = Partial<Omit<PendingChange, "agents">> & { readonly agents?: ReadonlyArray<string> }

/** An edit by goose, unless said otherwise. */
export const changeOf = (n: number, path: string, { agents = ["goose"], ...given }: Given = {}): PendingChange => {
  const operation = given.operation ?? "edit"
  return {
    id: changeId(n), worktreeId: WorktreeId.make(uuid(1)), sessionId: SessionId.make(uuid(1)), path, oldPath: null, operation,
    oldMode: operation === "create" ? null : "100644", mode: operation === "delete" ? null : "100644",
    baseBlob: operation === "create" ? null : blob(n * 2), blob: operation === "delete" ? null : blob(n * 2 + 1),
    binary: false, added: operation === "delete" ? 0 : 3 + (n * 7) % 41, removed: operation === "create" ? 0 : (n * 5) % 23,
    manual: false, state: "pending", seq: n, changedAt: 1_800_000_000_000 + n, ...given, agents: agents.map((name) => AgentName.make(name))
  }
}

/** Two agents and a person in one worktree. */
export const mixedChanges: ReadonlyArray<PendingChange> = [
  changeOf(1, "docs/queue.md", { agents: ["qwen"], operation: "create", added: 48 }),
  changeOf(2, "package.json", { agents: [], manual: true, added: 1, removed: 1 }),
  changeOf(3, "server/chat/ChatActor.ts", { agents: ["goose", "qwen"], added: 31, removed: 12 }),
  changeOf(4, "server/chat/QueueDecider.ts", { added: 84, removed: 20 }),
  changeOf(5, "server/chat/QueueDecider.test.ts", { agents: ["qwen"], operation: "create", added: 120 }),
  changeOf(6, "server/chat/legacyQueue.ts", { operation: "delete", removed: 64 }),
  changeOf(7, "server/store/ChatRows.ts", { operation: "rename", oldPath: "server/store/Rows.ts", added: 2, removed: 2 }),
  changeOf(8, "scripts/release.sh", { agents: ["qwen"], manual: true, mode: "100755", added: 4, removed: 1 }),
  changeOf(9, "client/asset/ghost.png", { binary: true, added: 0, removed: 0 }),
  changeOf(10, "client/element/boo-queue.ts", { agents: ["goose", "my-own-agent"], added: 18, removed: 9 })
].toSorted((a, b) => a.path < b.path ? -1 : 1)

/** So many that no page should draw them all. */
export const manyChanges = (count: number): ReadonlyArray<PendingChange> => Array.from({ length: count }, (_, n) =>
  changeOf(n + 1, `packages/part${String(n % 23).padStart(2, "0")}/src/module${String(Math.floor(n / 23) % 9)}/file${String(n).padStart(4, "0")}.ts`, { agents: n % 5 === 0 ? ["goose", "qwen"] : n % 3 === 0 ? ["qwen"] : ["goose"] }))
  .toSorted((a, b) => a.path < b.path ? -1 : 1)
