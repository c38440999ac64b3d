import { assert, describe, it } from "vitest"
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

describe("TagStripper", () => {
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
