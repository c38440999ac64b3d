/**
 * Forks of chats, as a service: a new chat with what was said before one of a chat's prompts, in a session of its own or beside
 * the chat. What it is made of is made first, and stands when its one transaction has: until then it is nobody's, and goes.
 *
 * ```
 *  the log ──▶ plan ──▶ files before the turn ──▶ worktree, laid out ──▶ rows, all at once ──▶ there
 *                          └─ no such checkpoint: those there are now        └─ there already: what was made goes
 * ```
 */
import { Clock, Context, Effect, Exit, Layer } from "effect"
import { CheckpointId } from "../../shared/Change.ts"
import type { ForkedFiles } from "../../shared/ChatNote.ts"
import { wordsOf } from "../../shared/ChatNote.ts"
import type { ChatEvent, LogEntry } from "../../shared/ChatEvent.ts"
import { contentText } from "../../shared/Content.ts"
import { ChatError, ProjectError } from "../../shared/Errors.ts"
import { type ChatId, type PromptId, SessionId, type TurnId, type Who } from "../../shared/Ids.ts"
import type { Fork } from "../../shared/rpc/ChatRpc.ts"
import type { ChatRow, Project, Session, Worktree } from "../../shared/Session.ts"
import { cutText } from "../../shared/Text.ts"
import { Projects } from "../project/Projects.ts"
import { ChatRows } from "../store/ChatRows.ts"
import { EventLog } from "../store/EventLog.ts"
import { ForkRows, type ForkedSession } from "../store/ForkRows.ts"
import { SessionRows } from "../store/SessionRows.ts"
import { Changes } from "../work/change/Changes.ts"
import { Checkpoints } from "../work/change/Checkpoints.ts"
import { WorktreePort } from "../work/worktree/WorktreePort.ts"
import { Worktrees } from "../work/worktree/Worktrees.ts"
import { toRow } from "./ChatActor.ts"
import { readLog } from "./ChatLog.ts"
import { type ForkPlan, planFork } from "./ForkPlan.ts"

export interface ForkCall {
  readonly chatId: ChatId
  readonly promptId: PromptId
  readonly id: ChatId
  readonly where: "session" | "beside"
  readonly by: Who
}

const titleLimit = 200

const failed = ({ message }: { readonly message: string }) => new ChatError({ reason: { _tag: "ForkFailed", detail: message } })

/** `Title (fork)`, or with the first number that is free. */
export const forkTitle = (title: string, taken: ReadonlyArray<string>): string => {
  const stem = cutText(title.replace(/ \(fork(?: \d+)?\)$/, ""), titleLimit - 12)
  for (let nth = 1;; nth++) {
    const name = `${stem} (fork${nth === 1 ? "" : ` ${nth}`})`
    if (!taken.includes(name)) return name
  }
}

/** The rows of the new log: what is copied, and what is said of it. */
const rowsOf = ({ rows, turn }: ForkPlan, title: string, origin: ChatRow, { chatId, promptId, by }: ForkCall, words: string, files: ForkedFiles, at: number): ReadonlyArray<LogEntry> => {
  const said: ReadonlyArray<ChatEvent> = [
    { _tag: "SettingSet", agent: turn.agent, settings: turn.settings, by },
    { _tag: "TitleSet", title, by },
    { _tag: "ChatForked", by, sessionId: origin.sessionId, chatId, promptId, title: origin.title ?? `Chat ${origin.number}`, words, files }
  ]
  const head = rows.at(-1)?.seq ?? 0
  return [...rows, ...said.map((event, index): LogEntry => ({ seq: head + index + 1, anchor: head + index + 1, at, event }))]
}

interface Laid { readonly worktree: Worktree | undefined; readonly files: ForkedFiles; readonly session: ForkedSession; readonly project: Project }

/** The session that a fork begins in, with files in a worktree of its own; none where the other session has none. */
const makeLay = Effect.gen(function*() {
  const changes = yield* Changes
  const checkpoints = yield* Checkpoints
  const forks = yield* ForkRows
  const port = yield* WorktreePort
  const worktrees = yield* Worktrees

  const filesOf = Effect.fnUntraced(function*(worktree: Worktree, turnId: TurnId) {
    const before = yield* forks.before(worktree.id, turnId)
    if (before !== undefined) return { files: "before" as const, tree: before.tree, upTo: before.seq }
    const { checkpoint } = yield* changes.look(worktree)
    return { files: "now" as const, tree: checkpoint.tree, upTo: (yield* forks.points(worktree.id)).at(-1)?.seq ?? 0 }
  })

  return {
    lay: Effect.fn("Forks.lay")(function*(origin: Session, sessionId: SessionId, title: string, turnId: TurnId) {
      const { project, worktree } = yield* port.find(origin.id)
      const session: ForkedSession = { projectId: origin.projectId, title }
      if (worktree._tag === "None" || worktree.value.state !== "ready") return { worktree: undefined, files: "now", session, project } satisfies Laid
      const from = worktree.value
      const { files, tree, upTo } = yield* filesOf(from, turnId)
      const kept = (yield* forks.points(from.id)).filter(({ ref, seq }) => seq <= upTo && ref !== "")
      const made = yield* worktrees.fork(sessionId, project, from.baseCommit, (to) => Effect.andThen(
        checkpoints.rewind(to, tree, CheckpointId.make(crypto.randomUUID())),
        checkpoints.keep(to, kept.map((point) => ({ ref: point.ref.replaceAll(from.id, to.id), tree: point.tree })))))
      return { worktree: made, files, project, session: { ...session, worktree: { id: made.id, checkpoints: { from: from.id, upTo } } } } satisfies Laid
    }),
    discard: ({ project, worktree }: Laid) => worktree === undefined ? Effect.void : Effect.ignore(worktrees.discard(worktree, project)),
    /** Told as if nobody had made them just now: whoever did is known from the other session. */
    tell: ({ worktree }: Laid) => worktree === undefined ? Effect.void
      : Effect.ignore(changes.look({ ...worktree, state: "ready" }, { _tag: "Rewound", id: CheckpointId.make(crypto.randomUUID()) }))
  }
})

const make = Effect.gen(function*() {
  const log = yield* EventLog
  const rows = yield* ChatRows
  const forks = yield* ForkRows
  const sessions = yield* SessionRows
  const projects = yield* Projects
  const clock = yield* Clock.Clock
  const { discard, lay, tell } = yield* makeLay

  const find = (id: ChatId) => Effect.orDie(rows.find(id))

  const read = (chatId: ChatId) => readLog(log, chatId)

  const origin = Effect.fnUntraced(function*({ chatId, promptId }: ForkCall) {
    const row = yield* find(chatId)
    if (row === undefined) return yield* new ChatError({ reason: { _tag: "UnknownChat", chatId } })
    const plan = planFork(yield* read(chatId), promptId)
    if (plan === undefined) return yield* new ChatError({ reason: { _tag: "UnknownPrompt", promptId } })
    return { row, plan, session: yield* projects.session(row.sessionId) }
  })

  type Origin = Effect.Success<ReturnType<typeof origin>>

  const write = (call: ForkCall, { plan, row }: Origin, sessionId: SessionId, title: string, files: ForkedFiles, session?: ForkedSession) => {
    const words = wordsOf(contentText(plan.content))
    const all = rowsOf(plan, title, row, call, words, files, clock.currentTimeMillisUnsafe())
    return Effect.mapError(forks.create({ id: call.id, sessionId, agent: plan.turn.agent, title, rows: all.map(toRow), session }), failed)
  }

  const besides = Effect.fnUntraced(function*(call: ForkCall, from: Origin) {
    if (from.session.archivedAt !== null) return yield* new ProjectError({ reason: { _tag: "Archived", sessionId: from.session.id } })
    const taken = (yield* Effect.orDie(rows.list(from.session.id))).flatMap(({ title }) => title ?? [])
    yield* write(call, from, from.session.id, forkTitle(from.row.title ?? `Chat ${from.row.number}`, taken), "shared")
  })

  const apart = (call: ForkCall, from: Origin) => Effect.uninterruptibleMask((restore) => Effect.gen(function*() {
    const sessionId = SessionId.make(crypto.randomUUID())
    const taken = (yield* Effect.orDie(sessions.list)).filter(({ projectId }) => projectId === from.session.projectId).map(({ title }) => title)
    const laid = yield* Effect.mapError(restore(lay(from.session, sessionId, forkTitle(from.session.title, taken), from.plan.turn.turnId)), failed)
    const written = yield* Effect.exit(write(call, from, sessionId, from.row.title ?? `Chat ${from.row.number}`, laid.files, laid.session))
    // one that can't be asked may have it all the same: the next boot sees
    if (Exit.isFailure(written)) return yield* written
    yield* written.value ? tell(laid) : discard(laid)
  }))

  return Forks.of({
    fork: Effect.fn("Forks.fork")(function*(call) {
      const from = yield* origin(call)
      if ((yield* find(call.id)) === undefined) {
        yield* call.where === "beside" ? besides(call, from) : apart(call, from)
        yield* projects.changed
      }
      const chat = yield* find(call.id)
      if (chat === undefined) return yield* new ChatError({ reason: { _tag: "UnknownChat", chatId: call.id } })
      return { session: yield* projects.session(chat.sessionId), chat, content: from.plan.content, files: yield* filesOf(call.id) }
    })
  })

  /** As its log says. */
  function filesOf(id: ChatId) {
    return Effect.map(read(id), (entries): ForkedFiles => entries.flatMap(({ event }) => event._tag === "ChatForked" ? [event.files] : [])[0] ?? "now")
  }
})

export class Forks extends Context.Service<Forks, {
  /** The same id again answers the same chat. It is whole, or not there. */
  readonly fork: (call: ForkCall) => Effect.Effect<Fork, ChatError | ProjectError>
}>()("boocode/chat/Forks") {
  static readonly layer = Layer.effect(Forks, make)
}
