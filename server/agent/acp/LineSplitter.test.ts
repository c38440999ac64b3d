import { assert, it } from "@effect/vitest"
import { LineSplitter, type LongLine } from "./LineSplitter.ts"

const text = "one\n\ntwo €uro\r\n{\"a\":\"\u{1F600}\"}\nlast"
const bytes = new TextEncoder().encode(text)

it("finds the same lines however the bytes are cut, characters that are cut too", () => {
  for (let size = 1; size <= bytes.byteLength; size++) {
    const splitter = new LineSplitter(1_000)
    const lines: Array<string | LongLine> = []
    for (let at = 0; at < bytes.byteLength; at += size) lines.push(...splitter.push(bytes.subarray(at, at + size)))
    assert.deepStrictEqual(lines, ["one", "two €uro\r", "{\"a\":\"\u{1F600}\"}"])
    assert.strictEqual(splitter.rest(), "last")
    assert.strictEqual(splitter.rest(), "")
  }
})

it("a line over the limit is reported once, as soon as it is too long, and the next one is read", () => {
  const splitter = new LineSplitter(10)
  const encode = (part: string) => new TextEncoder().encode(part)
  assert.deepStrictEqual(splitter.push(encode("a\n0123456789\nb\n0123456789x")), ["a", "0123456789", "b", { bytes: 11 }])
  assert.deepStrictEqual(splitter.push(encode("yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy")), [])
  assert.strictEqual(splitter.rest(), "")
  assert.deepStrictEqual(splitter.push(encode("0123456789xyz\nyy\nc\n")), [{ bytes: 13 }, "yy", "c"])
})
