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
