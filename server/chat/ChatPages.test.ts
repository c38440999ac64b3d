import { assert, it } from "@effect/vitest"
import { Effect, Logger } from "effect"
import { queued, said, started } from "../../test/support/given.ts"
import type { LogRow } from "../store/LogTable.ts"
import { pageFrom } from "./ChatPages.ts"

const row = (seq: number, event: unknown, anchor = seq): LogRow => ({ seq, anchor, at: 0, body: JSON.stringify(event) })
const rows = [row(1, queued(1)), row(2, started(1, 1)), row(3, said(1, "Hello")), row(4, { _tag: "FromAnotherVersion" })]

it.effect("a page holds what can be read of it, and the asking goes on below what can't", () => Effect.gen(function*() {
  const page = yield* pageFrom(rows, 4)
  assert.deepStrictEqual(page.items.map(({ _tag }) => _tag), ["Prompt", "Text"])
  assert.strictEqual(page.floor, 2)
  assert.deepStrictEqual(yield* pageFrom(rows.slice(3), 1), { items: [], turns: [], notes: [], floor: 4 })
  assert.deepStrictEqual(yield* pageFrom(rows.slice(3), 2), { items: [], turns: [], notes: [], floor: 0 })
}).pipe(Effect.provide(Logger.layer([]))))

it.effect("large items come in pages of their own size, each once, and one that is larger than a page comes alone", () => Effect.gen(function*() {
  const texts = ["a", "b".repeat(300), "c", "d".repeat(40), "e".repeat(40)]
  const all = [row(1, queued(1)), row(2, started(1, 1)), ...texts.map((text, nth) => row(3 + nth, said(1, text, `p${nth}`)))]
  const got: Array<ReadonlyArray<string>> = []
  for (let before = 8, asked = 0; before > 0 && asked < 20; asked++) {
    const page = yield* pageFrom(all.filter(({ anchor }) => anchor < before), 100, 260)
    got.push(page.items.flatMap((item) => item._tag === "Text" ? [item.text.slice(0, 1)] : []))
    before = page.floor
  }
  assert.deepStrictEqual(got.flat().toSorted(), ["a", "b", "c", "d", "e"])
  assert.isAbove(got.length, 3)
  assert.isTrue(got.some((texts) => texts.join() === "b"))
}).pipe(Effect.provide(Logger.layer([]))))
