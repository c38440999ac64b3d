/**
 * WorkRemote: everything the page asks of sessions' work, as promises and callbacks. Stores know this and no Effect. It goes
 * over a link of its own, so that nothing here ever delays a chat; loaded when the page first wants it.
 */
import { Effect, Stream } from "effect"
import type { Rpc, RpcClient, RpcClientError, RpcGroup } from "effect/rpc"
import type { ChangeFrame } from "../../shared/Change.ts"
import type { DiffFrame, DiffOrder } from "../../shared/Diff.ts"
import type { SearchFrame } from "../../shared/File.ts"
import type { SessionId } from "../../shared/Ids.ts"
import type { WorkApi } from "../../shared/rpc/WorkApi.ts"
import type { Terminal, TerminalFrame, TerminalId } from "../../shared/Terminal.ts"
import type { Runner, Watcher } from "./Runner.ts"

type Rpcs = RpcGroup.Rpcs<typeof WorkApi>
export type WorkClient = RpcClient.RpcClient<Rpcs, RpcClientError.RpcClientError>
type Payload<Tag extends Rpcs["_tag"]> = Rpc.PayloadConstructor<Rpc.ExtractTag<Rpcs, Tag>>

export const makeWorkRemote = ({ call, watch }: Runner<WorkClient>) => ({
  watchChanges: (sessionId: SessionId, watcher: Watcher<ChangeFrame>) => watch((client) => client["change.Watch"]({ sessionId }), watcher),
  look: (payload: Payload<"change.Look">) => call((client) => client["change.Look"](payload)),
  apply: (payload: Payload<"change.Apply">) => call((client) => client["change.Apply"](payload)),
  applyHunks: (payload: Payload<"change.ApplyHunks">) => call((client) => client["change.ApplyHunks"](payload)),
  /** Aborted while it waits for a turn's end, it is given up. */
  reject: (payload: Payload<"change.Reject">, signal: AbortSignal) => call((client) => client["change.Reject"](payload), signal),
  rejectHunks: (payload: Payload<"change.RejectHunks">, signal: AbortSignal) => call((client) => client["change.RejectHunks"](payload), signal),
  bringBack: (payload: Payload<"change.BringBack">, signal: AbortSignal) => call((client) => client["change.BringBack"](payload), signal),
  revert: (payload: Payload<"change.Revert">) => call((client) => client["change.Revert"](payload)),
  revertHunks: (payload: Payload<"change.RevertHunks">) => call((client) => client["change.RevertHunks"](payload)),
  resolve: (payload: Payload<"change.Resolve">, signal: AbortSignal) => call((client) => client["change.Resolve"](payload), signal),
  /** Answers when all of it has come. Run once: a lost connection ends it. */
  diff: (order: DiffOrder, onFrame: (frame: DiffFrame) => void, signal: AbortSignal) =>
    call((client) => Stream.runForEach(client["diff.Diff"](order), (frame) => Effect.sync(() => onFrame(frame))), signal),
  content: (payload: Payload<"diff.Content">) => call((client) => client["diff.Content"](payload)),
  conflict: (payload: Payload<"change.Conflict">) => call((client) => client["change.Conflict"](payload)),
  decided: (payload: Payload<"change.Decided">) => call((client) => client["change.Decided"](payload)),
  ofTurn: (payload: Payload<"change.OfTurn">) => call((client) => client["change.OfTurn"](payload)),
  aroundTurn: (payload: Payload<"change.AroundTurn">) => call((client) => client["change.AroundTurn"](payload)),
  ahead: (payload: Payload<"change.Ahead">) => call((client) => client["change.Ahead"](payload)),
  rewind: (payload: Payload<"change.Rewind">) => call((client) => client["change.Rewind"](payload)),

  landTargets: (payload: Payload<"land.Targets">) => call((client) => client["land.Targets"](payload)),
  land: (payload: Payload<"land.Commit">) => call((client) => client["land.Commit"](payload)),
  push: (payload: Payload<"land.Push">) => call((client) => client["land.Push"](payload)),

  listFiles: (payload: Payload<"file.List">) => call((client) => client["file.List"](payload)),
  findFiles: (payload: Payload<"file.Find">) => call((client) => client["file.Find"](payload)),
  readFile: (payload: Payload<"file.Read">) => call((client) => client["file.Read"](payload)),
  writeFile: (payload: Payload<"file.Write">) => call((client) => client["file.Write"](payload)),
  removeFile: (payload: Payload<"file.Remove">) => call((client) => client["file.Remove"](payload)),
  /** Answers when it is over. Run once; aborted, git is ended too. */
  searchFiles: (payload: Payload<"file.Search">, onFrame: (frame: SearchFrame) => void, signal: AbortSignal) =>
    call((client) => Stream.runForEach(client["file.Search"](payload), (frame) => Effect.sync(() => onFrame(frame))), signal),

  openTerminal: (payload: Payload<"terminal.Open">) => call((client) => client["terminal.Open"](payload)),
  writeTerminal: (payload: Payload<"terminal.Write">) => call((client) => client["terminal.Write"](payload)),
  resizeTerminal: (payload: Payload<"terminal.Resize">) => call((client) => client["terminal.Resize"](payload)),
  closeTerminal: (terminalId: TerminalId) => call((client) => client["terminal.Close"]({ terminalId })),
  watchTerminals: (sessionId: SessionId, watcher: Watcher<ReadonlyArray<Terminal>>) =>
    watch((client) => client["terminal.Watch"]({ sessionId }), watcher),
  /** `cursor` is asked at each opening: the place that the watcher has come to. */
  attachTerminal: (terminalId: TerminalId, cursor: () => number | undefined, watcher: Watcher<TerminalFrame>) =>
    watch((client) => {
      const held = cursor()
      return client["terminal.Attach"](held === undefined ? { terminalId } : { terminalId, cursor: held })
    }, watcher),

  bases: (payload: Payload<"project.Bases">) => call((client) => client["project.Bases"](payload)),
  setup: (payload: Payload<"project.Setup">) => call((client) => client["project.Setup"](payload)),
  setSetup: (payload: Payload<"project.SetSetup">) => call((client) => client["project.SetSetup"](payload)),
  losses: (payload: Payload<"session.Losses">) => call((client) => client["session.Losses"](payload)),
  deleteSession: (payload: Payload<"session.Delete">) => call((client) => client["session.Delete"](payload)),
  parkSession: (payload: Payload<"session.Park">) => call((client) => client["session.Park"](payload)),
  parked: (payload: Payload<"session.Parked">) => call((client) => client["session.Parked"](payload)),
  restoreParked: (payload: Payload<"session.Restore">) => call((client) => client["session.Restore"](payload)),
  discardParked: (payload: Payload<"session.DiscardParked">) => call((client) => client["session.DiscardParked"](payload))
})

export type WorkRemote = ReturnType<typeof makeWorkRemote>
