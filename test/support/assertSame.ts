/** Deep equality that is quick where states are equal, as they nearly always are, and shows the difference where not. */
import { isDeepStrictEqual } from "node:util"
import { assert } from "@effect/vitest"

export const assertSame = (actual: unknown, expected: unknown, what: string): void => {
  if (!isDeepStrictEqual(actual, expected)) assert.deepStrictEqual(actual, expected, what)
  // the two may disagree about equality: then the stricter one is right
  if (!isDeepStrictEqual(actual, expected)) assert.fail(what)
}
