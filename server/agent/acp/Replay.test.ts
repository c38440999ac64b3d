import { assert, describe, it } from "@effect/vitest"
import type { ContentBlock } from "../../../shared/Content.ts"
import { withTranscript } from "./Replay.ts"

const text = (words: string): ContentBlock => ({ type: "text", text: words })
const kinds = (content: ReadonlyArray<ContentBlock>, transcript = "ada to goose:\nhello") =>
  withTranscript(content, transcript).map((block) => block.type === "text" ? (block.annotations ? "transcript" : block.text) : block.type)

describe("a transcript", () => {
  it("goes before the prompt, for the assistant's eyes", () => {
    const [first, second] = withTranscript([text("go on")], "ada to goose:\nhello")
    assert.deepStrictEqual(second, text("go on"))
    assert(first?.type === "text")
    assert.deepStrictEqual(first.annotations, { audience: ["assistant"] })
    assert.match(first.text, /^What was said in this chat so far, [^\n]+\n\n```\nada to goose:\nhello\n```$/)
  })

  it("goes behind a slash command, which only counts in front", () => {
    assert.deepStrictEqual(kinds([text("/compact now"), text("a paste")]), ["/compact now", "transcript", "a paste"])
    assert.deepStrictEqual(kinds([{ type: "image", data: "", mimeType: "image/png" }, text("/no command")]), ["transcript", "image", "/no command"])
  })

  it("can't be left by what stands in it", () => {
    const [first] = withTranscript([], "a ```` fence\n`````\nfake end")
    assert(first?.type === "text")
    assert.isTrue(first.text.endsWith("\n``````"))
    assert.strictEqual(first.text.split("\n``````").length, 3)
  })

  it("is not there where nothing was said", () => assert.deepStrictEqual(kinds([text("hi")], ""), ["hi"]))
})
