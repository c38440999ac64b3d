import { assert, it } from "@effect/vitest"
import { plainQuirks } from "../agent/AgentRow.ts"
import { learnt } from "./Learnt.ts"
import { cancelAskingVerdict, cancelVerdict, crashVerdict, permissionVerdict, promptVerdict, resumeVerdict, type Seen, toolVerdict } from "./Verdicts.ts"

const answered: Seen = { cause: { _tag: "Answered", stopReason: "end_turn" }, reported: "end_turn", text: "walnut", tools: [], asked: [], steps: [], firstMs: 5 }
const permission = { _tag: "Permission", title: "Write", options: [{ optionId: "o", name: "Once", kind: "allow_once" }] } as const
const asked: Seen = { ...answered, asked: [permission] }
const stopped: Seen = { ...answered, cause: undefined, reported: "cancelled", steps: ["cancel"], stopMs: 12 }
const failed: Seen = { ...answered, cause: { _tag: "AgentFailed", message: "no key" } }

it("what is seen comes to a verdict", () => {
  const of = ({ verdict }: { readonly verdict: string }) => verdict
  assert.strictEqual(of(promptVerdict(answered, answered, "WALNUT", true)), "ok")
  assert.strictEqual(of(promptVerdict(answered, answered, "copper", true)), "differs")
  assert.strictEqual(of(promptVerdict(answered, answered, "walnut", false)), "differs")
  assert.deepStrictEqual(promptVerdict(failed, answered, "walnut", true), { verdict: "failed", note: "The agent reported an error: no key" })
  assert.strictEqual(of(toolVerdict(answered, "walnut")), "differs")

  assert.strictEqual(of(permissionVerdict(asked, asked, { rejected: false, allowed: true })), "ok")
  assert.strictEqual(of(permissionVerdict(asked, asked, { rejected: true, allowed: true })), "failed")
  assert.deepStrictEqual(permissionVerdict({ ...asked, reported: "cancelled" }, asked, { rejected: false, allowed: true }),
    { verdict: "differs", note: "offers allow_once; a refusal ends the turn with cancelled" })
  assert.deepStrictEqual(permissionVerdict(answered, answered, { rejected: true, allowed: true }), { verdict: "differs", note: "it wrote a file without asking" })

  assert.strictEqual(of(cancelVerdict(stopped)), "ok")
  assert.strictEqual(of(cancelVerdict({ ...stopped, reported: "end_turn" })), "differs")
  assert.strictEqual(of(cancelVerdict({ ...stopped, steps: ["cancel", "stdin-closed", "sigterm"] })), "failed")
  assert.strictEqual(of(cancelAskingVerdict({ ...answered, missed: true }, false)), "not offered")
  assert.strictEqual(of(cancelAskingVerdict({ ...stopped, asked: [permission] }, true)), "failed")

  const crashed: Seen = { ...answered, cause: { _tag: "ChildExited", code: null, signal: "SIGKILL", stderr: "x" }, stopMs: 9 }
  assert.strictEqual(crashVerdict(crashed, 0).note, "the turn ended after 9 ms: The agent's process was killed by SIGKILL; no process survived")
  assert.strictEqual(of(crashVerdict(crashed, 1)), "failed")
  assert.strictEqual(of(crashVerdict(answered, 0)), "differs")

  assert.strictEqual(of(resumeVerdict(answered, "walnut", { continuity: "resumed", why: "Resumed." })), "ok")
  assert.strictEqual(of(resumeVerdict(answered, "copper", { continuity: "resumed", why: "Resumed." })), "failed")
  assert.strictEqual(of(resumeVerdict(answered, "walnut", { continuity: "replayed", why: "It can't." })), "ok")
  assert.deepStrictEqual(resumeVerdict(answered, "copper", { continuity: "fresh", why: "It can't." }), { verdict: "not offered", note: "It can't" })
})

it("only what the row doesn't know is learnt, and nothing of what was forced", () => {
  assert.deepStrictEqual(learnt(plainQuirks, { cancelled: [stopped], rejected: asked, way: "resume" }), { quirks: {}, words: [] })
  const lied = { ...stopped, reported: "end_turn" }
  assert.deepStrictEqual(learnt({ ...plainQuirks, cancelReported: ["end_turn"] }, { cancelled: [lied] }).quirks, {})
  assert.deepStrictEqual(learnt({ ...plainQuirks, cancelReported: ["refusal"] }, { cancelled: [lied, lied], rejected: { ...asked, reported: "cancelled" }, way: "load" }).quirks,
    { cancelReported: ["refusal", "end_turn"], rejectReported: ["cancelled"], resume: "load" })
  assert.deepStrictEqual(learnt(plainQuirks, { cancelled: [{ ...lied, steps: ["cancel", "sigterm"] }] }).quirks, {})
})
