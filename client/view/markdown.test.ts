import { assert, describe, it } from "vitest"
import { type Document, emptyDocument, readMarkdown } from "./markdown.ts"

const text = `# Title

A paragraph with **bold** and \`code\`,
on two lines.

- one
- two

  still two

1. first

\`\`\`ts
const a = "<b>"
\`\`\`

> quoted

| a | b |
|---|---|
| 1 | 2 |

Last words.`

const whole = (all: string) => readMarkdown(all).blocks

describe("Markdown in blocks", () => {
  it("comes to the same, however a text grows", () => {
    for (const step of [1, 3, 7, 40]) {
      let document: Document = emptyDocument
      for (let length = step; length < text.length + step; length += step) document = readMarkdown(text.slice(0, length), document)
      assert.deepEqual(document.blocks, whole(text), `in steps of ${step}`)
    }
  })

  it("reads only the last block again", () => {
    const before = readMarkdown(text)
    const after = readMarkdown(`${text} And more.`, before)
    assert.isAbove(before.settledBlocks, 5)
    for (let index = 0; index < before.settledBlocks; index++) assert.strictEqual(after.blocks[index], before.blocks[index])
  })

  it("begins anew for another text", () => {
    assert.deepEqual(readMarkdown("other", readMarkdown(text)).blocks, whole("other"))
  })

  it("knows an open fence from a closed one", () => {
    const [open] = whole("```ts\nconst a = 1\n")
    const [closed] = whole("```ts\nconst a = 1\n```")
    assert.deepInclude(open, { _tag: "Code", language: "ts", open: true })
    assert.deepInclude(closed, { _tag: "Code", text: "const a = 1", open: false })
  })

  it("takes the language from the fence's first word", () => {
    assert.deepInclude(whole("```ts {3}\nx\n```")[0], { language: "ts" })
    assert.deepInclude(whole("```\nx\n```")[0], { language: "" })
  })

  it("shows markup as text", () => {
    const [block] = whole("<script>alert(1)</script>")
    assert.deepInclude(block, { _tag: "Html" })
    assert.notInclude(block?._tag === "Html" ? block.html : "", "<script>")
  })

  it("stays right where line ends and tabs are not the reader's own", () => {
    const odd = "a\r\n\r\n\tb\r\n\r\nc"
    let document: Document = emptyDocument
    for (let length = 1; length <= odd.length; length++) document = readMarkdown(odd.slice(0, length), document)
    assert.deepEqual(document.blocks, whole(odd))
  })
})
