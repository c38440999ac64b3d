import { assert, describe, it } from "@effect/vitest"
import { Scrollback } from "./Scrollback.ts"

const bytes = (text: string) => new TextEncoder().encode(text)
const filled = (...texts: ReadonlyArray<string>) => {
  const scrollback = new Scrollback()
  for (const text of texts) scrollback.push(bytes(text))
  return scrollback
}

describe("what a terminal has shown", () => {
  it("is given from any place that is held", () => {
    const scrollback = filled("one\r\n", "two\r\n")
    assert.deepStrictEqual(scrollback.snapshot(), { text: "one\r\ntwo\r\n", to: 10 })
    assert.strictEqual(scrollback.since(5, 100), "two\r\n")
    assert.strictEqual(scrollback.since(10, 100), "")
    assert.strictEqual(scrollback.since(2, 3), "e\r\n")
    assert.isUndefined(scrollback.since(11, 100), "a place that was never reached")
  })

  it("keeps characters whole that come in two chunks, and mends what is none", () => {
    const scrollback = new Scrollback()
    for (const byte of bytes("a€😀b")) scrollback.push(Uint8Array.of(byte))
    scrollback.push(Uint8Array.of(0xff, 0xe2, 0x82))
    assert.strictEqual(scrollback.snapshot().text, "a€😀b\ufffd")
    scrollback.finish()
    assert.strictEqual(scrollback.snapshot().text, "a€😀b\ufffd\ufffd")
    assert.strictEqual(scrollback.since(1, 2), "€", "half of a pair is no character")
  })

  it("is bounded, begins with a whole line, and what stands before that is no longer given", () => {
    const scrollback = new Scrollback()
    for (let line = 0; line < 100_000; line += 1) scrollback.push(bytes(`line ${line} ünï\r\n`))
    const { text, to } = scrollback.snapshot()
    assert.isAtMost(text.length, 256 * 1024 + 8 * 1024)
    assert.isAtLeast(text.length, 250 * 1024)
    assert.match(text, /^line \d+ ünï\r\nline /)
    assert.isTrue(text.endsWith("line 99999 ünï\r\n"))
    assert.isUndefined(scrollback.since(0, 100))
    assert.isTrue(text.endsWith(scrollback.since(to - 1000, 1000) ?? "nothing"))
    for (let more = 0; more < 200; more += 1) scrollback.push(new Uint8Array(64 * 1024).fill(0x78))
    assert.isAtMost(scrollback.snapshot().text.length, 256 * 1024 + 64 * 1024)
  })

  it("brings the modes along that what is gone had set", () => {
    const scrollback = filled("\u001b[?1049h\u001b[?25l\u001b[?1", "000;1006h\u001b[?25h")
    scrollback.push(bytes("\n".padStart(300 * 1024, "x")))
    scrollback.push(bytes("shown"))
    scrollback.push(bytes("\n".padStart(300 * 1024, "y")))
    scrollback.push(bytes("here"))
    assert.isTrue(scrollback.snapshot().text.startsWith("\u001b[?1049h\u001b[?1000h\u001b[?1006h\u001b[?25h"))
    scrollback.push(bytes("\u001bc"))
    scrollback.push(bytes("\n".padStart(300 * 1024, "z")))
    scrollback.push(bytes("\n".padStart(300 * 1024, "z")))
    assert.notInclude(scrollback.snapshot().text, "\u001b", "a reset takes them all away")
  })
})
