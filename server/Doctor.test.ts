import { createServer } from "node:http"
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, FileSystem, Schema } from "effect"
import type { AgentInfo } from "../shared/Agent.ts"
import { AgentName } from "../shared/Ids.ts"
import { agentJson, agentTable } from "./agent/catalog/AgentTable.ts"
import { agentLines, doctor, doctorJson, doctorText, passes } from "./Doctor.ts"
import { dataLines } from "./doctor/DataChecks.ts"
import { DoctorLine } from "./doctor/DoctorLine.ts"
import { confinementLine, gitLine, runtimeLine } from "./doctor/MachineChecks.ts"
import { Environment } from "./process/Environment.ts"
import { writeServerFile } from "./ServerFile.ts"

const isRoot = process.getuid?.() === 0

const temp = Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped({ prefix: "boocode-doctor-" }))

/** Answers every request with the given JSON, on a free port. */
const answering = (body: object) => Effect.acquireRelease(
  Effect.callback<{ readonly url: string; readonly close: () => void }>((resume) => {
    const server = createServer((_, response) => { response.end(JSON.stringify(body)) })
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      resume(Effect.succeed({ url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`, close: () => server.close() }))
    })
  }), ({ close }) => Effect.sync(close))

const agent = (name: string, more: Partial<AgentInfo>): AgentInfo =>
  ({ name: AgentName.make(name), label: name, enabled: true, readiness: "ready", resumes: true, commands: [], ...more })

layer(NodeServices.layer, { excludeTestServices: true })("the doctor", (it) => {
  it.effect("says what there is and what to do, line by line, without a server", () => Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* temp
    yield* fs.makeDirectory(`${folder}/bin`)
    yield* fs.writeFileString(`${folder}/bin/goose`, "#!/bin/sh\necho 1.2.3\n", { mode: 0o755 })
    const lines = yield* doctor({ dataDir: `${folder}/new/data`, demo: false, selfCommand: { command: "/bin/sh", args: [] } }).pipe(
      Effect.provideService(Environment, { PATH: `${folder}/bin:/usr/bin:/bin`, HOME: folder, USER: "me" }))
    const of = (name: string) => lines.find((line) => line.name === name)
    assert.deepInclude(of("agent goose"), { ok: true, detail: `1.2.3 (${folder}/bin/goose)` })
    assert.deepInclude(of("agent qwen"), { ok: false, needed: false })
    assert.deepInclude(of("agents"), { ok: true, detail: "1 ready" })
    assert.isTrue(of("git")?.ok)
    assert.isTrue(of("database")?.ok, of("database")?.detail)
    assert.isTrue(of("process groups")?.ok, of("process groups")?.detail)
    assert.match(of("data directory")?.detail ?? "", /made at the first start; .* free$/)
    assert.include(of("agents' reach")?.detail, `${folder}/new/data/token`)
    assert.isFalse(yield* fs.exists(`${folder}/new`))
    assert.isTrue(passes(lines))
    assert.deepStrictEqual(yield* Schema.decodeEffect(Schema.fromJsonString(Schema.Array(DoctorLine)))(doctorJson(lines)), lines)
    assert.match(doctorText(lines), /^ok +bun +\d/)
  }))

  it.effect("fails for what boocode can't do without", () => Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* temp
    yield* fs.writeFileString(`${folder}/file`, "")
    const lines = yield* doctor({ dataDir: `${folder}/file`, demo: false, selfCommand: { command: "/bin/sh", args: [] } }).pipe(
      Effect.provideService(Environment, { PATH: "/nonexistent" }))
    const fixes = lines.filter(({ needed, ok }) => needed && !ok).map(({ name }) => name)
    assert.deepStrictEqual(fixes.filter((name) => name !== "user"), ["git", "data directory", "agents.json"])
    assert.isFalse(passes(lines))
  }))

  it.effect("asks a running server how it is", () => Effect.gen(function*() {
    const folder = yield* temp
    const healthy = yield* answering({ status: "ok", version: "9.9", bootId: "b", database: "ok", backends: 0 })
    const away = yield* answering({ status: "database away", version: "9.9", bootId: "b", database: "away", backends: 0 })
    const seen = Effect.fnUntraced(function*(url: string) {
      yield* writeServerFile(folder, { url, token: "t", pid: process.pid })
      return (yield* dataLines({ dataDir: folder })).slice(1).map(({ name, ok }) => `${name} ${ok ? "ok" : "no"}`)
    }, Effect.scoped)
    assert.deepStrictEqual(yield* seen(healthy.url), ["server ok", "database ok"])
    assert.deepStrictEqual(yield* seen(away.url), ["server ok", "database no"])
    assert.deepStrictEqual(yield* seen("http://127.0.0.1:1"), ["server no"])
    assert.deepStrictEqual((yield* dataLines({ dataDir: folder, externalDatabase: "db.example/boocode" })).at(-1)?.detail,
      "external, at db.example/boocode; tried when the server starts")
  }))

  it.effect.skipIf(isRoot)("sees a data directory that can't be written", () => Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* temp
    yield* fs.chmod(folder, 0o500)
    const [line] = yield* dataLines({ dataDir: `${folder}/data` })
    yield* fs.chmod(folder, 0o700)
    assert.deepInclude(line, { name: "data directory", ok: false, needed: true })
  }))
})

describe("what it makes of what it sees", () => {
  it("old and missing programs", () => {
    assert.deepStrictEqual(["1.4.5", "2.0.0", "1.3.9", undefined].map((version) => runtimeLine(version).ok), [true, true, false, false])
    assert.deepStrictEqual(["2.30.0", "2.39.5", "3.0", "2.29.9", "1.99"].map((found) => gitLine({ found }).ok), [true, true, true, false, false])
    assert.deepInclude(gitLine({ refused: "git is not installed" }), { ok: false, needed: true, detail: "git is not installed" })
  })

  it("what holds agents", () => {
    assert.isFalse(confinementLine("pid:[4026531836]", "0::/user.slice/session-1.scope\n", 77).ok)
    assert.isTrue(confinementLine("pid:[4026532511]", "0::/\n", 77).ok)
    assert.isTrue(confinementLine("pid:[4026531836]", "0::/system.slice/boocode.service\n", 77).ok)
    assert.isFalse(confinementLine("pid:[4026532511]", "0::/\n", 1).ok)
    assert.isFalse(confinementLine("", "", 77).needed)
  })

  it("agents", () => {
    assert.deepStrictEqual(agentLines([agent("a", { readiness: "missing", detail: "get it." })]).map(({ detail, ok }) => [ok, detail]),
      [[false, "none is ready; install one of those below, or look around with `boocode serve --demo`."], [false, "get it."]])
    assert.deepStrictEqual(agentLines([agent("a", { enabled: false })]).at(-1), { name: "agent a", ok: true, detail: "switched off", needed: false })
  })
})

it("agents as a table, and as JSON", () => {
  const agents = [
    agent("goose", { version: "1.52.0", command: "/bin/goose" }), agent("a", { readiness: "failed", detail: "it \u001b[31msays\nno" }),
    agent("off", { enabled: false, command: "/bin/off" })
  ]
  assert.deepStrictEqual(agentTable(agents).split("\n"), [
    "AGENT  STATE   VERSION  PROGRAM, OR WHAT TO DO",
    "goose  ready   1.52.0   /bin/goose",
    "a      failed           it  [31msays no",
    "off    off              /bin/off"
  ])
  assert.deepStrictEqual(JSON.parse(agentJson(agents)), agents)
})
