import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { cutText, digestText, mendText, tailText, Text } from "./Text.ts"

const limit = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 12 }))

describe("Text", () => {
  it("refuses NUL and half characters with a sentence and takes everything else", () => {
    const decode = Schema.decodeUnknownResult(Text)
    const refused = decode("a\u0000b")
    assert.isTrue(Result.isFailure(refused))
    if (Result.isFailure(refused)) assert.include(refused.failure.message, "The text holds a NUL character (\\u0000); remove it and send again.")
    assert.isTrue(Result.isFailure(decode("a\ud800b")))
    assert.deepStrictEqual(decode("naïve 😀\n\t"), Result.succeed("naïve 😀\n\t"))
  })
})

describe("mendText", () => {
  it("leaves good text as it is", () => {
    assert.strictEqual(mendText(""), "")
    assert.strictEqual(mendText("naïve 😀\r\n"), "naïve 😀\r\n")
  })
  it("puts the replacement character where NUL or half a pair was", () => {
    assert.strictEqual(mendText("a\u0000b\u0000"), "a\uFFFDb\uFFFD")
    assert.strictEqual(mendText("\ud83dx"), "\uFFFDx")
    assert.strictEqual(mendText("x\ude00"), "x\uFFFD")
  })
  it.prop("makes what can be stored, once and for all", { text: Schema.String }, ({ text }) => {
    const mended = mendText(`${text}\u0000\ud800${text}`)
    assert.isTrue(mended.isWellFormed() && !mended.includes("\u0000"))
    assert.strictEqual(mendText(mended), mended)
  })
})

describe("cutText and tailText", () => {
  it("keep what is short enough", () => {
    assert.strictEqual(cutText("abc", 3), "abc")
    assert.strictEqual(tailText("abc", 3), "abc")
  })
  it("cut at the limit", () => {
    assert.strictEqual(cutText("abcdef", 4), "abcd")
    assert.strictEqual(tailText("abcdef", 4), "cdef")
    assert.strictEqual(cutText("abc", 0), "")
    assert.strictEqual(tailText("abc", 0), "")
  })
  it("leave out a pair rather than split it", () => {
    assert.strictEqual(cutText("ab😀", 3), "ab")
    assert.strictEqual(cutText("ab😀cd", 4), "ab😀")
    assert.strictEqual(tailText("😀ab", 3), "ab")
    assert.strictEqual(tailText("cd😀ab", 4), "😀ab")
  })
  it.prop("never exceed the limit and never break a good text", { text: Schema.String, limit }, ({ limit, text }) => {
    const good = mendText(text)
    const head = cutText(good, limit), tail = tailText(good, limit)
    assert.isTrue(good.startsWith(head) && good.endsWith(tail))
    assert.isTrue(head.length <= limit && tail.length <= limit)
    assert.isTrue(head.length >= Math.min(limit - 1, good.length) && tail.length >= Math.min(limit - 1, good.length))
    assert.isTrue(head.isWellFormed() && tail.isWellFormed())
  })
})

describe("digestText", () => {
  it("is the same for the same text, here and everywhere", () => {
    assert.strictEqual(digestText(["hel", "lo"].join("")), "19jqrdkps12")
    assert.match(digestText(""), /^[0-9a-z]{1,11}$/)
  })
  it("tells like texts apart", () => {
    const texts = Array.from({ length: 20_000 }, (_, n) => `fix the bug in file ${n}`)
    assert.strictEqual(new Set(texts.map(digestText)).size, texts.length)
    assert.notStrictEqual(digestText("ab"), digestText("ba"))
    assert.notStrictEqual(digestText("a"), digestText("a "))
  })
})
