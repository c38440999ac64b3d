import { assert, describe, it } from "vitest"
import { type Chat, empty, evolve } from "../../shared/Chat.ts"
import type { LogEntry } from "../../shared/ChatEvent.ts"
import type { ChatFrame, Cursor } from "../../shared/Feed.ts"
import { quietRemote } from "../rpc/quietRemote.ts"
import { asked, entriesOf, ids, says, type Step, tool } from "../../test/support/chatLog.ts"
import type { ConnectionState } from "../rpc/ConnectionState.ts"
import type { Remote } from "../rpc/Remote.ts"
import { done, type Reply } from "../rpc/Reply.ts"
import { ChatStore } from "./ChatStore.ts"
import { ChatStores } from "./ChatStores.ts"
import { type Kept, memoryKept } from "./Kept.ts"

interface Sent { readonly promptId: string; readonly answer: (reply: Reply<{ readonly promptId: ReturnType<typeof ids.prompt> }>) => void }

/** A server in the hands of the test. */
const server = (kept: Kept = memoryKept()) => {
  const sent: Array<Sent> = []
  const opened: Array<Cursor | undefined> = []
  let frames: (frame: ChatFrame) => void = () => {}
  let states: (state: ConnectionState) => void = () => {}
  const remote: Remote = {
    ...quietRemote,
    onState: (listener) => {
      states = listener
      return () => {}
    },
    prompt: ({ promptId }) => new Promise((answer) => sent.push({ promptId, answer })),
    watchChat: (_, cursor, { onValue }) => {
      opened.push(cursor())
      frames = onValue
      return () => {}
    }
  }
  const store = new ChatStore(remote, kept, ids.chat(1))
  return { remote, store, sent, opened, kept, frame: (frame: ChatFrame) => frames(frame), state: (state: ConnectionState) => states(state) }
}

const fold = (entries: ReadonlyArray<LogEntry>): Chat => entries.reduce((chat, entry) => evolve(chat, entry), empty)
const snapshot = (chat: Chat, epoch = 1): ChatFrame => ({ _tag: "Snapshot", epoch, chat })
const events = (entries: ReadonlyArray<LogEntry>, epoch = 1): ChatFrame => ({ _tag: "Events", epoch, from: (entries[0]?.seq ?? 1) - 1, events: entries })
const settled = () => new Promise((resolve) => setTimeout(resolve, 0))
const online: ConnectionState = { _tag: "Online" }
const text = [{ type: "text", text: "hello" }] as const
const goose = ids.agent("goose")

describe("the fold", () => {
  const steps: ReadonlyArray<Step> = [...asked(1, "one"), says(1, "a", "first "), says(1, "a", "words", "text", 6)]
  const entries = entriesOf(steps, 1000)

  it("comes to the server's state, from a snapshot and events, whichever come twice", () => {
    const { frame, store } = server()
    store.open()
    frame(snapshot(fold(entries.slice(0, 2))))
    frame(events(entries.slice(2, 3)))
    frame(events(entries.slice(1)))
    assert.deepEqual(store.chat, fold(entries))
  })

  it("is opened again with its cursor", () => {
    const { frame, opened, store } = server()
    store.open()
    frame(snapshot(fold(entries), 7))
    store.close()
    store.open()
    assert.deepEqual(opened, [undefined, { epoch: 7, seq: entries.length }])
  })

  it("is right again by a snapshot after a long sleep, without a hole", () => {
    const { frame, store } = server()
    store.open()
    frame(snapshot(fold(entries)))
    const later = { ...fold(entriesOf([...asked(9, "later")], 2000)), floor: 500 }
    frame(snapshot(later, 2))
    assert.strictEqual(store.chat, later)
    assert.deepEqual(store.past.items, [])
  })
})

describe("what leaves the window", () => {
  const turns = (count: number): ReadonlyArray<Step> =>
    Array.from({ length: count }, (_, n): ReadonlyArray<Step> => [
      ...asked(n + 1, `question ${n + 1}`), says(n + 1, "a", "x".repeat(4000)),
      { _tag: "TurnEnded", turnId: ids.turn(n + 1), outcome: "completed", cause: { _tag: "Answered" } }
    ]).flat()

  it("stays on the page, whole and in order, also where much comes in one frame", () => {
    const entries = entriesOf(turns(120), 1000)
    const { frame, store } = server()
    store.open()
    frame(snapshot(fold(entries.slice(0, 8))))
    frame(events(entries.slice(8)))
    const all = [...store.past.items, ...store.chat?.items ?? []]
    assert.lengthOf(all.filter(({ _tag }) => _tag === "Prompt"), 120)
    assert.deepEqual(all.map(({ anchor }) => anchor), all.map(({ anchor }) => anchor).toSorted((a, b) => a - b))
    assert.isAbove(store.chat?.floor ?? 0, 0)
    assert.strictEqual(store.past.floor, 0)
    assert.isTrue(store.past.turns.has(ids.turn(1)))
  })

  it("stays also where it leaves below the floor, at the end of a long turn", () => {
    const steps = Array.from({ length: 300 }, (_, n) => tool(1, `c${n}`, { title: `Step ${n}`, kind: "read", status: n === 3 ? "in_progress" : "completed" }))
    const entries = entriesOf([
      ...asked(1, "do much"), ...steps, tool(1, "c3", { title: "Step 3", kind: "read", status: "completed" }), says(1, "a", "done"),
      { _tag: "TurnEnded", turnId: ids.turn(1), outcome: "completed", cause: { _tag: "Answered" } }
    ], 1000)
    const { frame, store } = server()
    store.open()
    frame(snapshot(fold(entries.slice(0, 4))))
    for (const entry of entries.slice(4)) frame(events([entry]))
    const all = [...store.past.items, ...store.chat?.items ?? []]
    assert.deepEqual(all.map((item) => item._tag === "Tool" ? item.call.title : item._tag), ["Prompt", ...steps.map((_, n) => `Step ${n}`), "Text"])
    assert.strictEqual(store.past.floor, 0)
  })

  it("is asked for where it was never here, once at a time", async () => {
    const entries = entriesOf(turns(120), 1000)
    const chat = fold(entries)
    const asks: Array<number> = []
    const { remote } = server()
    const store = new ChatStore({
      ...remote,
      watchChat: (_, __, { onValue }) => {
        onValue(snapshot(chat))
        return () => {}
      },
      older: ({ before }) => {
        asks.push(before)
        const [item] = fold(entries.slice(0, 2)).items
        return Promise.resolve(done({ items: item === undefined ? [] : [item], turns: [], notes: [], floor: 0 }))
      }
    }, memoryKept(), ids.chat(1))
    store.open()
    await Promise.all([store.loadOlder(), store.loadOlder()])
    await store.loadOlder()
    assert.deepEqual(asks, [chat.floor])
    assert.lengthOf(store.past.items, 1)
  })
})

describe("prompts on their way", () => {
  it("are shown at once and leave when the chat has them", async () => {
    const { frame, sent, store } = server()
    store.open()
    frame(snapshot(empty))
    store.prompt(text, goose, {})
    assert.deepEqual(store.pending.map(({ state }) => state), ["sending"])
    const [first] = sent
    assert.isDefined(first)
    if (first === undefined) return
    assert.match(first.promptId, /^[A-Za-z0-9_-]{8,64}$/)
    const [queuedEntry] = entriesOf(asked(1, "hello"), 1000)
    const promptId = store.pending[0]?.promptId
    if (queuedEntry?.event._tag === "PromptQueued" && promptId !== undefined) {
      frame(events([{ ...queuedEntry, event: { ...queuedEntry.event, prompt: { ...queuedEntry.event.prompt, promptId } } }]))
    }
    assert.deepEqual(store.pending, [])
    first.answer(done({ promptId: ids.prompt(1) }))
    await settled()
    assert.deepEqual(store.pending, [])
  })

  it("are sent again under the same id when the connection is back, in their order", async () => {
    const { sent, state, store } = server()
    store.open()
    store.prompt(text, goose, {})
    store.prompt([{ type: "text", text: "second" }], goose, {})
    sent[0]?.answer({ _tag: "Unreached", message: "lost" })
    await settled()
    assert.lengthOf(sent, 1)
    state(online)
    sent[1]?.answer(done({ promptId: ids.prompt(1) }))
    await settled()
    assert.strictEqual(sent[1]?.promptId, sent[0]?.promptId)
    assert.strictEqual(sent[2]?.promptId, store.pending[1]?.promptId)
  })

  it("outlive a reload of the page", () => {
    const { kept, store } = server()
    store.prompt(text, goose, { model: "m" })
    const again = server(kept)
    assert.deepEqual(again.store.pending, store.pending)
    again.store.open()
    again.state(online)
    assert.strictEqual(again.sent[0]?.promptId, store.pending[0]?.promptId)
  })

  it("say why they were refused and give their text back", async () => {
    const { kept, sent, store } = server()
    store.open()
    store.prompt(text, goose, {})
    sent[0]?.answer({ _tag: "Refused", message: "The agent is not ready." })
    await settled()
    const [refused] = store.pending
    assert.deepInclude(refused, { state: "refused", why: "The agent is not ready." })
    if (refused !== undefined) assert.deepEqual(store.dismiss(refused.promptId)?.content, text)
    assert.deepEqual(store.pending, [])
    assert.isUndefined(kept.get(`pending.${ids.chat(1)}`))
  })

  it("that were accepted before a snapshot are not waited for any longer", async () => {
    const { frame, sent, store } = server()
    store.open()
    store.prompt(text, goose, {})
    sent[0]?.answer(done({ promptId: ids.prompt(1) }))
    await settled()
    frame(snapshot(empty))
    assert.deepEqual(store.pending, [])
  })

  it("ignore what somebody else left under their name", () => {
    const kept = memoryKept()
    kept.set(`pending.${ids.chat(1)}`, "[{\"promptId\":1}]")
    assert.deepEqual(server(kept).store.pending, [])
  })
})

describe("clocks", () => {
  it("takes the least difference between now and a live event, and none from catching up", () => {
    const { frame, state, store } = server()
    store.open()
    state({ _tag: "Connecting" })
    const [old] = entriesOf(asked(1, "long ago"), Date.now() - 1_000_000)
    frame(snapshot(empty))
    state({ _tag: "Offline", since: 0, reason: "", advice: "" })
    if (old !== undefined) frame(events([old]))
    assert.strictEqual(store.skew, 0)
    const ahead = entriesOf([...asked(1, "a"), ...asked(2, "b")], Date.now() + 60_000)
    frame(events(ahead.slice(2)))
    assert.approximately(store.skew, -60_000, 2000)
  })
})

describe("open chats", () => {
  it("keeps the six looked at last open and closes the one before", () => {
    const { remote } = server()
    let open = 0
    const stores = new ChatStores({
      ...remote,
      onState: () => () => {},
      watchChat: () => {
        open += 1
        return () => { open -= 1 }
      }
    }, memoryKept())
    for (let n = 1; n <= 8; n++) stores.show(ids.chat(n))
    assert.strictEqual(open, 6)
    assert.strictEqual(stores.show(ids.chat(1)), stores.show(ids.chat(1)))
    assert.strictEqual(open, 6)
  })
})
