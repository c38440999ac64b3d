import { describe, expect, test } from "vitest"
import type { ChangeFrame, Decided, PendingChange } from "../../shared/Change.ts"
import { SessionId } from "../../shared/Ids.ts"
import { quietWorkRemote } from "../rpc/quietWorkRemote.ts"
import { done, type Reply } from "../rpc/Reply.ts"
import type { WorkRemote } from "../rpc/WorkRemote.ts"
import { changeId, changeOf, worktreeOf } from "../../test/support/changes.ts"
import { memoryKept } from "./Kept.ts"
import { WorkStore } from "./WorkStore.ts"
import { WorkStores } from "./WorkStores.ts"

const sessionId = SessionId.make(crypto.randomUUID())
const standing = (decided = 0) => ({ _tag: "Standing" as const, skipped: [], running: [], waiting: [], decided, lookedAt: 1, problem: null } satisfies ChangeFrame)

const open = (given: Partial<WorkRemote> = {}, kept = memoryKept()) => {
  let tell: (frame: ChangeFrame) => void = () => {}, fail: (message: string) => void = () => {}
  let opened = 0
  const remote: WorkRemote = {
    ...quietWorkRemote, ...given,
    watchChanges: (_, watcher) => {
      opened += 1
      tell = watcher.onValue
      fail = watcher.onFailure
      return () => {}
    }
  }
  const store = new WorkStore(remote, kept, sessionId)
  store.open()
  const begin = (...changes: ReadonlyArray<PendingChange>) => {
    tell({ _tag: "Opened", worktree: worktreeOf(1) })
    tell({ _tag: "Saved", changes })
    tell(standing())
  }
  return { store, begin, tell: (frame: ChangeFrame) => tell(frame), fail: (message: string) => fail(message), opened: () => opened }
}

const paths = ({ work }: WorkStore) => work.changes.map(({ path }) => path)

/** An answer that comes when the test says so. */
const later = <A>() => {
  let answer: (reply: Reply<A>) => void = () => {}
  const asked = new Promise<Reply<A>>((resolve) => { answer = resolve })
  return { asked, answer: (reply: Reply<A>) => answer(reply) }
}

describe("the work of a session", () => {
  test("is drawn only when a batch of it is whole", () => {
    const { begin, store, tell } = open()
    let drawn = 0
    store.subscribe(() => { drawn += 1 })
    begin(changeOf(1, "a"))
    expect([drawn, paths(store)]).toEqual([1, ["a"]])
    tell({ _tag: "Saved", changes: [changeOf(2, "b")] })
    expect([drawn, paths(store)]).toEqual([1, ["a"]])
    tell(standing())
    expect([drawn, paths(store)]).toEqual([2, ["a", "b"]])
  })

  test("that can't be looked at says why once, whichever of answer and feed comes first", async () => {
    const sentence = "The disk is full; free some space.", refused: Reply<never> = { _tag: "Refused", message: sentence }
    const { begin, store, tell } = open({ look: () => Promise.resolve(refused) })
    begin(changeOf(1, "a"))
    await store.look()
    expect([store.refusal, store.work.problem]).toEqual([sentence, null])
    tell({ ...standing(), problem: { sentence, since: 2 } })
    expect([store.refusal, store.work.problem?.sentence, paths(store)]).toEqual([undefined, sentence, ["a"]])
    await store.look()
    expect([store.refusal, store.looking]).toEqual([undefined, false])
    tell(standing())
    expect(store.work.problem).toBeNull()
  })

  test("shows an act as busy at once, and what became of it with the answer", async () => {
    const { answer, asked } = later<ReadonlyArray<Decided>>()
    const { begin, store } = open({ apply: () => asked })
    begin(changeOf(1, "a"), changeOf(2, "b"), changeOf(3, "c"))
    const acted = store.apply([changeId(1), changeId(2), changeId(3)])
    expect([...store.busy.values()]).toEqual(["apply", "apply", "apply"])
    answer(done([
      { change: changeOf(1, "a", { state: "applied" }), problem: null },
      { change: changeOf(2, "b", { state: "conflicted" }), problem: null },
      { change: changeOf(3, "c"), problem: "c is a folder." }
    ]))
    await acted
    expect(store.busy.size).toBe(0)
    expect(store.work.changes.map(({ path, state }) => `${path} ${state}`)).toEqual(["b conflicted", "c pending"])
    expect([...store.problems]).toEqual([[changeId(3), "c is a folder."]])
  })

  test("asks for a hunk's decision by its way, and of what it brings back leaves it to the feed what stands", async () => {
    const asked: Array<unknown> = []
    const { begin, store } = open({
      revertHunks: ({ hunks, part }) => { asked.push([part, hunks]); return Promise.resolve(done({ change: changeOf(2, "a", { state: "reverted" }), problem: null })) },
      bringBack: ({ changeIds }) => { asked.push(changeIds); return Promise.resolve(done([{ change: changeOf(3, "b"), problem: null }, { change: changeOf(4, "c", { state: "rejected" }), problem: "c was changed." }])) }
    })
    begin()
    await store.decideHunks("revert", changeId(1), changeId(2), [1])
    await store.bringBack([changeId(3), changeId(4)])
    expect([asked, paths(store), [...store.problems]]).toEqual([[[changeId(2), [1]], [changeId(3), changeId(4)]], [], [[changeId(4), "c was changed."]]])
  })

  test("keeps what waits anew after it was reverted", async () => {
    const { begin, store } = open({ revert: () => Promise.resolve(done([{ change: changeOf(1, "a", { state: "reverted" }), problem: null }])) })
    begin(changeOf(1, "a"))
    await store.revert([changeId(1)])
    expect(paths(store)).toEqual(["a"])
  })

  test("does nothing twice at once to the same change", async () => {
    let asked = 0
    const { begin, store } = open({ apply: () => { asked += 1; return new Promise(() => {}) } })
    begin(changeOf(1, "a"), changeOf(2, "b"))
    void store.apply([changeId(1)])
    await store.apply([changeId(1), changeId(2)])
    expect(asked).toBe(1)
    expect([...store.busy.keys()]).toEqual([changeId(1)])
  })

  test("says what the server says no to, until put away", async () => {
    const { begin, store } = open({ revert: () => Promise.resolve({ _tag: "Refused", message: "The disk is full." }) })
    begin(changeOf(1, "a"))
    await store.revert([changeId(1)])
    expect(store.refusal).toBe("The disk is full.")
    store.putAwayRefusal()
    expect(store.refusal).toBeUndefined()
  })

  test("asks for as many at once as a call may name, and stops where it is refused", async () => {
    const asked = new Array<number>()
    const { store } = open({ apply: ({ changeIds }) => {
      asked.push(changeIds.length)
      return Promise.resolve(asked.length === 2 ? { _tag: "Refused", message: "No." } : done([]))
    } })
    await store.apply(Array.from({ length: 2400 }, (_, nth) => changeId(nth)))
    expect([asked, store.busy.size, store.refusal]).toEqual([[1000, 1000], 0, "No."])
  })

  test("gives up a rejection that waits without calling that a refusal", async () => {
    const { begin, store } = open({
      reject: (_, signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve({ _tag: "Refused", message: "It was given up." })))
    })
    begin(changeOf(1, "a"))
    const acted = store.reject([changeId(1)])
    store.giveUp(changeId(1))
    await acted
    expect([store.busy.size, store.refusal]).toEqual([0, undefined])
  })

  test("is not asked for again and again where it failed for good", () => {
    const { fail, opened, store } = open()
    fail("There is no such session.")
    store.open()
    store.open()
    expect([opened(), store.failure]).toEqual([1, "There is no such session."])
    store.retry()
    expect([opened(), store.failure]).toEqual([2, undefined])
  })

  test("follows only the session that is looked at", () => {
    const followed: Array<string> = []
    const stores = new WorkStores({ ...quietWorkRemote, watchChanges: (id) => {
      followed.push(`+${id}`)
      return () => { followed.push(`-${id}`) }
    } }, memoryKept())
    const [first, second] = [SessionId.make(crypto.randomUUID()), SessionId.make(crypto.randomUUID())]
    const shown = stores.show(first)
    stores.show(first)
    stores.show(second)
    expect(stores.show(first)).toBe(shown)
    expect(followed).toEqual([`+${first}`, `+${second}`, `-${first}`, `+${first}`, `-${second}`])
  })
})

describe("marks of what was reviewed", () => {
  test("are kept by the browser for one content, and forgotten with the change", () => {
    const kept = memoryKept(), change = changeOf(1, "a")
    const { begin, store } = open({}, kept)
    begin(change)
    store.reviewed.mark(change, true)
    expect(open({}, kept).store.reviewed.has(change)).toBe(true)
    expect(store.reviewed.has({ ...change, id: changeId(9) })).toBe(true)
    for (const other of [{ blob: "f".repeat(40) }, { baseBlob: null }, { mode: "100755" }]) expect(store.reviewed.has({ ...change, ...other })).toBe(false)
    begin(changeOf(2, "b"))
    expect(open({}, kept).store.reviewed.has(change)).toBe(false)
  })
})

describe("what was decided", () => {
  test("is asked for while somebody looks, again when more is, and paged", async () => {
    const asked: Array<string | undefined> = []
    const page = (from: number) => Array.from({ length: 50 }, (_, n) => changeOf(from + n, `f${from + n}`, { state: "applied" }))
    const { begin, store, tell } = open({ decided: ({ before }) => {
      asked.push(before)
      return Promise.resolve(done(before === undefined ? page(1) : page(51).slice(0, 3)))
    } })
    begin()
    expect(asked).toEqual([])
    const stop = store.decided.look()
    await Promise.resolve()
    await Promise.resolve()
    expect([asked, store.decided.changes?.length, store.decided.hasOlder]).toEqual([[undefined], 50, true])
    await store.decided.older()
    expect([asked.at(-1), store.decided.changes?.length, store.decided.hasOlder]).toEqual([changeId(50), 53, false])
    tell(standing(1))
    await Promise.resolve()
    expect(asked).toEqual([undefined, changeId(50), undefined])
    stop()
    tell(standing(2))
    expect(asked).toHaveLength(3)
  })
})
