/**
 * The tasks, as a service: made durable, run, cancelled, watched. Those of a dead boot that ran are failed, those that
 * were queued are run.
 */
import { Clock, Context, Effect, Fiber, FiberMap, Layer, PubSub, Semaphore, Stream } from "effect"
import { promptByteLimit } from "../../shared/Content.ts"
import { ChatError, ProjectError } from "../../shared/Errors.ts"
import { TaskId, type Who } from "../../shared/Ids.ts"
import type { TaskOrder } from "../../shared/rpc/TaskRpc.ts"
import type { Worktree } from "../../shared/Session.ts"
import { isOpenTask, type Task, TaskError } from "../../shared/Task.ts"
import { StopNote } from "../agent/AgentBackend.ts"
import { AgentCatalog } from "../agent/AgentCatalog.ts"
import { Backends } from "../agent/Backends.ts"
import { Chats } from "../chat/Chats.ts"
import { ChatRows } from "../store/ChatRows.ts"
import { knownWorktrees } from "../store/KnownWorktrees.ts"
import { ProjectRows } from "../store/ProjectRows.ts"
import { SessionRows } from "../store/SessionRows.ts"
import { TaskRows } from "../store/TaskRows.ts"
import type { KnownWorktree } from "../work/worktree/Reconcile.ts"
import { Worktrees } from "../work/worktree/Worktrees.ts"
import { executionPathOf } from "./ExecutionPath.ts"
import { type Keeping, makeKeeping } from "./TaskKeeping.ts"
import { inChat, oneShot, takeBack, type TaskEnd } from "./TaskTurn.ts"

/** Tasks in worktrees of their own that run at a time; the others are queued. */
const atATime = 4
const listed = 100
/** Queued or running. */
const openLimit = 200

/** Where a task is to be run, and by whom, from what its order says. */
const makePlace = Effect.gen(function*() {
  const catalog = yield* AgentCatalog
  const chats = yield* ChatRows
  const projects = yield* ProjectRows
  const sessions = yield* SessionRows
  return Effect.fn("Tasks.place")(function*(order: TaskOrder) {
    const chat = order.chatId === undefined ? undefined : yield* Effect.orDie(chats.find(order.chatId))
    if (order.chatId !== undefined && chat === undefined) return yield* new ChatError({ reason: { _tag: "UnknownChat", chatId: order.chatId } })
    const sessionId = chat?.sessionId ?? order.sessionId
    const session = sessionId === undefined ? undefined : yield* Effect.orDie(sessions.find(sessionId))
    if (sessionId !== undefined && session === undefined) return yield* new ProjectError({ reason: { _tag: "UnknownSession", sessionId } })
    const projectId = session?.projectId ?? order.projectId
    if (projectId === undefined) return yield* new TaskError({ reason: { _tag: "NoPlace" } })
    if ((yield* Effect.orDie(projects.find(projectId))) === undefined) return yield* new ProjectError({ reason: { _tag: "UnknownProject", projectId } })
    const { row } = yield* catalog.find(order.agent ?? chat?.agent ?? (yield* catalog.preferred))
    const place = { sessionId: sessionId ?? null, chatId: chat?.id ?? null }
    return { projectId, ...place, agent: row.name, path: executionPathOf({ ...place, protocol: row.protocol }) }
  })
})

/** Runs a task to its end. */
const makeRun = Effect.fnUntraced(function*({ isOpen, patiently, tell, told }: Keeping) {
  const backends = yield* Backends
  const chats = yield* Chats
  const projects = yield* ProjectRows
  const worktrees = yield* Worktrees
  const places = Semaphore.makeUnsafe(atATime)

  const fail = (task: Task, detail: string) => Effect.flatMap(Clock.currentTimeMillis, (at) => tell(task.id, { _tag: "Fail", at, detail }))
  const end = (task: Task, ended: TaskEnd) => Effect.flatMap(Clock.currentTimeMillis, (at) =>
    // a server that goes leaves it to the next boot to say so
    ended.cause._tag === "ServerStopped" ? Effect.void : tell(task.id, { _tag: "End", at, ...ended }))
  const start = (task: Task, worktree: string | null) => Effect.flatMap(Clock.currentTimeMillis, (at) => tell(task.id, { _tag: "Start", at, worktree }))

  /** What an agent was at work in is kept, if it has changes. */
  const release = (task: Task, worktree: Worktree) => Effect.gen(function*() {
    const project = yield* Effect.orDie(patiently(projects.find(task.projectId)))
    if (project !== undefined && (yield* worktrees.release(worktree, project))) yield* told
  }).pipe(Effect.catch((error) => Effect.logWarning(`The worktree ${worktree.path} of a task is kept.`, error.message)))

  /** Interrupted, it ends its agent and its task. */
  const alone = (task: Task) => places.withPermit(Effect.uninterruptibleMask((restore) => Effect.gen(function*() {
    const project = yield* Effect.orDie(patiently(projects.find(task.projectId)))
    if (project === undefined) return yield* fail(task, "Its project was removed.")
    const worktree = yield* worktrees.forTask(task.id, project)
    yield* start(task, worktree.path)
    yield* end(task, yield* oneShot(backends, task, worktree.path, restore))
    yield* release(task, worktree)
  }).pipe(Effect.catch((error) => fail(task, error.message)))))

  return (task: Task): Effect.Effect<void> => task.chatId === null ? alone(task)
    : inChat(chats, task, task.chatId, isOpen(task.id), start(task, null)).pipe(
      Effect.flatMap((ended) => ended === undefined ? fail(task, "Its prompt was withdrawn from the queue.") : end(task, ended)),
      Effect.catch((error) => fail(task, error.message)))
})

const make = Effect.gen(function*() {
  const rows = yield* TaskRows
  const chats = yield* Chats
  const worktrees = yield* Worktrees
  const storage = yield* Effect.context<Effect.Services<typeof knownWorktrees>>()
  const scope = yield* Effect.scope
  const place = yield* makePlace
  const running = yield* FiberMap.make<TaskId>()
  // after the fibers: its scope closes before they are ended, and they wait for nothing then
  const keeping = yield* makeKeeping
  const { changed, find, save, tell, told } = keeping
  const run = yield* makeRun(keeping)
  const start = (task: Task) => FiberMap.run(running, task.id, keeping.guarded(task.id, run(task)))

  const admission = Semaphore.makeUnsafe(1)
  const create = Effect.fn("Tasks.create")(function*(order: TaskOrder, by: Who) {
    const bytes = Buffer.byteLength(order.input)
    if (bytes > promptByteLimit) return yield* new ChatError({ reason: { _tag: "PromptTooLarge", bytes, limit: promptByteLimit } })
    const task: Task = {
      ...(yield* place(order)), id: TaskId.make(crypto.randomUUID()), settings: order.settings ?? {}, autonomous: order.autonomous ?? false,
      input: order.input, state: "queued", worktree: null, createdAt: yield* Clock.currentTimeMillis, startedAt: null, endedAt: null,
      summary: null, detail: null, inputTokens: 0, outputTokens: 0, cost: null, usageSource: null, by
    }
    yield* admission.withPermit(Effect.gen(function*() {
      if ((yield* Effect.orDie(rows.open)) >= openLimit) return yield* new TaskError({ reason: { _tag: "TooManyOpen", limit: openLimit } })
      yield* save(task)
    }))
    yield* start(task)
    return task
  })

  const cancelled = (taskId: TaskId, by: Who) => Effect.flatMap(Clock.currentTimeMillis, (at) => tell(taskId, { _tag: "Cancel", at, by }))
  /** One that waits is cancelled before its prompt is taken back, so that its end is not the prompt's; one that runs ends as its turn does. */
  const cancelInChat = (task: Task, chatId: NonNullable<Task["chatId"]>, by: Who) => task.state === "running"
    ? Effect.ignore(chats.stop(chatId, by))
    : Effect.andThen(cancelled(task.id, by), takeBack(chats, task, chatId, by))
  const cancel = Effect.fn("Tasks.cancel")(function*(taskId: TaskId, by: Who) {
    const task = yield* find(taskId)
    if (!isOpenTask(task)) return task
    const fiber = yield* FiberMap.get(running, taskId)
    if (task.chatId !== null) yield* cancelInChat(task, task.chatId, by)
    else if (fiber._tag === "Some") yield* Fiber.interruptAs(fiber.value, undefined, Context.make(StopNote, { by }))
    // what had not begun, or not come to its end
    yield* cancelled(taskId, by)
    return yield* find(taskId)
  })

  const recover = Effect.gen(function*() {
    const known = yield* Effect.provide(knownWorktrees, storage)
    const isNew = ({ worktree }: KnownWorktree) => worktree.state === "creating"
    // before a queued one makes its own anew
    yield* worktrees.sweep(known.filter(isNew))
    for (const task of yield* rows.ofOtherBoots) {
      if (task.state === "queued") yield* start(task)
      else yield* tell(task.id, { _tag: "Fail", at: yield* Clock.currentTimeMillis, detail: "The server was restarted while the agent was at work." })
    }
    // there may be many, and nobody waits for them
    yield* Effect.forkIn(Effect.andThen(worktrees.sweep(known.filter((one) => !isNew(one))), told), scope)
  }).pipe(Effect.orDie)

  const newest = Effect.orDie(rows.list(listed))
  return Tasks.of({
    create, cancel, recover, find, list: newest,
    // subscribed before it is read: no change falls between
    watch: Stream.unwrap(Effect.map(PubSub.subscribe(changed), (changes) => Stream.concat(
      Stream.fromEffect(newest), Stream.fromSubscription(changes).pipe(Stream.debounce("50 millis"), Stream.mapEffect(() => newest)))))
  })
})

export class Tasks extends Context.Service<Tasks, {
  /** Answers when it is durable. Refused where it is too long, or too many are open. */
  readonly create: (order: TaskOrder, by: Who) => Effect.Effect<Task, TaskError | ChatError | ProjectError>
  readonly find: (taskId: TaskId) => Effect.Effect<Task, TaskError>
  /** The newest 100, newest first, of long inputs the beginning. */
  readonly list: Effect.Effect<ReadonlyArray<Task>>
  /** Returns when it has ended. */
  readonly cancel: (taskId: TaskId, by: Who) => Effect.Effect<Task, TaskError>
  readonly watch: Stream.Stream<ReadonlyArray<Task>>
  /** Sees to what dead boots have left. To be run before anything is admitted. */
  readonly recover: Effect.Effect<void>
}>()("boocode/task/Tasks") {
  static readonly layer = Layer.effect(Tasks, make)
}
