/**
 * Rewinds of sessions, as a service: the worktree's files are made those of a checkpoint, and every chat of the session that had
 * a turn is told. How files move is `work/`'s business; what a chat makes of being told, the fold's.
 *
 * ```
 *  alone in the worktree ──▶ noted ──▶ files moved ──▶ chats told ──▶ forgotten
 *     └─ a turn is in it: refused        └───────── cut off: the next boot does the rest
 * ```
 */
import { Context, Effect, Layer } from "effect"
import { openWindow, empty, evolve } from "../../shared/Chat.ts"
import type { FileChange } from "../../shared/Change.ts"
import { namedFiles, type Rewound, type RewindTarget, wordsOf } from "../../shared/ChatNote.ts"
import { contentText } from "../../shared/Content.ts"
import { ProjectError } from "../../shared/Errors.ts"
import { ChatId, type SessionId, type TurnId, type Who } from "../../shared/Ids.ts"
import { CheckpointId } from "../../shared/Operation.ts"
import type { AroundTurn, RewindOffer } from "../../shared/rpc/ChangeRpc.ts"
import type { Worktree } from "../../shared/Session.ts"
import { WorkError } from "../../shared/WorkError.ts"
import { ChatRows } from "../store/ChatRows.ts"
import { EventLog } from "../store/EventLog.ts"
import { type RewindRow, RewindRows } from "../store/RewindRows.ts"
import { Changes } from "../work/change/Changes.ts"
import { ChangePort, type CheckpointRow } from "../work/change/ChangePort.ts"
import { Checkpoints } from "../work/change/Checkpoints.ts"
import { TurnsAtWork } from "../work/change/TurnsAtWork.ts"
import { Work } from "../work/Work.ts"
import { Chats } from "./Chats.ts"
import { readLog } from "./ChatLog.ts"

type Failure = WorkError | ProjectError

const named = (files: ReadonlyArray<FileChange>) => ({
  files: files.slice(0, namedFiles).map(({ operation, path }) => ({ path, operation })), count: files.length
})

const isAt = (tag: "TurnStarted" | "TurnEnded", turnId: TurnId) => ({ at }: CheckpointRow) => at._tag === tag && at.turnId === turnId

const makeTargets = Effect.gen(function*() {
  const log = yield* EventLog
  const port = yield* ChangePort

  /** Of the prompt that a turn began with. */
  const words = Effect.fnUntraced(function*(worktree: Worktree, turnId: TurnId) {
    const turn = (yield* port.ofTurn(worktree.id, turnId)).flatMap(({ turns }) => turns).find((one) => one.turnId === turnId)
    if (turn === undefined) return ""
    const { items } = (yield* readLog(log, turn.chatId)).reduce((chat, entry) => evolve(chat, entry, openWindow), empty)
    const prompt = items.find((item) => item._tag === "Prompt" && item.turnId === turnId)
    return prompt?._tag === "Prompt" ? wordsOf(contentText(prompt.content)) : ""
  })

  return Effect.fnUntraced(function*(worktree: Worktree, { at, takenAt }: CheckpointRow): Effect.fn.Return<RewindTarget, WorkError> {
    switch (at._tag) {
      case "TurnStarted": return { _tag: "Before", turnId: at.turnId, words: yield* words(worktree, at.turnId) }
      case "TurnEnded": return { _tag: "After", turnId: at.turnId, words: yield* words(worktree, at.turnId) }
      case "Rewinding": return { _tag: "Undone", id: at.id }
      case "Seen": case "Rewound": case "Decided": return { _tag: "At", takenAt }
    }
  })
})

const makeTelling = Effect.gen(function*() {
  const chats = yield* Chats
  const rows = yield* ChatRows
  const rewinds = yield* RewindRows
  /** Told twice, a chat hears it once. */
  return Effect.fnUntraced(function*(sessionId: SessionId, rewound: Rewound) {
    const all = yield* Effect.orDie(rows.list(sessionId))
    yield* Effect.forEach(all, ({ id }) => Effect.orDie(chats.tellRewound(ChatId.make(id), rewound)), { discard: true })
    yield* Effect.orDie(rewinds.end(rewound.id))
  })
})

const make = Effect.gen(function*() {
  const changes = yield* Changes
  const checkpoints = yield* Checkpoints
  const port = yield* ChangePort
  const rewinds = yield* RewindRows
  const turns = yield* TurnsAtWork
  const work = yield* Work
  const targetOf = yield* makeTargets
  const tellAll = yield* makeTelling

  const rowAt = Effect.fnUntraced(function*(worktree: Worktree, seq: number) {
    const [row] = yield* port.checkpoints(worktree.id, 1, seq + 1)
    return row?.seq === seq ? row : yield* new WorkError({ reason: { _tag: "UnknownCheckpoint", seq } })
  })

  /** The files are moved, and told of to all chats, or neither. */
  const move = Effect.fnUntraced(function*(sessionId: SessionId, worktree: Worktree, row: CheckpointRow, by: Who) {
    const id = CheckpointId.make(crypto.randomUUID())
    const target = yield* targetOf(worktree, row)
    // what is there now is in a checkpoint before any of it moves
    yield* changes.look(worktree)
    const [last] = yield* port.checkpoints(worktree.id, 1)
    yield* Effect.orDie(rewinds.begin({ id, sessionId, worktreeId: worktree.id, by, target, seq: row.seq, undo: last?.seq ?? row.seq }))
    const { before, standing } = yield* Effect.onError(changes.rewind(worktree, row.tree, id), () => Effect.ignore(rewinds.end(id)))
    const undo = (yield* port.checkpoints(worktree.id, 2))[1]?.seq ?? row.seq
    yield* tellAll(sessionId, { id, by, to: target, undo, ...named(yield* checkpoints.files(worktree, before.tree, standing.checkpoint.tree)) })
    return { undo }
  })

  /** Looked for when nobody else has the worktree: until then the session may be archived or deleted. */
  const moveAlone = Effect.fnUntraced(function*(sessionId: SessionId, seq: number, by: Who) {
    const { archived, worktree } = yield* work.place(sessionId)
    if (archived) return yield* new ProjectError({ reason: { _tag: "Archived", sessionId } })
    if (worktree === undefined) return yield* new WorkError({ reason: { _tag: "UnknownCheckpoint", seq } })
    const row = yield* rowAt(worktree, seq)
    return yield* Effect.uninterruptible(move(sessionId, worktree, row, by))
  })

  const rewind = Effect.fn("Rewinds.rewind")((sessionId: SessionId, seq: number, by: Who) =>
    turns.aloneNow(sessionId, moveAlone(sessionId, seq, by), () => new WorkError({ reason: { _tag: "AtWork", agents: turns.running(sessionId) } })))

  /** One that a server's death cut off: its files may be there, half there, or not. */
  const finish = Effect.fn("Rewinds.finish")(function*({ by, id, seq, sessionId, target, undo }: RewindRow) {
    const { worktree } = yield* work.place(sessionId)
    if (worktree === undefined) return yield* Effect.orDie(rewinds.end(id))
    const recent = yield* port.checkpoints(worktree.id, 200)
    const isOver = recent.some(({ at }) => at._tag === "Rewound" && at.id === id)
    const { tree } = yield* rowAt(worktree, seq)
    if (!isOver) yield* changes.rewind(worktree, tree, CheckpointId.make(crypto.randomUUID()), true)
    const from = recent.find(({ at }) => at._tag === "Rewinding" && at.id === id) ?? (yield* rowAt(worktree, undo))
    yield* tellAll(sessionId, { id, by, to: target, undo: from.seq, ...named(yield* checkpoints.files(worktree, from.tree, tree)) })
  }, (effect, { id }) => Effect.catch(effect, ({ message }) => Effect.logWarning(`the rewind ${id}, which a restart cut off, is not finished yet`, message)))

  const offer = Effect.fnUntraced(function*(worktree: Worktree, now: string, row: CheckpointRow | undefined) {
    if (row === undefined) return null
    const offered: RewindOffer = { seq: row.seq, ...named(yield* checkpoints.files(worktree, now, row.tree)) }
    return offered
  })

  return Rewinds.of({
    rewind,
    ahead: Effect.fn("Rewinds.ahead")(function*(sessionId, seq) {
      const { worktree } = yield* work.place(sessionId)
      if (worktree === undefined) return yield* new WorkError({ reason: { _tag: "UnknownCheckpoint", seq } })
      const { checkpoint } = yield* changes.look(worktree)
      return { seq, ...named(yield* checkpoints.files(worktree, checkpoint.tree, (yield* rowAt(worktree, seq)).tree)) }
    }),
    around: Effect.fn("Rewinds.around")(function*(sessionId, turnId) {
      const { worktree } = yield* work.place(sessionId)
      const rows = worktree === undefined ? [] : yield* port.ofTurn(worktree.id, turnId)
      if (worktree === undefined || rows.length === 0) return { before: null, after: null }
      const now = (yield* changes.look(worktree)).checkpoint.tree
      return {
        before: yield* offer(worktree, now, rows.find(isAt("TurnStarted", turnId))),
        after: yield* offer(worktree, now, rows.findLast(isAt("TurnEnded", turnId)))
      }
    }),
    recover: Effect.flatMap(Effect.orDie(rewinds.all), (all) => Effect.forEach(all, finish, { discard: true }))
  })
})

export class Rewinds extends Context.Service<Rewinds, {
  /** Refused while a turn is in the worktree; none begins meanwhile. `undo` is the checkpoint that takes it back. */
  readonly rewind: (sessionId: SessionId, seq: number, by: Who) => Effect.Effect<{ readonly undo: number }, Failure>
  /** What a rewind to a checkpoint would change now. */
  readonly ahead: (sessionId: SessionId, seq: number) => Effect.Effect<RewindOffer, Failure>
  /** To before and after a turn; null where there is no such checkpoint. */
  readonly around: (sessionId: SessionId, turnId: TurnId) => Effect.Effect<AroundTurn, Failure>
  /** Does the rest of what a server's death cut off. To be run before anything is admitted. */
  readonly recover: Effect.Effect<void>
}>()("boocode/chat/Rewinds") {
  static readonly layer = Layer.effect(Rewinds, make)
}
