import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { AgentName, ChatId } from "../../shared/Ids.ts"
import type { WireMessage } from "../../shared/Wire.ts"
import { done, type Reply } from "../rpc/Reply.ts"
import { WireStore } from "./WireStore.ts"

const message = (number: number): WireMessage => ({ number, at: 0, direction: "in", text: `${number}`, size: 1 })

const looking = () => {
  const replies: Array<Reply<ReadonlyArray<WireMessage>>> = []
  const asked: Array<number | undefined> = []
  const store = new WireStore({ wire: ({ after }) => {
    asked.push(after)
    return Promise.resolve(replies.shift() ?? done([]))
  } }, ChatId.make(crypto.randomUUID()), AgentName.make("goose"))
  let changes = 0
  store.subscribe(() => { changes += 1 })
  return { asked, replies, store, changes: () => changes }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe("the wire store", () => {
  test("asks for what is new while somebody looks, and is drawn for news only", async () => {
    const { asked, changes, replies, store } = looking()
    replies.push(done([]), done([message(7), message(8)]), done([]), done([message(9)]))
    const stop = store.look()
    await vi.advanceTimersByTimeAsync(3500)
    expect(store.messages?.map(({ number }) => number)).toEqual([7, 8, 9])
    expect(asked).toEqual([0, 0, 8, 8])
    expect(changes()).toBe(3)
    stop()
    await vi.advanceTimersByTimeAsync(5000)
    expect(asked).toHaveLength(4)
  })

  test("says why there is nothing new, keeps what there was, and goes on by itself", async () => {
    const { replies, store } = looking()
    replies.push(done([message(1)]), { _tag: "Unreached", message: "The server can't be reached." }, done([message(2)]))
    const stop = store.look()
    await vi.advanceTimersByTimeAsync(1500)
    expect([store.problem, store.messages?.length]).toEqual(["The server can't be reached.", 1])
    await vi.advanceTimersByTimeAsync(1000)
    expect([store.problem, store.messages?.length]).toEqual([undefined, 2])
    stop()
  })
})
