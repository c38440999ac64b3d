import { assert, describe, it } from "@effect/vitest"
import { contentFault, formOf } from "./Elicitation.ts"

const schema = JSON.stringify({
  type: "object", required: ["colour", "name", "nested"],
  properties: {
    colour: { type: "string", enum: ["red", "green"] },
    name: { type: "string", minLength: 2, maxLength: 4 },
    size: { type: "integer", minimum: 1, maximum: 9 },
    weight: { type: "number" },
    loud: { type: "boolean" },
    parts: { type: "array", items: { anyOf: [{ const: "a" }, { const: "b" }, { const: "c" }] }, minItems: 1, maxItems: 2 },
    nested: { type: "object" }
  }
})
const fault = (more: object) => contentFault(schema, JSON.stringify({ colour: "red", name: "Ada", ...more }))

describe("an answer to an elicitation", () => {
  it("is what the form asks for", () => {
    assert.isUndefined(fault({}))
    assert.isUndefined(fault({ size: 9, weight: 0.5, loud: false, parts: ["a", "c"], more: "than was asked" }))
    assert.isUndefined(fault({ name: "😀😀😀😀" }))
    assert.isUndefined(contentFault("{}", "{}"))
    assert.isUndefined(contentFault("no schema", "{}"))
  })

  it("is refused with what is wrong with it", () => {
    for (const content of ["not json", "", "[]", "null", "\"red\"", "7"]) assert.strictEqual(contentFault(schema, content), "it is no JSON object.", content)
    assert.strictEqual(contentFault(schema, "{}"), "\"colour\" is missing.")
    const wrong: ReadonlyArray<readonly [object, string]> = [
      [{ colour: "blue" }, "\"colour\" must be one of its choices, not \"blue\"."], [{ colour: 7 }, "\"colour\" must be one of its choices."],
      [{ name: "A" }, "\"name\" must have 2 to 4 characters."], [{ name: 3 }, "\"name\" must be a text."], [{ name: null }, "\"name\" must be a text."],
      [{ size: 0 }, "\"size\" must be 1 to 9."], [{ size: 10 }, "\"size\" must be 1 to 9."], [{ size: 1.5 }, "\"size\" must be a whole number."],
      [{ weight: "1" }, "\"weight\" must be a number."], [{ loud: "yes" }, "\"loud\" must be true or false."],
      [{ parts: [] }, "\"parts\" must have 1 to 2 choices."], [{ parts: ["a", "b", "c"] }, "\"parts\" must have 1 to 2 choices."],
      [{ parts: ["d"] }, "\"parts\" must be one of its choices, not \"d\"."], [{ parts: ["a", "a"] }, "\"parts\" must be a list of its choices, each once."],
      [{ parts: "a" }, "\"parts\" must be a list of its choices, each once."], [{ more: { deep: 1 } }, "\"more\" must be a text, a number, true or false, or a list of texts."],
      [{ more: "a\u0000" }, "\"more\" holds a character that can't be kept."], [{ name: "\ud800a" }, "\"name\" holds a character that can't be kept."]
    ]
    for (const [more, sentence] of wrong) assert.strictEqual(fault(more), sentence)
    assert.strictEqual(fault({ more: "x".repeat(70_000) }), "it has more than 64 KB.")
  })

  it("isn't fooled by names that every object has", () => {
    const own = JSON.stringify({ type: "object", required: ["toString"], properties: { toString: { type: "string" } } })
    assert.strictEqual(contentFault(own, "{}"), "\"toString\" is missing.")
    assert.deepStrictEqual(formOf(own)?.fields.map(({ name }) => name), ["toString"])
  })
})
