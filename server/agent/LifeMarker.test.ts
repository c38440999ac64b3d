import { assert, it } from "@effect/vitest"
import { agentEnvironment, carriesMark, LifeId, lifeMark, mintLifeId } from "./LifeMarker.ts"

const id = LifeId.make("0b5f0c62-9a3d-4bd4-9c56-0a3d9a1f7a10")

it("an agent inherits the server's environment without the server's settings and secrets", () => {
  assert.deepStrictEqual(
    agentEnvironment({ PATH: "/bin", HOME: "/home/ada", BOOCODE_TOKEN: "secret", BOOCODE_LIFE: "other" }, { MODEL: "m", HOME: undefined }, id),
    { PATH: "/bin", MODEL: "m", BOOCODE_LIFE: id }
  )
})

it("what the caller adds counts, but for the mark", () => {
  assert.deepStrictEqual(
    agentEnvironment({}, { BOOCODE_URL: "http://127.0.0.1:1", BOOCODE_LIFE: "forged" }, id),
    { BOOCODE_URL: "http://127.0.0.1:1", BOOCODE_LIFE: id }
  )
})

it("the mark is found as a whole variable only", () => {
  assert.isTrue(carriesMark(`A=1\0${lifeMark(id)}\0B=2\0`, id))
  assert.isTrue(carriesMark(lifeMark(id), id))
  assert.isFalse(carriesMark(`A=1\0X${lifeMark(id)}\0`, id))
  assert.isFalse(carriesMark(`${lifeMark(id)}0\0`, id))
  assert.isFalse(carriesMark(`${lifeMark(mintLifeId())}\0`, id))
})
