import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { newStripping, tagStripper } from "./TagStripper.ts"

const stripped = (chunks: ReadonlyArray<string>, tags: ReadonlyArray<string> = ["note", "dcp-id"]): string => {
  const stripper = tagStripper(tags)
  let state = newStripping
  let shown = ""
  for (const chunk of chunks) {
    const [next, text] = stripper.push(state, chunk)
    state = next
    shown += text
  }
  return shown + stripper.end(state)
}

const samples: ReadonlyArray<readonly [what: string, text: string, shown: string]> = [
  ["text without tags", "a < b and b > a", "a < b and b > a"],
  ["an element and what is in it", "before <note>secret</note>after", "before after"],
  ["attributes", `x<note id="m1" kind='a'>y</note>z`, "xz"],
  ["an empty element", "x<note/>y<note id=\"1\" />z", "xyz"],
  ["letters of any case", "x<NOTE>y</Note>z", "xz"],
  ["other elements stay", "<b>x</b><notes>y</notes><note-2>z</note-2>", "<b>x</b><notes>y</notes><note-2>z</note-2>"],
  ["a closing tag alone", "x</note>y", "xy"],
  ["an element inside another of the list", "a<note>b<dcp-id>c</dcp-id>d</note>e", "ae"],
  ["two elements", "<dcp-id>m0001</dcp-id>Hello<dcp-id>m0002</dcp-id>", "Hello"],
  ["an opening tag that nothing closes", "x<note>y", "xy"],
  ["a tag that is spoken of before one that is woven in", "a `<note>` says\n<note>m1</note>", "a `` says\n"],
  ["half a tag at the end", "x <no", "x <no"],
  ["a lone sign at the end", "1 <", "1 <"],
  ["several signs in a row", "a <<note>b</note>< c", "a << c"],
  ["markup across lines", "a\n<note\n id=1>\nb\n</note>\nc", "a\n\nc"]
]

const pieces = Arbitrary.array(Arbitrary.schema(Schema.Literals([
  "<", ">", "/", "</", "/>", "<note>", "</note>", "<note id=\"1\">", "<note", "note", "<dcp-id>", "</dcp-id>", "<dcp-id/>", "<NOTE>", "<notes>", "<b>", "m1", " ", "\n", "\"", "é", "💡"
])), { maxLength: 14 })
const cuts = Arbitrary.array(Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9 }))), { maxLength: 40 })

/** In chunks of these lengths, and the rest in one. */
const cut = (text: string, lengths: ReadonlyArray<number>): ReadonlyArray<string> => {
  const chunks: Array<string> = []
  let at = 0
  for (const length of lengths) chunks.push(text.slice(at, at += length))
  return [...chunks, text.slice(at)]
}

describe("TagStripper", () => {
  it.prop("in whatever chunks it comes, what is shown is that of the whole", { pieces, cuts }, ({ cuts, pieces }) => {
    const text = pieces.join("")
    const whole = stripped([text])
    assert.strictEqual(stripped(cut(text, cuts)), whole)
    assert.strictEqual(stripped(text.split("")), whole)
  }, { arbitrary: { runs: 500 } })

  it.each(samples)("%s", (_, text, shown) => assert.strictEqual(stripped([text]), shown))

  it.each(samples)("%s, split anywhere", (_, text, shown) => {
    assert.strictEqual(stripped(Array.from(text)), shown)
    for (let at = 0; at <= text.length; at++) assert.strictEqual(stripped([text.slice(0, at), text.slice(at)]), shown)
  })

  it("shows at once what can't become a tag", () => {
    const [state, shown] = tagStripper(["note"]).push(newStripping, "Hello <b")
    assert.deepStrictEqual([state.held, shown], ["", "Hello <b"])
  })

  it("gives up on an element that never ends", () => {
    const long = "y".repeat(20_000)
    const [state, shown] = tagStripper(["note"]).push(newStripping, `x<note>${long}`)
    assert.deepStrictEqual([state.held, shown.length], ["", 20_001])
  })

  it("passes everything on without names", () => assert.strictEqual(stripped(["<note>x</note>"], []), "<note>x</note>"))
})
