import { assert, it } from "@effect/vitest"
import { Schema } from "effect"
import { AgentName } from "../../../shared/Ids.ts"
import { AgentRow } from "../AgentRow.ts"
import { applyEdits } from "./AgentEdit.ts"
import { parseAgentsFile } from "./AgentsFile.ts"
import { builtinRows, scriptedRow } from "./BuiltinRows.ts"
import { fingerprintOf } from "./Fingerprint.ts"
import { parseVersion } from "./Probe.ts"

const offers = builtinRows.map((row) => ({ row, enabled: true, env: {} }))

it("every row is one", () => {
  const rows = [...builtinRows, scriptedRow({ command: "/boocode", args: [] })]
  for (const row of rows) assert.isTrue(Schema.is(AgentRow)(row), row.name)
  assert.strictEqual(new Set(rows.map(({ name }) => name)).size, rows.length)
})

it("a mistake in agents.json is one sentence that says where", () => {
  const problem = (text: string) => parseAgentsFile("/d/agents.json", text).problem ?? ""
  for (const [text, says] of [
    ["{ not json", "JSON"], ["[]", "object"], ["{\"agents\":[{\"name\":\"Goose!\"}]}", "name"],
    ["{\"agents\":[{\"name\":\"a\",\"args\":\"x\"}]}", "args"], ["{\"agents\":[{\"name\":\"a\",\"arg\":[]}]}", "arg"],
    ["{\"agents\":[{\"name\":\"a\"},{\"name\":\"a\"}]}", "twice"]
  ] as const) {
    assert.match(problem(text), /^\/d\/agents\.json is not read: /)
    assert.include(problem(text), says)
    assert.notInclude(problem(text), "\n")
  }
  assert.deepStrictEqual(parseAgentsFile("/d", "{\"agents\":[]}"), { edits: [] })
})

it("an edit of nothing known needs a command", () => {
  const { offers: after, problems } = applyEdits(offers, [{ name: AgentName.make("mine"), enabled: true }])
  assert.deepStrictEqual(after, offers)
  assert.deepStrictEqual(problems, ["The agent \"mine\" is none that boocode knows, so it needs a \"command\"."])
})

it("a program without a protocol is a row that keeps and reports nothing, and a drill's words are its own", () => {
  const { offers: after } = applyEdits(offers, [
    { name: AgentName.make("fix"), command: "fix.sh", protocol: "pty", drill: { long: "count" } }, { name: AgentName.make("opencode"), protocol: "acp" }
  ])
  const fix = after.find(({ row }) => row.name === "fix")?.row
  assert.deepStrictEqual([fix?.protocol, fix?.quirks, fix?.drill], ["pty", { askModes: [], resume: "never", usage: "none", cost: "none" }, { long: "count" }])
  assert.strictEqual(after.find(({ row }) => row.name === "opencode")?.row.protocol, "acp")
})

it("a version is found in what programs say", () => {
  assert.deepStrictEqual(["1.2.3\n", "@agentclientprotocol/codex-acp 2.6.0", "v0.24.4-beta.1+x (y)", "\n\nnightly\n", "", "goose 1.52"].map(parseVersion),
    ["1.2.3", "2.6.0", "0.24.4-beta.1+x", "nightly", undefined, "1.52"])
})

it("a fingerprint tells configurations apart, and nothing else", () => {
  const one = { command: "/bin/a", args: ["x", "y"], env: { A: "1", B: undefined }, directory: "/w", version: "1" }
  const same = fingerprintOf(one)
  assert.match(same, /^[0-9a-f]{32}$/)
  assert.strictEqual(fingerprintOf({ ...one, env: { B: undefined, A: "1" } }), same)
  const others = [
    { ...one, command: "/bin/b" }, { ...one, args: ["x y"] }, { ...one, env: { A: "2", B: undefined } }, { ...one, env: { A: "1" } },
    { ...one, directory: "/v" }, { ...one, version: undefined }
  ].map(fingerprintOf)
  assert.strictEqual(new Set([same, ...others]).size, 7)
})
