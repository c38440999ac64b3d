import { assert, describe, it } from "@effect/vitest"
import { seenLine, TerminalText, type TerminalLimits } from "./TerminalText.ts"

const bytes = (text: string) => new TextEncoder().encode(text)

/** What a terminal's output comes to, in one piece or byte by byte. */
const shown = (output: string, size = Infinity, limits?: TerminalLimits) => {
  const text = new TerminalText(limits)
  const all = bytes(output)
  let seen = ""
  for (let at = 0; at < all.length; at += size) seen += text.push(all.subarray(at, at + size))
  return seen + text.end()
}

describe("a terminal's output as text", () => {
  it("is the same whole and byte by byte", () => {
    const output = "\u001b[1mBold\u001b[0m and ünïcödé 🦊\r\n\u001b]0;a title\u0007second\r\n10%\r 55%\r100%\r\nlast without end"
    const seen = "Bold and ünïcödé 🦊\nsecond\n100%\nlast without end"
    assert.strictEqual(shown(output), seen)
    assert.strictEqual(shown(output, 1), seen)
    assert.strictEqual(shown(output, 3), seen)
  })

  it("has a line as it stands in the end", () => {
    assert.deepStrictEqual(["a\rb", "wait…\r", "abc\b\bx", "\u0007bell", "tab\tstays", "\u001b[2K\rnew"].map(seenLine), ["b", "wait…", "ax", "bell", "tab\tstays", "new"])
  })

  it("shows a line as soon as it is done, and a very long one before", () => {
    const text = new TerminalText()
    assert.strictEqual(text.push(bytes("half a ")), "")
    assert.strictEqual(text.push(bytes("line\nnext")), "half a line\n")
    assert.strictEqual(text.push(bytes("x".repeat(5000))).length, 5004)
    assert.strictEqual(text.end(), "")
  })

  it("keeps beginning and end of what is too much, and says so", () => {
    const lines = Array.from({ length: 1000 }, (_, n) => `line ${n}\n`).join("")
    for (const size of [Infinity, 7]) {
      const kept = shown(lines, size, { head: 100, tail: 100 })
      assert.isTrue(kept.startsWith("line 0\nline 1\n"))
      assert.isTrue(kept.endsWith("line 999\n"))
      const [, head = "", missing = "", tail = ""] = /^(.*)\n\[… (\d+) characters are left out …\]\n(.*)$/s.exec(kept) ?? []
      assert.strictEqual(head.length + Number(missing) + tail.length, lines.length)
      assert.isBelow(kept.length, 260)
    }
  })

  it("keeps the beginning of one endless line too, and begins the end with a line, not within a colour", () => {
    const limits = { head: 100, tail: 100 }
    const endless = shown("x".repeat(100_000), 65_536, limits)
    assert.match(endless, /^x{100}\n\[… 99800 characters are left out …\]\nx{100}$/)
    assert.match(shown("y".repeat(150), 150, { head: 100, tail: 100 }), /^y{100}y{50}$/)
    assert.match(shown(`short\n${"x".repeat(9000)}`, 9000, limits), /^short\nx{94}\n/)
    const coloured = shown("\u001b[31mred\u001b[0m\n".repeat(1000), 7, limits)
    assert.match(coloured, /^(red\n)+\n\[… \d+ characters are left out …\]\n(e?d?\n)?(red\n)+$/)
  })

  it("takes what never ends without looking at each line of it", () => {
    const text = new TerminalText()
    const chunk = bytes("y\n".repeat(32 * 1024))
    const from = performance.now()
    for (let n = 0; n < 1000; n++) text.push(chunk)
    assert.isBelow(performance.now() - from, 1500)
    assert.isBelow(text.end().length, 62 * 1024)
  })

  it("leaves nothing out where all fits", () => {
    assert.strictEqual(shown("a\nb\n", 1, { head: 2, tail: 10 }), "a\nb\n")
  })
})
