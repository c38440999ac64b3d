import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, FileSystem, Layer, Stream } from "effect"
import type { AgentInfo } from "../../shared/Agent.ts"
import { AgentName } from "../../shared/Ids.ts"
import { Environment } from "../process/Environment.ts"
import { AgentCatalog } from "./AgentCatalog.ts"
import type { AgentEdit } from "./catalog/AgentEdit.ts"
import { AgentRowsPort } from "./catalog/AgentRowsPort.ts"

const name = AgentName.make
const goose = name("goose"), qwen = name("qwen"), claude = name("claude"), scripted = name("scripted"), mine = name("mine")

const world = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "boocode-catalog-" })
  for (const sub of ["bin", "data"]) yield* fs.makeDirectory(`${folder}/${sub}`)
  const program = (file: string, script: string) => fs.writeFileString(`${folder}/bin/${file}`, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return { fs, folder, program }
})

interface Settings { readonly demo?: boolean; readonly edits?: ReadonlyArray<AgentEdit>; readonly env?: Record<string, string> }

const catalogue = (folder: string, { demo = false, edits = [], env = {} }: Settings = {}) =>
  AgentCatalog.layer({ dataDir: `${folder}/data`, demo, selfCommand: { command: "/bin/sh", args: ["main.ts"] } }).pipe(
    Layer.provide(AgentRowsPort.layerMemory(edits)),
    Layer.provide(Layer.succeed(Environment, { PATH: `${folder}/bin:/usr/bin:/bin`, HOME: folder, BOOCODE_TOKEN: "secret", ...env })))

const refreshed = Effect.flatMap(AgentCatalog, (catalog) => catalog.refresh)
const find = (agent: AgentName) => Effect.flatMap(AgentCatalog, (catalog) => catalog.find(agent))
const of = (agents: ReadonlyArray<AgentInfo>, agent: AgentName): AgentInfo | undefined => agents.find((info) => info.name === agent)

describe("the catalogue", () => {
  it.live("finds programs on PATH, asks their version, and says of the others how to get them", () => Effect.gen(function*() {
    const { folder, program } = yield* world
    yield* program("goose", "echo ' 1.52.0'")
    yield* program("qwen", "echo 'qwen version v0.24.4-beta.1 (abc)'")
    yield* program("claude-agent-acp", "echo loading >&2; exit 3")
    const agents = yield* refreshed.pipe(Effect.provide(catalogue(folder)))
    assert.deepInclude(of(agents, goose), { readiness: "ready", version: "1.52.0", command: `${folder}/bin/goose`, enabled: true })
    assert.deepInclude(of(agents, qwen), { readiness: "ready", version: "0.24.4-beta.1" })
    assert.deepInclude(of(agents, claude), { readiness: "failed", detail: `"${folder}/bin/claude-agent-acp --version" ended with code 3: loading` })
    assert.deepInclude(of(agents, name("opencode")), {
      readiness: "missing", install: "npm install -g opencode-ai",
      detail: `"opencode" is not on the server's PATH. Install it with \`npm install -g opencode-ai\`; or name its program in ${folder}/data/agents.json.`
    })
    assert.isUndefined(of(agents, scripted))
  }).pipe(Effect.provide(NodeServices.layer)))

  it.live("is there at once, and one that hangs delays no other", () => Effect.gen(function*() {
    const { folder, program } = yield* world
    yield* program("goose", "exec sleep 300")
    yield* program("qwen", "echo 1.2.3")
    const before = yield* Clock.currentTimeMillis
    const seen = yield* Effect.flatMap(AgentCatalog, (catalog) => catalog.changes.pipe(
      Stream.takeUntil((agents) => of(agents, qwen)?.readiness === "ready"), Stream.runCollect)).pipe(Effect.provide(catalogue(folder)))
    assert.isBelow((yield* Clock.currentTimeMillis) - before, 10_000)
    assert.strictEqual(seen[0]?.length, 6)
    assert.strictEqual(of(seen.at(-1) ?? [], goose)?.readiness, "loading")
  }).pipe(Effect.provide(NodeServices.layer)))

  it.live("knows at once what was installed, updated or removed meanwhile", () => Effect.gen(function*() {
    const { folder, fs, program } = yield* world
    yield* Effect.gen(function*() {
      const missing = yield* Effect.flip(find(goose))
      assert.deepInclude(missing.reason, { _tag: "AgentNotReady", agent: goose })
      yield* program("goose-binary-linux-x64", `echo asked >> ${folder}/asked; echo 1.0.0`)
      assert.deepInclude(yield* find(goose), { command: `${folder}/bin/goose-binary-linux-x64`, version: "1.0.0" })
      yield* Effect.all([find(goose), find(goose), refreshed], { concurrency: "unbounded" })
      assert.strictEqual(yield* fs.readFileString(`${folder}/asked`), "asked\n")
      yield* program("goose", "echo 2.0.0 with a longer text")
      assert.strictEqual((yield* find(goose)).version, "2.0.0")
      yield* fs.remove(`${folder}/bin/goose`)
      yield* program("goose-binary-linux-x64", "echo 1.0.1")
      assert.strictEqual((yield* find(goose)).version, "1.0.1")
      yield* fs.remove(`${folder}/bin/goose-binary-linux-x64`)
      yield* Effect.flip(find(goose))
      assert.strictEqual(of(yield* Effect.flatMap(AgentCatalog, ({ list }) => list), goose)?.readiness, "missing")
    }).pipe(Effect.provide(catalogue(folder)))
  }).pipe(Effect.provide(NodeServices.layer)))

  it.live("asks a program that failed again when told to look again", () => Effect.gen(function*() {
    const { folder, fs, program } = yield* world
    yield* program("qwen", `test -e ${folder}/fixed && echo 9.9.9`)
    yield* Effect.gen(function*() {
      assert.include((yield* Effect.flip(find(qwen))).message, "ended with code 1")
      yield* fs.writeFileString(`${folder}/fixed`, "")
      assert.strictEqual(of(yield* refreshed, qwen)?.version, "9.9.9")
    }).pipe(Effect.provide(catalogue(folder)))
  }).pipe(Effect.provide(NodeServices.layer)))

  it.live("says what a program without its interpreter lacks", () => Effect.gen(function*() {
    const { folder, fs } = yield* world
    yield* fs.writeFileString(`${folder}/bin/qwen`, "#!/no/such/node\n", { mode: 0o755 })
    assert.include((yield* Effect.flip(find(qwen)).pipe(Effect.provide(catalogue(folder)))).message, "interpreter")
  }).pipe(Effect.provide(NodeServices.layer)))

  it.live("takes no version that is none, and bounds what it keeps of one", () => Effect.gen(function*() {
    const { folder, program } = yield* world
    yield* program("goose", "yes | head -c 3000000; echo")
    yield* program("qwen", "exit 0")
    const agents = yield* refreshed.pipe(Effect.provide(catalogue(folder)))
    assert.deepInclude(of(agents, goose), { readiness: "ready", version: "y" })
    assert.deepInclude(of(agents, qwen), { readiness: "ready" })
    assert.isUndefined(of(agents, qwen)?.version)
  }).pipe(Effect.provide(NodeServices.layer)))
})

describe("what a user changes", () => {
  it.live("by file and by settings: programs, arguments, environment, own agents, switched off", () => Effect.gen(function*() {
    const { folder, fs, program } = yield* world
    yield* program("mine-acp", "exit 1")
    yield* fs.makeDirectory(`${folder}/opt`)
    yield* fs.writeFileString(`${folder}/opt/goose`, "#!/bin/sh\necho 3.0.0", { mode: 0o755 })
    yield* fs.writeFileString(`${folder}/data/agents.json`, JSON.stringify({ agents: [
      { name: "goose", command: "~/opt/goose", env: { GOOSE_PROVIDER: "openai", HOME: null } },
      { name: "mine", label: "My agent", command: "mine-acp", args: ["--acp"], quirks: { resume: "load" } },
      { name: "qwen", enabled: false }
    ] }))
    yield* Effect.gen(function*() {
      const found = yield* find(goose)
      assert.deepInclude(found, { command: `${folder}/opt/goose`, version: "3.0.0", args: ["acp"] })
      assert.deepStrictEqual(found.env, { GOOSE_PROVIDER: "openai", HOME: undefined })
      const own = yield* find(mine)
      assert.deepInclude(own, { command: `${folder}/bin/mine-acp`, args: ["--acp", "--more"] })
      assert.deepInclude(own.row.quirks, { resume: "load", usage: "sum of turn" })
      assert.include((yield* Effect.flip(find(qwen))).message, "switched off")
      assert.deepInclude(of(yield* refreshed, qwen), { enabled: false, readiness: "missing" })
    }).pipe(Effect.provide(catalogue(folder, { edits: [{ name: mine, args: ["--acp", "--more"] }] })))
  }).pipe(Effect.provide(NodeServices.layer)))

  it.live("the server's own environment wins over a row's defaults, not over what makes an agent ask", () => Effect.gen(function*() {
    const { folder, program } = yield* world
    yield* program("opencode", "echo 1.18.33; echo \"$BOOCODE_TOKEN\"")
    const { env } = yield* find(name("opencode")).pipe(
      Effect.provide(catalogue(folder, { env: { OPENCODE_DISABLE_AUTOUPDATE: "0", OPENCODE_PERMISSION: "{}" } })))
    assert.deepStrictEqual(env, { OPENCODE_ENABLE_QUESTION_TOOL: "1", OPENCODE_PERMISSION: "{\"edit\":\"ask\",\"bash\":\"ask\"}" })
  }).pipe(Effect.provide(NodeServices.layer)))

  it.live("wrongly leaves the catalogue as it was", () => Effect.gen(function*() {
    const { folder, fs, program } = yield* world
    yield* program("goose", "echo 1.0.0")
    yield* fs.writeFileString(`${folder}/data/agents.json`, "{ not json")
    assert.strictEqual((yield* find(goose).pipe(Effect.provide(catalogue(folder)))).version, "1.0.0")
  }).pipe(Effect.provide(NodeServices.layer)))

  it.live("the scripted agent is offered in a demo, or when somebody enables it", () => Effect.gen(function*() {
    const { folder, program } = yield* world
    yield* program("goose", "echo 1.0.0")
    const preferred = Effect.flatMap(AgentCatalog, (catalog) => catalog.preferred)
    assert.strictEqual((yield* Effect.flip(find(scripted)).pipe(Effect.provide(catalogue(folder)))).reason._tag, "UnknownAgent")
    const { args, command } = yield* find(scripted).pipe(Effect.provide(catalogue(folder, { demo: true })))
    assert.deepStrictEqual([command, ...args], ["/bin/sh", "main.ts", "scripted-agent"])
    yield* find(scripted).pipe(Effect.provide(catalogue(folder, { edits: [{ name: scripted, enabled: true }] })))
    assert.strictEqual(yield* preferred.pipe(Effect.provide(catalogue(folder, { demo: true }))), scripted)
    assert.strictEqual(yield* preferred.pipe(Effect.provide(catalogue(folder))), goose)
    assert.include((yield* Effect.flip(preferred).pipe(Effect.provide(catalogue(`${folder}/none`)))).message, "no agent is installed")
  }).pipe(Effect.provide(NodeServices.layer)))
})

it.live("who watches slowly sees the newest only, and who comes late sees it at once", () => Effect.gen(function*() {
  const { folder, program } = yield* world
  yield* Effect.gen(function*() {
    const catalog = yield* AgentCatalog
    yield* catalog.refresh
    for (let n = 0; n < 5; n++) {
      yield* program("goose", `echo 1.0.${n}; : ${"x".repeat(n)}`)
      yield* catalog.find(goose)
    }
    const late = yield* Effect.forkChild(Stream.runHead(catalog.changes))
    const head = yield* Fiber.join(late)
    assert.strictEqual(head._tag === "Some" ? of(head.value, goose)?.version : undefined, "1.0.4")
  }).pipe(Effect.provide(catalogue(folder)))
}).pipe(Effect.provide(NodeServices.layer)))
