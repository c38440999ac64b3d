import { assert, it } from "@effect/vitest"
import { AgentName } from "../../shared/Ids.ts"
import type { AgentInfo } from "../../shared/Agent.ts"
import type { DrillReport } from "../../shared/Drill.ts"
import { drillRows } from "./drills.ts"

const agent = (name: string, more: { readonly enabled?: boolean; readonly readiness?: AgentInfo["readiness"]; readonly version?: string } = {}): AgentInfo =>
  ({ name: AgentName.make(name), label: name, enabled: true, readiness: "ready", commands: [], resumes: true, version: "2.0", ...more })
const hour = 3_600_000
const report: DrillReport = {
  agent: AgentName.make("goose"), version: "1.0", at: 0, learnt: ["it lies"],
  lines: [{ step: "start", verdict: "ok", note: "" }, { step: "prompt", verdict: "ok", note: "" }, { step: "cancel", verdict: "failed", note: "" }, { step: "tool", verdict: "not offered", note: "" }]
}

it("has a row for each agent that is ready, with what its newest drill came to", () => {
  const rows = drillRows([agent("goose"), agent("qwen"), agent("claude", { readiness: "missing" }), agent("codex", { enabled: false })], [report], undefined, 3 * hour)
  assert.deepStrictEqual(rows.map(({ agent, words }) => [agent.name, words]), [
    ["goose", "Drilled 3 h ago, at version 1.0; 2.0 is installed"], ["qwen", "Not drilled yet"]
  ])
  assert.deepStrictEqual(rows[0]?.counts, [{ verdict: "failed", count: 1 }, { verdict: "ok", count: 2 }])
  assert.deepStrictEqual(rows[0]?.learnt, ["it lies"])
})

it("shows the one that runs instead of the last", () => {
  const running = { agent: "goose", step: "prompt", lines: report.lines.slice(0, 1) } as const
  const [row] = drillRows([agent("goose", { version: "1.0" })], [report], running, 0)
  assert.deepStrictEqual([row?.words, row?.isRunning, row?.lines.length, row?.learnt], ["Step 2 of 9: prompt", true, 1, []])
  const [waiting] = drillRows([agent("goose")], [], { agent: "goose", step: undefined, lines: [] }, 0)
  assert.strictEqual(waiting?.words, "Waiting for its turn…")
})
