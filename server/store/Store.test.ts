/** The repositories over a real Postgres: what is put in comes out as it was, decoded, and the second time changes nothing. */
import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, Exit, Layer, Option, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { AgentName, BootId, ChatId, ProjectId, SessionId, TurnId, WorktreeId } from "../../shared/Ids.ts"
import { AgentRowsPort } from "../agent/catalog/AgentRowsPort.ts"
import { mintLifeId } from "../agent/LifeMarker.ts"
import { ProcessLedger } from "../agent/ProcessLedger.ts"
import { TurnPort } from "../work/change/TurnPort.ts"
import { WorktreePort } from "../work/worktree/WorktreePort.ts"
import { AgentRows } from "./AgentRows.ts"
import { type AgentSessionRow, AgentSessionRows } from "./AgentSessionRows.ts"
import { Blobs } from "./Blobs.ts"
import { ChatRows } from "./ChatRows.ts"
import { EventLog } from "./EventLog.ts"
import { ProcessRows } from "./ProcessRows.ts"
import { ProjectRows } from "./ProjectRows.ts"
import { SessionRows } from "./SessionRows.ts"
import { Settings } from "./Settings.ts"
import { store } from "./Store.ts"
import { preparedDataDir } from "./temporaryDataDir.ts"

const host = "here"
const boot = () => BootId.make(crypto.randomUUID())
const goose = AgentName.make("goose")
const qwen = AgentName.make("qwen")
const nobody = crypto.randomUUID()

const newProject = Effect.suspend(() => Effect.flatMap(ProjectRows, (projects) => projects.add({ path: `/work/${crypto.randomUUID()}`, name: "p" })))
const newSession = Effect.gen(function*() {
  const project = yield* newProject
  return { project, session: yield* (yield* SessionRows).create(project.id, "A session") }
})

const temporaryStore = Layer.unwrap(Effect.map(preparedDataDir, (dataDir) => store({ dataDir, host, bootId: boot() }))).pipe(
  Layer.provideMerge(NodeServices.layer))

layer(temporaryStore, { excludeTestServices: true, timeout: "60 seconds" })("the store", (it) => {
  it.effect("keeps projects by path, and hides one that is removed until it is added again", () => Effect.gen(function*() {
    const projects = yield* ProjectRows
    const sessions = yield* SessionRows
    const { project, session } = yield* newSession
    assert.deepStrictEqual(yield* projects.find(project.id), project)
    assert.deepStrictEqual(yield* projects.add({ path: project.path, name: "renamed" }), { ...project, name: "renamed" })
    yield* projects.remove(project.id)
    assert.isUndefined(yield* projects.find(project.id))
    assert.notInclude((yield* projects.list).map(({ id }) => id), project.id)
    assert.notInclude((yield* sessions.list).map(({ id }) => id), session.id)
    assert.strictEqual((yield* projects.add({ path: project.path, name: "back" })).id, project.id)
    assert.include((yield* sessions.list).map(({ id }) => id), session.id)
    assert.isUndefined(yield* projects.find(ProjectId.make(nobody)))
  }))

  it.effect("keeps sessions, renamed, archived and reopened", () => Effect.gen(function*() {
    const sessions = yield* SessionRows
    const { session } = yield* newSession
    assert.deepStrictEqual(yield* sessions.find(session.id), session)
    yield* sessions.rename(session.id, "Änderung 😀")
    yield* sessions.archive(session.id, true)
    const archived = yield* sessions.find(session.id)
    assert.strictEqual(archived?.title, "Änderung 😀")
    assert.isNumber(archived?.archivedAt)
    yield* sessions.archive(session.id, false)
    assert.isNull((yield* sessions.find(session.id))?.archivedAt)
    assert.strictEqual((yield* Effect.flip(sessions.create(ProjectId.make(nobody), "x"))).reason._tag, "StatementFailed")
  }))

  it.effect("gives a session that nobody has named the first title of its chats", () => Effect.gen(function*() {
    const sessions = yield* SessionRows, chats = yield* ChatRows
    const { project, session } = yield* newSession
    const titleOf = (id: SessionId) => Effect.map(sessions.find(id), (row) => row?.title)
    const untitled = yield* sessions.create(project.id, "Session 2", true), renamed = yield* sessions.create(project.id, "Session 3", true)
    yield* sessions.rename(renamed.id, "Mine")
    for (const { id } of [session, untitled, renamed]) {
      const chat = yield* chats.create(id, goose)
      yield* chats.relabel(chat.id, { agent: qwen })
      yield* chats.relabel(chat.id, { title: "First" })
      yield* chats.relabel((yield* chats.create(id, goose)).id, { title: "Second" })
    }
    assert.deepStrictEqual(yield* Effect.forEach([session, untitled, renamed], ({ id }) => titleOf(id)), ["A session", "First", "Mine"])
    yield* sessions.archive(untitled.id, true)
    assert.include(yield* sessions.archived, untitled.id)
    assert.notInclude(yield* sessions.archived, renamed.id)
  }))

  it.effect("says of a chat who waits and how it ended, and of a session where it works", () => Effect.gen(function*() {
    const chats = yield* ChatRows, sessions = yield* SessionRows, worktrees = yield* WorktreePort
    const { project, session } = yield* newSession
    const { id } = yield* chats.create(session.id, goose)
    assert.deepInclude(yield* chats.find(id), { waiting: false, lastEndedAt: null, lastOutcome: null })
    const standing = { waiting: true, lastEndedAt: 1_795_389_015_997, lastOutcome: "failed" } as const
    yield* chats.stand(id, standing)
    assert.deepInclude(yield* chats.find(id), standing)
    assert.notProperty(yield* sessions.find(session.id), "worktree")
    const worktree = { id: WorktreeId.make(crypto.randomUUID()), sessionId: session.id, projectId: project.id, path: "/trees/one", branch: "b", baseCommit: "c" }
    yield* worktrees.save({ ...worktree, state: "creating" })
    assert.notProperty(yield* sessions.find(session.id), "worktree")
    yield* worktrees.save({ ...worktree, state: "ready" })
    assert.strictEqual((yield* sessions.find(session.id))?.worktree, "/trees/one")
  }))

  it.effect("numbers a session's chats and never gives a number twice", () => Effect.gen(function*() {
    const chats = yield* ChatRows
    const sql = yield* SqlClient.SqlClient
    const { session } = yield* newSession
    const made = yield* Effect.forEach([goose, qwen, goose], (agent) => chats.create(session.id, agent), { concurrency: "unbounded" })
    assert.deepStrictEqual(made.map(({ number }) => number).sort(), [1, 2, 3])
    const last = made.find(({ number }) => number === 3)
    yield* sql`delete from chats where id = ${last?.id ?? ""}`
    assert.strictEqual((yield* chats.create(session.id, qwen)).number, 4)
    assert.deepStrictEqual((yield* chats.list(session.id)).map(({ number }) => number), [1, 2, 4])
    assert.include((yield* Effect.flip(chats.create(SessionId.make(nobody), goose))).message, "there is no session")
  }))

  it.effect("shows a chat as the log and people left it", () => Effect.gen(function*() {
    const chats = yield* ChatRows
    const log = yield* EventLog
    const { session } = yield* newSession
    const chat = yield* chats.create(session.id, goose)
    assert.deepStrictEqual({ title: chat.title, agent: chat.agent, archivedAt: chat.archivedAt, working: chat.working },
      { title: null, agent: goose, archivedAt: null, working: false })
    yield* chats.relabel(chat.id, { title: "t" })
    yield* chats.relabel(chat.id, { agent: qwen })
    yield* chats.archive(chat.id, true)
    const { epoch } = yield* log.claim(chat.id)
    yield* log.append({ chatId: chat.id, epoch, expected: 0, rows: [], openTurn: { turnId: "t", agent: "qwen", bootId: "b" } })
    const found = yield* chats.find(chat.id)
    assert.deepStrictEqual({ ...found, archivedAt: null }, { ...chat, title: "t", agent: qwen, working: true })
    assert.isNumber(found?.archivedAt)
    assert.deepInclude(yield* chats.all, found)
    assert.isUndefined(yield* chats.find(ChatId.make(nobody)))
  }))

  it.effect("notes all turns that an append starts, with it or not at all, until they are over", () => Effect.gen(function*() {
    const chats = yield* ChatRows
    const log = yield* EventLog
    const turns = yield* TurnPort
    const { session } = yield* newSession
    const { id: chatId } = yield* chats.create(session.id, goose)
    const { epoch } = yield* log.claim(chatId)
    const begun = [goose, qwen].map((agent) => ({ turnId: crypto.randomUUID(), agent }))
    const ours = Effect.map(turns.left, (left) => left.flatMap(({ turn }) => turn.chatId === chatId ? [`${turn.turnId} ${turn.agent}`] : []).toSorted())
    assert.isTrue(Exit.isFailure(yield* Effect.exit(log.append({ chatId, epoch: epoch + 1, expected: 0, rows: [], begun }))))
    assert.deepStrictEqual(yield* ours, [])
    yield* log.append({ chatId, epoch, expected: 0, rows: [], begun })
    assert.deepStrictEqual(yield* ours, begun.map(({ agent, turnId }) => `${turnId} ${agent}`).toSorted())
    yield* turns.forget(begun.map(({ turnId }) => TurnId.make(turnId)))
    assert.deepStrictEqual(yield* ours, [])
  }))

  it.effect("removes a chat's events and agent sessions with it", () => Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const log = yield* EventLog
    const { session } = yield* newSession
    const { id } = yield* (yield* ChatRows).create(session.id, goose)
    const { epoch } = yield* log.claim(id)
    yield* log.append({ chatId: id, epoch, expected: 0, rows: [{ seq: 1, anchor: 1, at: 0, body: "1" }] })
    yield* sql`delete from chats where id = ${id}`
    assert.deepStrictEqual(yield* sql`select 1 from chat_events where chat_id = ${id}`, [])
  }))

  it.effect("remembers a session's worktree, and keeps it when the session is gone", () => Effect.gen(function*() {
    const port = yield* WorktreePort
    const sql = yield* SqlClient.SqlClient
    const { project, session } = yield* newSession
    assert.deepStrictEqual(yield* port.find(session.id), { project, worktree: Option.none(), archived: false, title: session.title, base: undefined, parked: undefined })
    const worktree = { id: WorktreeId.make(crypto.randomUUID()), sessionId: session.id, projectId: project.id, path: `/w/${session.id}`,
      branch: "b", baseCommit: "c", state: "creating" as const }
    yield* port.save(worktree)
    yield* port.save({ ...worktree, state: "ready" })
    assert.deepStrictEqual(yield* port.find(session.id), { project, worktree: Option.some({ ...worktree, state: "ready" as const }), archived: false, title: session.title, base: undefined, parked: undefined })
    yield* sql`delete from sessions where id = ${session.id}`
    assert.deepStrictEqual(yield* sql`select session_id from worktrees where id = ${worktree.id}`, [{ session_id: null }])
    assert.strictEqual((yield* Effect.flip(port.find(session.id))).reason._tag, "UnknownSession")
  }))

  it.effect("keeps one row for each chat and agent, alone or with the append that caused it, newest first", () => Effect.gen(function*() {
    const rows = yield* AgentSessionRows
    const log = yield* EventLog
    const { session } = yield* newSession
    const chat = yield* (yield* ChatRows).create(session.id, goose)
    const row = (agent: AgentName, lastActiveAt: number | null): AgentSessionRow => ({
      chatId: chat.id, agent, worktreeId: null, backend: "acp", agentSessionId: null, status: "idle", continuity: null, continuityWhy: null,
      fingerprint: null, inputTokens: 0, outputTokens: 0, cost: null, usageSource: null, lastActiveAt
    })
    const full: AgentSessionRow = { ...row(qwen, 2_000), agentSessionId: "s", status: "active", continuity: "resumed", continuityWhy: "it can",
      fingerprint: "f", inputTokens: 3_000_000_000, outputTokens: 7, cost: 0.25, usageSource: "measured" }
    yield* rows.save(row(AgentName.make("claude"), null))
    yield* rows.save(row(goose, 1_000))
    yield* rows.save(row(qwen, 500))
    const { epoch } = yield* log.claim(chat.id)
    yield* log.append({ chatId: chat.id, epoch, expected: 0, rows: [], also: rows.within(full) })
    assert.deepStrictEqual(yield* rows.list(session.id), [full, row(goose, 1_000), row(AgentName.make("claude"), null)])
  }))

  it.effect("finds the processes of other boots, and forgets those of its own that ended", () => Effect.gen(function*() {
    const ledger = yield* ProcessLedger
    const rows = yield* ProcessRows
    const entry = (pid: number) => ({ pid, startTime: 123_456_789_012, lifeId: mintLifeId(), command: "goose acp" })
    const [mine, ended] = [entry(10), entry(11)]
    for (const one of [mine, ended, ended]) yield* ledger.record(one)
    yield* ledger.forget(ended.pid)
    assert.deepStrictEqual(yield* rows.ofOtherBoots, [])
    yield* Effect.gen(function*() {
      const later = yield* ProcessRows
      assert.deepStrictEqual(yield* later.ofOtherBoots, [mine])
      yield* later.forgetOtherBoots
      assert.deepStrictEqual(yield* later.ofOtherBoots, [])
    }).pipe(Effect.provide(Layer.fresh(ProcessRows.layer({ host, bootId: boot() }))))
  }))

  it.effect("keeps texts by their hash, NUL and all, once", () => Effect.gen(function*() {
    const blobs = yield* Blobs
    const text = `a\0b 😀 ${"x".repeat(100_000)}`
    const hash = yield* blobs.put(text)
    assert.strictEqual(yield* blobs.put(text), hash)
    assert.strictEqual(yield* blobs.get(hash), text)
    assert.strictEqual(yield* blobs.put("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    assert.isUndefined(yield* blobs.get("none"))
  }))

  it.effect("keeps what a user changed of the catalogue", () => Effect.gen(function*() {
    const rows = yield* AgentRows
    const edit = { name: goose, enabled: false, args: ["a\0b"], env: { KEY: null } }
    yield* rows.save({ name: goose, label: "G" })
    yield* rows.save(edit)
    assert.deepStrictEqual(yield* (yield* AgentRowsPort).all, [edit])
    yield* rows.remove(goose)
    assert.deepStrictEqual(yield* rows.all, [])
  }))

  it.effect("keeps settings, and says which one it can't read", () => Effect.gen(function*() {
    const settings = yield* Settings
    const when = { key: "when", schema: Schema.Struct({ at: Schema.Date, note: Schema.NullOr(Schema.String) }) }
    assert.isUndefined(yield* settings.get(when))
    const value = { at: new Date(5), note: "\0" }
    yield* settings.set(when, value)
    assert.deepStrictEqual(yield* settings.get(when), value)
    const error = yield* Effect.flip(settings.get({ key: "when", schema: Schema.Finite }))
    assert.strictEqual(error.reason._tag, "RowUnreadable")
    assert.include(error.message, "the setting when")
  }))
})
