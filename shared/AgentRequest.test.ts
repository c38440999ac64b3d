import { assert, describe, it } from "@effect/vitest"
import { optionOfKind, type PermissionOption } from "./AgentRequest.ts"

describe("optionOfKind", () => {
  // ids of real agents: they say nothing that can be relied on
  const options: ReadonlyArray<PermissionOption> = [
    { optionId: "proceed_always_project", name: "Always in this project", kind: "allow_always" },
    { optionId: "proceed_always_user", name: "Always", kind: "allow_always" },
    { optionId: "allow_always", name: "Once", kind: "allow_once" },
    { optionId: "no", name: "Reject", kind: "reject_once" }
  ]
  it("chooses by kind, not by id", () => {
    assert.strictEqual(optionOfKind(options, "allow_once")?.optionId, "allow_always")
  })
  it("takes the first offered of the kinds, in the order they are asked for", () => {
    assert.strictEqual(optionOfKind(options, "reject_always", "reject_once")?.optionId, "no")
    assert.strictEqual(optionOfKind(options, "reject_once", "allow_always")?.optionId, "no")
  })
  it("takes the first of several of one kind", () => {
    assert.strictEqual(optionOfKind(options, "allow_always")?.optionId, "proceed_always_project")
  })
  it("finds none where none is", () => {
    assert.isUndefined(optionOfKind(options, "reject_always"))
    assert.isUndefined(optionOfKind([], "allow_once"))
    assert.isUndefined(optionOfKind(options))
  })
})
