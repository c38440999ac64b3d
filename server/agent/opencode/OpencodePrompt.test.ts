import { assert, describe, it } from "vitest"
import type { ContentBlock } from "../../../shared/Content.ts"
import { ToolCallId } from "../../../shared/Ids.ts"
import { announcementOf, readCatalogue } from "./OpencodeCatalogue.ts"
import { commandOf, mintMessageId, modelOf, nothingChosen, partsOf, settingsOf } from "./OpencodePrompt.ts"
import { permission, question } from "./OpencodeRequest.ts"

const text = (words: string): ContentBlock => ({ type: "text", text: words })

describe("OpencodePrompt", () => {
  it("mints ids that ascend and look like opencode's own", () => {
    const ids = [...Array.from({ length: 50 }, () => mintMessageId(1_795_379_742_722)), mintMessageId(1_795_379_742_723)]
    for (const id of ids) assert.match(id, /^msg_[0-9a-f]{12}[0-9A-Za-z]{14}$/)
    assert.deepStrictEqual(ids.toSorted(), ids)
    // opencode's own at that millisecond
    assert.strictEqual(ids[0]?.slice(0, 16), "msg_204f8c802001")
  })

  it("finds a command that is known, with all the rest as its arguments", () => {
    const known = new Set(["review"])
    assert.deepStrictEqual(commandOf([text("/review the last\ncommit"), text("and this")], known), { command: "review", arguments: "the last\ncommit\nand this", parts: [] })
    assert.deepStrictEqual(commandOf([text("/review")], known), { command: "review", arguments: "", parts: [] })
    for (const none of ["/other", "review", " /review", "/tmp/review", ""]) assert.isUndefined(commandOf([text(none)], known))
  })

  it("sends what is attached as files", () => {
    assert.deepStrictEqual(partsOf([
      text("look"), { type: "image", data: "AAAA", mimeType: "image/png" }, { type: "resource_link", uri: "file:///w/a.ts", name: "a.ts" },
      { type: "resource_link", uri: "https://example.invalid/a", name: "a" }, { type: "resource", resource: { uri: "file:///w/b.ts", text: "b" } }
    ]), [
      { type: "text", text: "look" }, { type: "file", mime: "image/png", filename: "attachment", url: "data:image/png;base64,AAAA" },
      { type: "file", mime: "text/plain", filename: "a.ts", url: "file:///w/a.ts" }, { type: "text", text: "[a](https://example.invalid/a)" },
      { type: "text", text: "file:///w/b.ts:\nb" }
    ])
  })

  it("leaves what a prompt doesn't say as the session has it", () => {
    const chosen = { model: "p/m", mode: "plan", thinking: "high" }
    assert.deepStrictEqual(settingsOf({}, nothingChosen), {})
    assert.deepStrictEqual(settingsOf({}, chosen), { agent: "plan", variant: "high" })
    assert.deepStrictEqual(settingsOf({ model: "q/n/x", mode: "build", thinking: "default" }, chosen), { model: { providerID: "q", modelID: "n/x" }, agent: "build" })
    assert.deepStrictEqual(settingsOf({ model: "q/n" }, chosen), { model: { providerID: "q", modelID: "n" }, agent: "plan" })
    for (const none of ["", "m", "/m", "p/"]) assert.isUndefined(modelOf(none))
  })
})

describe("OpencodeCatalogue", () => {
  const model = (id: string, context: number, variants = {}) => ({ id, providerID: "p", name: id.toUpperCase(), limit: { context, output: 1 }, variants })
  const catalogue = readCatalogue({
    providers: { providers: [{ id: "p", name: "Maker", models: { a: model("a", 1_000), b: model("b", 2_000, { low: {}, high: {} }) } }], default: { p: "b" } },
    config: {}, commands: [{ name: "review", description: "review changes", template: "…", hints: ["$ARGUMENTS"] }],
    agents: [{ name: "plan", mode: "primary" }, { name: "build", mode: "primary" }, { name: "general", mode: "subagent" }, { name: "title", mode: "primary", hidden: true }]
  })

  it("offers models, agents that are no sub-agents, and commands, what is preset first", () => {
    assert.deepStrictEqual(catalogue.models.map(({ contextSize, id, name }) => [id, name, contextSize]), [["p/b", "Maker: B", 2_000], ["p/a", "Maker: A", 1_000]])
    assert.deepStrictEqual(catalogue.modes, ["build", "plan"])
    assert.deepStrictEqual(catalogue.commands.at(-1), { name: "review", description: "review changes", hint: "arguments" })
  })

  it("offers the variants of the model in use as levels of thinking", () => {
    const standing = (chosen: Parameters<typeof announcementOf>[1]) => announcementOf(catalogue, chosen).options?.map(({ category, choices, current }) => [category, current, choices.length])
    assert.deepStrictEqual(standing(nothingChosen), [["mode", "build", 2], ["model", "p/b", 2], ["thought_level", "default", 3]])
    assert.deepStrictEqual(standing({ model: "p/a", mode: "plan", thinking: undefined }), [["mode", "plan", 2], ["model", "p/a", 2]])
  })

  it("is empty where nothing can be read", () => {
    const nothing = readCatalogue({ providers: undefined, config: "x", agents: {}, commands: null })
    assert.deepStrictEqual([nothing.models, nothing.modes, announcementOf(nothing, nothingChosen).options], [[], [], []])
  })
})

describe("OpencodeRequest", () => {
  it("asks for a permission with opencode's three replies", () => {
    const asked = permission({ id: "per_1", sessionID: "ses_1", permission: "bash", patterns: ["echo hi"], always: ["echo *"], tool: { callID: "call_1" } }, undefined)
    assert.deepStrictEqual(asked.request, {
      _tag: "Permission", title: "bash echo hi", toolCallId: ToolCallId.make("call_1"),
      options: [{ optionId: "once", name: "Allow once", kind: "allow_once" }, { optionId: "always", name: "Always allow echo *", kind: "allow_always" }, { optionId: "reject", name: "Reject", kind: "reject_once" }]
    })
    assert.deepStrictEqual(asked.reply({ _tag: "Selected", optionId: "always" }), { path: "/permission/per_1/reply", body: { reply: "always" } })
    for (const answer of [{ _tag: "Selected", optionId: "what" }, { _tag: "Cancelled" }] as const) assert.deepStrictEqual(asked.reply(answer).body, { reply: "reject" })
  })

  it("asks questions by one form, a field for each and one for own words", () => {
    const asked = question({ id: "que_1", sessionID: "ses_1", questions: [
      { question: "Which colour?", header: "Colour", options: [{ label: "red", description: "hot" }, { label: "blue" }] },
      { question: "Which sizes?", options: [{ label: "S" }, { label: "L" }], multiple: true, custom: false }, { question: "Why?", options: [] }
    ] })
    const { schema } = asked.request._tag === "Elicitation" ? asked.request : { schema: "" }
    assert.deepStrictEqual(JSON.parse(schema), { type: "object", properties: {
      question_0: { type: "string", title: "Colour", description: "Which colour?", oneOf: [{ const: "red", title: "red: hot" }, { const: "blue", title: "blue" }] },
      question_0_custom: { type: "string", title: "Colour: something else", description: "Which colour?" },
      question_1: { type: "array", title: "Which sizes?", description: "Which sizes?", items: { anyOf: [{ const: "S", title: "S" }, { const: "L", title: "L" }] }, uniqueItems: true },
      question_2_custom: { type: "string", title: "Why?", description: "Why?" }
    } })
    const content = JSON.stringify({ question_0: "", question_0_custom: "green", question_1: ["S", "L"] })
    assert.deepStrictEqual(asked.reply({ _tag: "Accepted", content }), { path: "/question/que_1/reply", body: { answers: [["green"], ["S", "L"], []] } })
    assert.deepStrictEqual(asked.reply({ _tag: "Declined" }), { path: "/question/que_1/reject", body: {} })
    assert.deepStrictEqual(asked.reply({ _tag: "Accepted", content: "nonsense" }).body, { answers: [[], [], []] })
  })
})
