import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { type ContentBlock, PromptContent } from "./Content.ts"

const takes = Schema.is(PromptContent)
const image = (more: object = {}): ContentBlock => ({ type: "image", data: "aGk=", mimeType: "image/png", ...more })

describe("what a prompt is made of, as it comes in", () => {
  it("is text, base64 and media types", () => {
    assert.isTrue(takes([
      { type: "text", text: "naïve 😀\n" }, image(), image({ mimeType: "image/svg+xml; charset=utf-8", uri: "file:///a" }),
      { type: "audio", data: "AAAA", mimeType: "audio/wav" }, { type: "resource_link", uri: "file:///a", name: "a" },
      { type: "resource", resource: { uri: "file:///a", text: "", mimeType: "text/plain" } }
    ]))
  })

  it("holds neither NUL nor half characters, wherever", () => {
    for (const bad of ["a\u0000", "\ud800"]) {
      const blocks: ReadonlyArray<ContentBlock> = [
        { type: "text", text: bad }, image({ data: bad }), image({ mimeType: bad }), image({ uri: bad }),
        { type: "audio", data: bad, mimeType: "audio/wav" }, { type: "audio", data: "AAAA", mimeType: bad },
        { type: "resource_link", uri: bad, name: "a" }, { type: "resource_link", uri: "a", name: bad },
        { type: "resource_link", uri: "a", name: "a", mimeType: bad },
        { type: "resource", resource: { uri: bad, text: "" } }, { type: "resource", resource: { uri: "a", text: bad } },
        { type: "resource", resource: { uri: "a", text: "", mimeType: bad } }
      ]
      for (const block of blocks) assert.isFalse(takes([block]), JSON.stringify(block))
    }
  })

  it("has no data that is not base64", () => {
    for (const data of ["", "abc", "ab=c", "a-_b", "hello!!!", "aGk=\n", "data:image/png;base64,aGk="]) assert.isFalse(takes([image({ data })]), data)
  })
})
