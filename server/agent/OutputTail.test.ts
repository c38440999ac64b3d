import { assert, it } from "@effect/vitest"
import { OutputTail, plainText } from "./OutputTail.ts"

const bytes = (text: string) => new TextEncoder().encode(text)

it("keeps the last bytes, whatever the pieces", () => {
  for (const size of [1, 7, 100, 5_000]) {
    const tail = new OutputTail(1_000)
    const all = Array.from({ length: 3_000 }, (_, index) => String(index % 10)).join("")
    for (let at = 0; at < all.length; at += size) tail.push(bytes(all.slice(at, at + size)))
    assert.strictEqual(tail.text(), all.slice(-1_000))
  }
})

it("begins with a whole character", () => {
  const tail = new OutputTail(10)
  tail.push(bytes("€€€€€€")) // 18 bytes, cut within the third
  assert.strictEqual(tail.text(), "€€€")
})

it("plain text has no sequences, no controls, no NUL and one kind of line end", () => {
  assert.strictEqual(
    plainText("\u001b[31mred\u001b[0m\r\n10%\r20%\n\u0007bell \u001b]0;title\u0007tab\there\u0000\ud800"),
    "red\n10%\n20%\nbell tab\there\uFFFD\uFFFD"
  )
})
