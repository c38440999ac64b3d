import { assert, describe, it } from "@effect/vitest"
import { redacted } from "./Redaction.ts"
import * as WireLog from "./WireLog.ts"

const limits: WireLog.WireLimits = { messages: 3, size: 100, text: 40, backends: 2 }
const logs = (more: Partial<WireLog.WireLimits> = {}, secrets: ReadonlyArray<string> = []) => {
  const clock = { at: 0 }
  return { clock, logs: WireLog.make({ now: () => ++clock.at, secrets, limits: { ...limits, ...more } }) }
}

describe("the wire log", () => {
  it("keeps the newest messages in order, with their numbers, also those of the next life", () => {
    const { logs: { read, tap } } = logs()
    const first = tap("chat goose", [])
    first.message("out", "one")
    first.message("in", "two")
    tap("chat goose", []).message("out", "three")
    first.message("in", "four")
    assert.deepStrictEqual(read("chat goose", 0), [
      { number: 3, at: 3, direction: "in", text: "two", size: 3 }, { number: 4, at: 4, direction: "out", text: "three", size: 5 },
      { number: 5, at: 5, direction: "in", text: "four", size: 4 }
    ])
    assert.deepStrictEqual(read("chat goose", 4).map(({ text }) => text), ["four"])
    assert.deepStrictEqual(read("chat qwen", 0), [])
  })

  it("never repeats a number, so that who knows the last one is told the news of a later server", () => {
    const first = logs().logs
    first.tap("a", []).message("in", "before")
    const known = first.read("a", 0).at(-1)?.number ?? 0
    const later = WireLog.make({ now: () => 1000, secrets: [] })
    later.tap("a", []).message("in", "after")
    assert.deepStrictEqual(later.read("a", known).map(({ text }) => text), ["after"])
  })

  it("keeps no more than so many characters, of one message and of all", () => {
    const { logs: { read, tap } } = logs({ messages: 100 })
    const one = tap("a", [])
    for (let at = 0; at < 5; at++) one.message("in", `${at}`.repeat(50))
    assert.deepStrictEqual(read("a", 0).map(({ size, text }) => [text.length, size]), [[40, 50], [40, 50]])
  })

  it("says what became of what came last, whatever was sent since", () => {
    const { logs: { read, tap } } = logs()
    const one = tap("a", [])
    one.note("late")
    one.message("in", "update")
    one.message("out", "prompt")
    one.note("late")
    assert.deepStrictEqual(read("a", 0).map(({ note }) => note), ["late", undefined])
  })

  it("keeps nothing of a secret: of the server's, of the backend's, by its form", () => {
    const { logs: { read, tap } } = logs({ text: 200, size: 2000 }, ["token-of-the-owner"])
    tap("a", ["key-of-the-agent"]).message("out", `token-of-the-owner key-of-the-agent {"apiKey":"x1"}`)
    assert.strictEqual(read("a", 0)[0]?.text, `${redacted} ${redacted} {"apiKey":"${redacted}"}`)
  })

  it("keeps nothing of a secret that the cut goes through, though others before it were long", () => {
    const secret = "s".repeat(3000)
    const { logs: { read, tap } } = logs({ text: 8192, size: 1_000_000 }, [secret])
    const one = tap("a", [])
    for (let pad = 0; pad < 20_000; pad += 517) {
      one.message("in", `${secret.repeat(3)}${".".repeat(pad)}${secret}${"-".repeat(30_000)}`)
    }
    for (const { text } of read("a", 0)) assert.notInclude(text, "sss")
  })

  it("lets the backend go that was silent longest, and a live one begins anew", () => {
    const { logs: { read, tap } } = logs()
    const [a, b, c] = [tap("a", []), tap("b", []), tap("c", [])]
    a.message("in", "a1")
    b.message("in", "b1")
    a.message("in", "a2")
    c.message("in", "c1")
    assert.deepStrictEqual([read("a", 0).length, read("b", 0).length, read("c", 0).length], [2, 0, 1])
    b.message("in", "b2")
    assert.deepStrictEqual(read("b", 0).map(({ text }) => text), ["b2"])
    assert.deepStrictEqual(read("a", 0), [])
  })
})
