/** What a chat's log promises: the same cases over Postgres and over its twin in memory, then the faults of each. */
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it, layer } from "@effect/vitest"
import { Context, Deferred, Effect, Fiber, FileSystem, Layer, Random, Ref, Schedule, Stream, SubscriptionRef } from "effect"
import { SqlClient, SqlError } from "effect/sql"
import { TestClock } from "effect/testing"
import { Database } from "./Database.ts"
import { EventLog } from "./EventLog.ts"
import type { LogRow } from "./LogTable.ts"
import { takeTick } from "./LogWriter.ts"
import { LogFaults } from "./MemoryLogTable.ts"
import { preparedDataDir } from "./temporaryDataDir.ts"

const host = "test-host"

/** What a case needs of the store below the log. */
class Ground extends Context.Service<Ground, {
  readonly newChat: Effect.Effect<string>
  readonly mark: (key: string) => Effect.Effect<void, SqlError.SqlError>
  readonly isMarked: (key: string) => Effect.Effect<boolean>
}>()("test/Ground") {}

class DataDirectory extends Context.Service<DataDirectory, string>()("test/DataDirectory") {}

const uuid = Effect.sync(() => crypto.randomUUID())

const overMemory = Layer.effect(Ground, Effect.gen(function*() {
  const faults = yield* LogFaults
  const marks = yield* Ref.make(new Set<string>())
  return Ground.of({
    newChat: Effect.tap(uuid, faults.addChat),
    mark: (key) => Ref.update(marks, (before) => new Set([...before, key])),
    isMarked: (key) => Effect.map(Ref.get(marks), (all) => all.has(key))
  })
})).pipe(Layer.provideMerge(EventLog.layerMemory))

const groundInPostgres = Layer.effect(Ground, Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const project = yield* uuid
  const session = yield* uuid
  yield* sql`insert into projects ${sql.insert({ id: project, path: `/${project}`, name: "p", added_at: new Date(0) })}`
  yield* sql`insert into sessions ${sql.insert({ id: session, project_id: project, title: "s", created_at: new Date(0) })}`
  let number = 0
  return Ground.of({
    newChat: Effect.gen(function*() {
      const id = yield* uuid
      yield* sql`insert into chats ${sql.insert({ id, session_id: session, number: ++number, agent: "scripted", created_at: new Date(0), host })}`
      return id
    }).pipe(Effect.orDie),
    mark: (key) => Effect.asVoid(sql`insert into settings ${sql.insert({ key, value: "true" })}`),
    isMarked: (key) => Effect.map(Effect.orDie(sql`select 1 from settings where key = ${key}`), (rows) => rows.length === 1)
  })
}))
const overPostgres = Layer.unwrap(Effect.map(preparedDataDir, (dataDir) => groundInPostgres.pipe(
  Layer.provideMerge(EventLog.layer({ host })), Layer.provideMerge(Database.layer({ dataDir })),
  Layer.merge(Layer.succeed(DataDirectory, dataDir))))).pipe(Layer.provideMerge(NodeServices.layer))

const row = (seq: number, body: unknown = { seq }, anchor = seq): LogRow => ({ seq, anchor, at: 1_700_000_000_123 + seq, body: JSON.stringify(body) })
const rows = (from: number, count: number) => Array.from({ length: count }, (_, index) => row(from + index))
const seqs = (found: ReadonlyArray<LogRow>) => found.map(({ seq }) => seq)
const reasonOf = <A, E extends { readonly reason: { readonly _tag: string } }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), ({ reason }) => reason._tag)
const claimed = Effect.gen(function*() {
  const chatId = yield* (yield* Ground).newChat
  return { chatId, ...(yield* (yield* EventLog).claim(chatId)) }
})
const turn = (turnId: string) => ({ turnId, agent: "goose", bootId: "boot" })

const suite = (name: string, ground: Layer.Layer<EventLog | Ground, unknown>) =>
  layer(ground, { excludeTestServices: true, timeout: "60 seconds" })(name, (it) => {
    it.effect("gives what was appended, and each claim a new epoch", () => Effect.gen(function*() {
      const log = yield* EventLog
      const { chatId, epoch, head, openTurn } = yield* claimed
      assert.deepStrictEqual({ epoch, head, openTurn }, { epoch: 1, head: 0, openTurn: null })
      yield* log.append({ chatId, epoch, expected: 0, rows: rows(1, 3) })
      yield* log.append({ chatId, epoch, expected: 3, rows: [row(4)] })
      assert.deepStrictEqual(yield* log.read(chatId, 0, 100), rows(1, 4))
      assert.deepStrictEqual(seqs(yield* log.read(chatId, 1, 2)), [2, 3])
      assert.deepStrictEqual(yield* log.read(chatId, 4, 100), [])
      assert.deepStrictEqual(yield* log.claim(chatId), { epoch: 2, head: 4, openTurn: null })
    }))

    it.effect("knows no chat that isn't there", () => Effect.gen(function*() {
      const log = yield* EventLog
      for (const chatId of ["00000000-0000-4000-8000-000000000000", "no chat's id"]) {
        assert.strictEqual(yield* reasonOf(log.claim(chatId)), "UnknownChat")
        assert.strictEqual(yield* reasonOf(log.append({ chatId, epoch: 1, expected: 0, rows: rows(1, 1) })), "UnknownChat")
        assert.strictEqual(yield* reasonOf(log.read(chatId, 0, 1)), "UnknownChat")
        assert.strictEqual(yield* reasonOf(log.readOlder(chatId, 1, 1)), "UnknownChat")
        assert.strictEqual(yield* reasonOf(log.replace({ chatId, epoch: 1, remove: [1], rows: [] })), "UnknownChat")
      }
    }))

    it.effect("fences whoever claimed before, and whoever is wrong about the head", () => Effect.gen(function*() {
      const log = yield* EventLog
      const { chatId, epoch } = yield* claimed
      yield* log.append({ chatId, epoch, expected: 0, rows: rows(1, 2) })
      assert.strictEqual(yield* reasonOf(log.append({ chatId, epoch, expected: 1, rows: rows(2, 1) })), "Fenced")
      assert.strictEqual(yield* reasonOf(log.append({ chatId, epoch, expected: 3, rows: rows(4, 1) })), "Fenced")
      const newer = yield* log.claim(chatId)
      assert.strictEqual(yield* reasonOf(log.append({ chatId, epoch, expected: 2, rows: rows(3, 1) })), "Fenced")
      assert.strictEqual(yield* reasonOf(log.replace({ chatId, epoch, remove: [1], rows: [] })), "Fenced")
      yield* log.append({ chatId, epoch: newer.epoch, expected: newer.head, rows: rows(3, 1) })
      assert.deepStrictEqual(seqs(yield* log.read(chatId, 0, 100)), [1, 2, 3])
    }))

    it.effect("refuses rows that leave a gap or can't be kept as they are", () => Effect.gen(function*() {
      const log = yield* EventLog
      const { chatId, epoch } = yield* claimed
      for (const bad of [[row(2)], [row(1), row(3)], [{ ...row(1), body: "\"\0\"" }], [{ ...row(1), body: "\"\ud83d\"" }], [{ ...row(1), anchor: 0.5 }]]) {
        assert.strictEqual(yield* reasonOf(log.append({ chatId, epoch, expected: 0, rows: bad })), "Refused")
      }
      assert.strictEqual((yield* log.claim(chatId)).head, 0)
    }))

    it.effect("keeps NUL, lone surrogates and every other character", () => Effect.gen(function*() {
      const log = yield* EventLog
      const { chatId, epoch } = yield* claimed
      const bodies = ["a\0b", "\ud83d", "\udc00x\ud800", "😀 ünï ‮", "\\u0000 \\ \" '", { "\0": ["\ud83d\ude00"] }, null, 0.1, "x".repeat(300_000)]
      yield* log.append({ chatId, epoch, expected: 0, rows: bodies.map((body, index) => row(index + 1, body)) })
      const found = yield* log.read(chatId, 0, 100)
      assert.deepStrictEqual(found.map(({ body }) => JSON.parse(body)), bodies)
      assert.deepStrictEqual(found.map(({ body }) => body), bodies.map((body) => JSON.stringify(body)))
    }))

    it.effect("keeps many chats that append at once apart, each in its order", () => Effect.gen(function*() {
      const log = yield* EventLog
      const chats = yield* Effect.forEach(Array.from({ length: 20 }), () => claimed)
      yield* Effect.forEach(chats, ({ chatId, epoch }) => Effect.gen(function*() {
        let head = 0
        while (head < 100) {
          const count = yield* Random.nextIntBetween(0, 8)
          yield* log.append({ chatId, epoch, expected: head, rows: rows(head + 1, count).map((one) => ({ ...one, body: JSON.stringify(chatId) })) })
          head += count
        }
      }), { concurrency: "unbounded" })
      for (const { chatId } of chats) {
        const { head } = yield* log.claim(chatId)
        const found = yield* log.read(chatId, 0, 1_000)
        assert.deepStrictEqual(seqs(found), Array.from({ length: head }, (_, index) => index + 1))
        assert.isTrue(found.every(({ body }) => JSON.parse(body) === chatId))
      }
    }))

    it.effect("takes several appends of one chat in flight, in their order", () => Effect.gen(function*() {
      const log = yield* EventLog
      const { chatId, epoch } = yield* claimed
      yield* Effect.forEach(Array.from({ length: 10 }), (_, index) => log.append({ chatId, epoch, expected: index, rows: rows(index + 1, 1) }), { concurrency: "unbounded" })
      assert.strictEqual((yield* log.read(chatId, 0, 100)).length, 10)
    }))

    it.effect("refuses a bad append alone: those it shared a statement with land", () => Effect.gen(function*() {
      const log = yield* EventLog
      const chats = yield* Effect.forEach(Array.from({ length: 25 }), () => claimed)
      const bad = new Set([3, 4, 17])
      const reasons = yield* Effect.forEach(chats, ({ chatId, epoch }, index) =>
        log.append({ chatId, epoch, expected: 0, rows: [bad.has(index) ? { ...row(1), body: "{\"no\": json" } : row(1)] }).pipe(
          Effect.as("landed"), Effect.catchTag("LogError", ({ reason }) => Effect.succeed(reason._tag))), { concurrency: "unbounded" })
      assert.deepStrictEqual(reasons, chats.map((_, index) => bad.has(index) ? "Refused" : "landed"))
      const heads = yield* Effect.forEach(chats, ({ chatId }) => Effect.map(log.claim(chatId), ({ head }) => head))
      assert.deepStrictEqual(heads, chats.map((_, index) => bad.has(index) ? 0 : 1))
    }))

    it.effect("keeps the open turn with the rows that open, leave and close it", () => Effect.gen(function*() {
      const log = yield* EventLog
      const { chatId, epoch } = yield* claimed
      const mine = Effect.map(log.openTurns, (turns) => turns.filter((open) => open.chatId === chatId))
      yield* log.append({ chatId, epoch, expected: 0, rows: rows(1, 1), openTurn: turn("t1") })
      assert.deepStrictEqual(yield* mine, [{ chatId, ...turn("t1") }])
      yield* log.append({ chatId, epoch, expected: 1, rows: rows(2, 1) })
      assert.deepStrictEqual((yield* log.claim(chatId)).openTurn, turn("t1"))
      assert.strictEqual(yield* reasonOf(log.append({ chatId, epoch, expected: 2, rows: [], openTurn: null })), "Fenced")
      yield* log.append({ chatId, epoch: epoch + 1, expected: 2, rows: [], openTurn: null })
      assert.deepStrictEqual(yield* mine, [])
    }))

    it.effect("commits what belongs to an append with it, or neither", () => Effect.gen(function*() {
      const log = yield* EventLog
      const { isMarked, mark } = yield* Ground
      const { chatId, epoch } = yield* claimed
      const key = (name: string) => `${name} of ${chatId}`
      yield* log.append({ chatId, epoch, expected: 0, rows: rows(1, 2), also: mark(key("first")) })
      assert.isTrue(yield* isMarked(key("first")))
      assert.strictEqual(yield* reasonOf(log.append({ chatId, epoch, expected: 7, rows: rows(8, 1), also: mark(key("fenced")) })), "Fenced")
      assert.isFalse(yield* isMarked(key("fenced")))
      const fails = Effect.fail(new SqlError.SqlError({ reason: new SqlError.UnknownError({ cause: new Error("no"), message: "no" }) }))
      assert.strictEqual(yield* reasonOf(log.append({ chatId, epoch, expected: 2, rows: rows(3, 1), also: fails })), "Refused")
      assert.strictEqual((yield* log.claim(chatId)).head, 2)
    }))

    it.effect("reads back whole items, newest first to be chosen", () => Effect.gen(function*() {
      const log = yield* EventLog
      const { chatId, epoch } = yield* claimed
      const anchors = [1, 1, 3, 3, 1, 6, 6, 8, 3, 10]
      yield* log.append({ chatId, epoch, expected: 0, rows: anchors.map((anchor, index) => row(index + 1, null, anchor)) })
      assert.deepStrictEqual(seqs(yield* log.readOlder(chatId, 11, 2)), [8, 10])
      assert.deepStrictEqual(seqs(yield* log.readOlder(chatId, 8, 2)), [3, 4, 6, 7, 9])
      assert.deepStrictEqual(seqs(yield* log.readOlder(chatId, 3, 2)), [1, 2, 5])
      assert.deepStrictEqual(yield* log.readOlder(chatId, 1, 2), [])
    }))

    it.effect("replaces rows by others at their seqs, and doing it again changes nothing", () => Effect.gen(function*() {
      const log = yield* EventLog
      const { chatId, epoch } = yield* claimed
      yield* log.append({ chatId, epoch, expected: 0, rows: rows(1, 6) })
      const replacement = { chatId, epoch, remove: [2, 3, 5], rows: [row(5, "whole", 2)] }
      for (const _ of [1, 2]) {
        yield* log.replace(replacement)
        assert.deepStrictEqual(yield* log.read(chatId, 0, 100), [row(1), row(4), row(5, "whole", 2), row(6)])
      }
      assert.strictEqual(yield* reasonOf(log.replace({ ...replacement, rows: [row(4)] })), "Refused")
      yield* log.append({ chatId, epoch, expected: 6, rows: rows(7, 1) })
    }))
  })

suite("the log in memory", overMemory)
suite("the log in Postgres", overPostgres)

describe("the log in memory, broken on purpose", () => {
  const broken = (name: string, test: Effect.Effect<void, unknown, EventLog | LogFaults | Ground>) =>
    it.effect(name, () => Effect.provide(test, Layer.fresh(overMemory)))

  broken("waits while the database is away, and goes on when it is back", Effect.gen(function*() {
    const log = yield* EventLog
    const faults = yield* LogFaults
    const { chatId, epoch } = yield* claimed
    yield* faults.away
    const append = yield* Effect.forkChild(log.append({ chatId, epoch, expected: 0, rows: rows(1, 1) }), { startImmediately: true })
    const read = yield* Effect.forkChild(log.read(chatId, 0, 10), { startImmediately: true })
    yield* TestClock.adjust("1 hour")
    assert.isUndefined(append.pollUnsafe())
    assert.isUndefined(read.pollUnsafe())
    yield* faults.back
    yield* Fiber.join(append)
    yield* Fiber.join(read)
    assert.deepStrictEqual(seqs(yield* log.read(chatId, 0, 10)), [1])
  }))

  broken("writes once what was committed although its answer was lost", Effect.gen(function*() {
    const log = yield* EventLog
    const faults = yield* LogFaults
    const { isMarked, mark } = yield* Ground
    const { chatId, epoch } = yield* claimed
    yield* faults.loseNextAnswer
    yield* log.append({ chatId, epoch, expected: 0, rows: rows(1, 2) })
    yield* faults.loseNextAnswer
    yield* log.append({ chatId, epoch, expected: 2, rows: rows(3, 1), also: mark(chatId) })
    assert.deepStrictEqual(seqs(yield* log.read(chatId, 0, 10)), [1, 2, 3])
    assert.isTrue(yield* isMarked(chatId))
  }))

  broken("refuses on demand, and takes as long as it is told", Effect.gen(function*() {
    const log = yield* EventLog
    const faults = yield* LogFaults
    const { chatId, epoch } = yield* claimed
    yield* faults.refuse(chatId, "because")
    assert.include((yield* Effect.flip(log.append({ chatId, epoch, expected: 0, rows: rows(1, 1) }))).message, "because")
    yield* faults.latency("1 second")
    const append = yield* Effect.forkChild(log.append({ chatId, epoch, expected: 0, rows: rows(1, 1) }), { startImmediately: true })
    yield* TestClock.adjust(0) // the writer takes it up
    yield* TestClock.adjust("999 millis")
    assert.isUndefined(append.pollUnsafe())
    yield* TestClock.adjust("1 millis")
    yield* Fiber.join(append)
  }))
})

layer(overPostgres, { excludeTestServices: true, timeout: "60 seconds" })("the log in Postgres, whose postmaster is killed", (it) => {
  it.effect("has everything it acknowledged, and nothing twice", () => Effect.gen(function*() {
    const log = yield* EventLog
    const sql = yield* SqlClient.SqlClient
    const fs = yield* FileSystem.FileSystem
    const { status } = yield* Database
    const dataDir = yield* DataDirectory
    const stopped = yield* Deferred.make<void>()
    const chats = yield* Effect.forEach(Array.from({ length: 20 }), () => claimed)
    const acknowledged = new Map<string, number>()
    const writers = yield* Effect.forEach(chats, ({ chatId, epoch }, index) => Effect.gen(function*() {
      let head = 0
      while (!Deferred.isDoneUnsafe(stopped)) {
        const append = { chatId, epoch, expected: head, rows: rows(head + 1, 1 + index % 5) }
        yield* log.append(index === 0 ? { ...append, also: Effect.asVoid(sql`insert into settings ${sql.insert({ key: `also ${head}`, value: "1" })}`) } : append)
        head += append.rows.length
        acknowledged.set(chatId, head)
      }
    }), { concurrency: "unbounded" }).pipe(Effect.forkChild({ startImmediately: true }))
    const kills = Effect.gen(function*() { for (let kill = 0; kill < 4; kill++) {
      const before = Math.min(...chats.map(({ chatId }) => acknowledged.get(chatId) ?? 0))
      yield* Effect.sync(() => chats.every(({ chatId }) => (acknowledged.get(chatId) ?? 0) > before + 20)).pipe(
        Effect.repeat({ until: (all) => all, schedule: Schedule.spaced("5 millis") }), Effect.timeout("20 seconds"))
      const awayAndBack = yield* SubscriptionRef.changes(status).pipe(Stream.dropWhile(({ _tag }) => _tag === "Ok"),
        Stream.filter(({ _tag }) => _tag === "Ok"), Stream.runHead, Effect.forkChild({ startImmediately: true }))
      process.kill(Number.parseInt(yield* fs.readFileString(`${dataDir}/postgres-18/postmaster.pid`), 10), "SIGKILL")
      yield* Effect.timeout(Fiber.join(awayAndBack), "20 seconds")
    } })
    yield* Effect.raceFirst(kills, Effect.andThen(Fiber.join(writers), Effect.never))
    yield* Deferred.succeed(stopped, undefined)
    yield* Fiber.join(writers)
    for (const { chatId } of chats) {
      const head = acknowledged.get(chatId) ?? 0
      assert.deepStrictEqual(seqs(yield* log.read(chatId, 0, 100_000)), Array.from({ length: head }, (_, index) => index + 1))
      assert.strictEqual((yield* log.claim(chatId)).head, head)
    }
    const first = chats[0]?.chatId ?? ""
    assert.strictEqual((yield* sql`select 1 from settings where key like 'also %'`).length, acknowledged.get(first))
  }), { timeout: 120_000 })
})

it("a tick takes at most 1,000 rows or 1 MB, at least one append, and of each chat the first", () => {
  const pending = (chatId: string, count: number, size = count) => ({ append: { chatId, epoch: 1, expected: 0, rows: rows(1, count) }, size })
  const chatsOf = (taken: ReadonlyArray<{ append: { chatId: string } }>) => taken.map(({ append }) => append.chatId).join("")
  const of = (...waiting: ReadonlyArray<ReturnType<typeof pending>>) => {
    const { rest, tick } = takeTick(waiting)
    return [chatsOf(tick), chatsOf(rest)]
  }
  assert.deepStrictEqual(of(pending("a", 1), pending("b", 1), pending("a", 1)), ["ab", "a"])
  assert.deepStrictEqual(of(pending("a", 5_000), pending("b", 1)), ["a", "b"])
  assert.deepStrictEqual(of(pending("a", 999), pending("b", 2), pending("c", 1), pending("b", 1)), ["ac", "bb"])
  assert.deepStrictEqual(of(pending("a", 1, 999_999), pending("b", 1, 2), pending("c", 1, 1)), ["ac", "b"])
})
