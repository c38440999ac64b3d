/** A session's work for the gallery, in the state that a scene asks for. */
import type { ChangeFrame, PendingChange } from "../../shared/Change.ts"
import { done } from "../rpc/Reply.ts"
import { quietWorkRemote } from "../rpc/quietWorkRemote.ts"
import type { WorkRemote } from "../rpc/WorkRemote.ts"
import { lineTotals } from "../view/change.ts"
import { fakeDiffs } from "./diffScenes.ts"
import { changeOf, manyChanges, mixedChanges, worktreeOf } from "../../test/support/changes.ts"
import { ids } from "../../test/support/chatLog.ts"

const conflicted: ReadonlyArray<PendingChange> = mixedChanges.map((change) => change.path.endsWith("ChatActor.ts") ? { ...change, state: "conflicted" } : change)

const standing: Readonly<Record<string, ReadonlyArray<PendingChange>>> = {
  mixed: mixedChanges, stale: mixedChanges.slice(0, 4), conflict: conflicted, waiting: mixedChanges, many: manyChanges(2400), one: [changeOf(1, "server/chat/QueueDecider.ts")],
  answer: mixedChanges.filter(({ agents, manual }) => !manual && agents.length === 1 && agents[0] === "goose").slice(0, 3)
}

const decided: ReadonlyArray<PendingChange> = [
  changeOf(51, "README.md", { state: "applied" }), changeOf(52, "server/edge/Http.ts", { state: "rejected", agents: ["qwen"] }),
  changeOf(53, "shared/Chat.ts", { state: "reverted", agents: ["goose", "qwen"] }), changeOf(54, "docs/notes.md", { state: "applied", agents: [], manual: true })
]

const framesOf = (scene: string): ReadonlyArray<ChangeFrame> => {
  const changes = standing[scene] ?? []
  return [
    { _tag: "Opened", worktree: scene === "noworktree" ? null : worktreeOf(1) },
    { _tag: "Saved", changes },
    {
      _tag: "Standing", skipped: scene === "mixed" || scene === "staleempty" ? [{ path: "vendor/theirs", why: "repository", detail: "" }] : [],
      running: scene === "waiting" ? [ids.agent("goose")] : [], waiting: scene === "waiting" ? changes.slice(2, 3).map(({ id }) => id) : [],
      decided: scene === "unchanged" || scene === "noworktree" ? 0 : decided.length, lookedAt: Date.now() - (scene.startsWith("stale") ? 480_000 : 0),
      problem: scene.startsWith("stale") ? { sentence: "git could not read the worktree: fatal: unable to read tree 4f1c0ff. See whether its disk answers, then look again.", since: Date.now() - 300_000 } : null
    }
  ]
}

const base = "export const next = (queue: Queue): Prompt | undefined => {\n  const [first] = queue.prompts\n  return first\n}\n"

export const fakeWorkRemote = (scene: string): WorkRemote => ({
  ...quietWorkRemote,
  watchChanges: (_, watcher) => {
    if (scene === "workfailed") watcher.onFailure("There is no such session; it may have been deleted.")
    else if (scene !== "workloading") for (const frame of framesOf(scene)) watcher.onValue(frame)
    return () => {}
  },
  ...fakeDiffs,
  decided: () => Promise.resolve(done(decided)),
  conflict: () => Promise.resolve(done({
    base, mine: base.replace("queue.prompts", "queue.prompts.filter(({ held }) => !held)"), theirs: base.replace("const [first] = queue.prompts\n  return first", "return queue.held ? undefined : queue.prompts[0]"),
    marked: "export const next = (queue: Queue): Prompt | undefined => {\n<<<<<<< project\n  const [first] = queue.prompts.filter(({ held }) => !held)\n  return first\n=======\n  return queue.held ? undefined : queue.prompts[0]\n>>>>>>> goose, qwen\n}\n", cut: false
  })),
  landTargets: () => Promise.resolve(done({
    branch: "main", staged: false, remotes: ["origin"], suggested: "boocode/queue-semantics", message: "Queue semantics"
  })),
  land: ({ branch }) => Promise.resolve(done(scene === "conflict" ? { _tag: "Conflicted", changes: conflicted.slice(4, 5) } : { _tag: "Landed", commit: "4f1c0ffee0ddba11", branch: branch ?? "main", changes: [] })),
  push: () => Promise.resolve({ _tag: "Refused", message: "git could not push: origin refused main, it has commits that this checkout lacks. Pull first." }),
  ofTurn: () => Promise.resolve(done({ files: mixedChanges.slice(2, 6), count: 4, ...lineTotals(mixedChanges.slice(2, 6)) }))
})
