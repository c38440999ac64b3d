/** For tests: what a server that is killed is made of, in one file, so that each of its many starts is a quick one. */
import { NodeServices } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import * as ChangePort from "../change/ChangePort.ts"
import * as Changes from "../change/Changes.ts"
import * as Checkpoints from "../change/Checkpoints.ts"
import * as Apply from "../decision/Apply.ts"
import * as randomDecisions from "../decision/randomDecisions.ts"
import * as Commits from "../land/Commits.ts"
import * as WorktreePort from "../worktree/WorktreePort.ts"
import * as Worktrees from "../worktree/Worktrees.ts"
import * as Git from "./Git.ts"

/** @public */
export const modules = {
  "change/ChangePort": ChangePort, "change/Changes": Changes, "change/Checkpoints": Checkpoints, "decision/Apply": Apply,
  "decision/randomDecisions": randomDecisions, "git/Git": Git, "land/Commits": Commits, "worktree/WorktreePort": WorktreePort, "worktree/Worktrees": Worktrees
}
/** @public */
export { Effect, Layer, NodeServices }
