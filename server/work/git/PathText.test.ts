import { assert, it } from "@effect/vitest"
import { bytesOfPath, joinNul, splitNul, textOfPath } from "./PathText.ts"

const latin = (text: string) => Buffer.from(text, "latin1")

it("a path of any bytes has one text and comes back from it", () => {
  const random = (length: number) => Buffer.from(Array.from({ length }, () => 1 + Math.floor(Math.random() * 255)))
  const paths = [
    ...["plain", "with space", "new\nline", "ünï/😀", "\"quoted\"", "back\\slash", "\ufeffbom", "a\"b"].map((name) => Buffer.from(name)),
    ...["caf\xe9", "d\xefr/\xff\xfe", "\"\xff\"", "a\\303\xff"].map(latin), ...Array.from({ length: 500 }, () => random(1 + Math.floor(Math.random() * 12)))
  ]
  for (const path of paths) {
    const text = textOfPath(path)
    assert.isTrue(bytesOfPath(text).equals(path), text)
    assert.isTrue(text.isWellFormed() && !text.includes("\0"))
  }
  assert.strictEqual(new Set(paths.map(textOfPath)).size, new Set(paths.map((path) => path.toString("latin1"))).size)
  assert.deepStrictEqual([latin("caf\xe9"), Buffer.from("ü\n/b"), Buffer.concat([Buffer.from("ü/\n"), latin("/\xff")])].map(textOfPath),
    ["\"caf\\351\"", "ü\n/b", "\"ü/\\012/\\377\""])
})

it("lists are taken apart and put together at NUL", () => {
  const fields = ["a", "", "b\n"].map((field) => Buffer.from(field))
  assert.deepStrictEqual(splitNul(joinNul(fields)), fields)
  assert.deepStrictEqual(splitNul(Buffer.alloc(0)), [])
})
