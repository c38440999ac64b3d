import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { Title } from "./Session.ts"

const decode = Schema.decodeUnknownResult(Title)

describe("a title", () => {
  it("is trimmed as it comes in", () => {
    assert.deepStrictEqual(decode("  Fix the door 😀 \n"), Result.succeed("Fix the door 😀"))
    assert.deepStrictEqual(decode("x".repeat(200)), Result.succeed("x".repeat(200)))
  })

  it("is one line of 1 to 200 well-formed characters, or is refused with a sentence", () => {
    const refused: ReadonlyArray<readonly [string, string]> = [
      ["", "at least one"], [" \n\t", "at least one"], ["x".repeat(201), "at most 200"],
      ["a\nb", "one line"], ["a\rb", "one line"], ["a\u2028b", "one line"], ["a\u001bb", "one line"], ["a\u0000b", "NUL"], ["a\ud800", "half a character"]
    ]
    for (const [title, why] of refused) {
      const result = decode(title)
      assert.isTrue(Result.isFailure(result), JSON.stringify(title))
      if (Result.isFailure(result)) assert.include(result.failure.message, why)
    }
  })
})
