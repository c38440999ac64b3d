import { assert, describe, it } from "@effect/vitest"
import { AgentName } from "../../../shared/Ids.ts"
import { trailersOf } from "../../../shared/Trailers.ts"
import { freeBranch, subjectOf, withTrailers } from "./LandMessage.ts"

const goose = "Co-authored-by: goose <goose@agents.boocode.invalid>"
const qwen = "Co-authored-by: qwen <qwen@agents.boocode.invalid>"
const by = (...agents: ReadonlyArray<string>) => ({ agents: agents.map((agent) => AgentName.make(agent)) })

describe("trailers", () => {
  it("name each agent once, and nobody for what was made by hand", () => {
    assert.deepStrictEqual(trailersOf([by("goose"), by("qwen", "goose"), by()]), [goose, qwen])
  })

  it("stand below the message, beside those that are there, never twice", () => {
    assert.strictEqual(withTrailers("Fix it", [goose]), `Fix it\n\n${goose}\n`)
    assert.strictEqual(withTrailers("\r\nFix it  \r\n\r\nBecause.\r\n\r\n", [goose]), `Fix it\n\nBecause.\n\n${goose}\n`)
    assert.strictEqual(withTrailers("Fix it\n\nSigned-off-by: me <m@m>", [goose, qwen]), `Fix it\n\nSigned-off-by: me <m@m>\n${goose}\n${qwen}\n`)
    assert.strictEqual(withTrailers(`Fix it\n\n${goose}`, [goose, qwen]), `Fix it\n\n${goose}\n${qwen}\n`)
    assert.strictEqual(withTrailers("fix: it", [goose]), `fix: it\n\n${goose}\n`)
    assert.strictEqual(withTrailers("Fix it", []), "Fix it\n")
  })
})

describe("a new branch", () => {
  it("is called after the session, and free", () => {
    assert.strictEqual(freeBranch("Fix the: login (again)", []), "fix-the-login-again")
    assert.strictEqual(freeBranch("a", ["a", "a-2/b"]), "a-3")
    assert.strictEqual(freeBranch("…", []), "project")
    assert.strictEqual(subjectOf(" \n"), "Changes of a session")
  })
})
