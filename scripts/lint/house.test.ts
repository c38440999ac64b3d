import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { forbidden, resolved } from "./ImportLaw.ts"

const root = join(import.meta.dirname, "../..")
const importing = (target: string) => `import { it } from "${target}"\nexport const used = it\n`

/** One broken law each: the file, what it says, and the rule that must see it. */
const broken: ReadonlyArray<readonly [file: string, text: string, rule: string]> = [
  ["shared/Ours.ts", importing("../server/chat/Chats.ts"), "house(imports)"],
  ["shared/Node.ts", importing("node:fs"), "house(imports)"],
  ["shared/rpc/Package.ts", importing("lit"), "house(imports)"],
  ["shared/Dom.ts", "export const title = document.title\n", "eslint(no-restricted-globals)"],
  ["server/actor/Ours.ts", importing("../../shared/Chat.ts"), "house(imports)"],
  ["server/chat/TurnDecider.ts", importing("./Chats.ts"), "house(imports)"],
  ["server/chat/ChatMessage.ts", importing("../actor/Actor.ts"), "house(imports)"],
  ["server/chat/Chats.ts", importing("../agent/acp/AcpBackend.ts"), "house(imports)"],
  ["server/agent/acp/Chat.ts", importing("../../chat/Chats.ts"), "house(imports)"],
  ["server/agent/Store.ts", "export type Row = import(\"../store/Agents.ts\").Row\n", "house(imports)"],
  ["server/agent/Task.ts", importing("../task/Tasks.ts"), "house(imports)"],
  ["server/agent/Edge.ts", "export * from \"../edge/Http.ts\"\n", "house(imports)"],
  ["server/store/Chat.ts", importing("../chat/Chats.ts"), "house(imports)"],
  ["server/terminal/Chat.ts", importing("../chat/Chats.ts"), "house(imports)"],
  ["server/edge/Decider.ts", importing("../chat/TurnDecider.ts"), "house(imports)"],
  ["server/edge/Page.ts", "export const page = () => import(\"../../client/main.ts\")\n", "house(imports)"],
  ["server/edge/Tree.ts", importing("../Server.ts"), "house(imports)"],
  ["client/element/Effect.ts", importing("effect"), "house(imports)"],
  ["client/element/Rpc.ts", importing("../rpc/Client.ts"), "house(imports)"],
  ["client/view/Store.ts", importing("../store/ChatStore.ts"), "house(imports)"],
  ["client/store/Server.ts", importing("../../server/Config.ts"), "house(imports)"],
  ["server/work/Run.ts", "import { Effect } from \"effect\"\nexport const run = Effect.runFork\n", "house(runs)"],
  ["server/work/Extension.ts", importing("./Git"), "import(extensions)"],
  ["server/work/Any.ts", "export const x: any = 1\n", "typescript(no-explicit-any)"],
  ["server/work/NotNull.ts", "export const x = (y?: string) => y!\n", "typescript(no-non-null-assertion)"],
  ["server/work/Cast.ts", "export const x = (y: unknown) => y as string\n", "typescript(consistent-type-assertions)"],
  ["server/work/Long.ts", "export const x = [\n" + "  1,\n".repeat(300) + "]\n", "eslint(max-lines)"],
  ["server/work/LongFunction.ts", "export function x() {\n" + "  console.log()\n".repeat(60) + "}\n", "house(length)"]
]

describe("the linter", () => {
  const folder = mkdtempSync(join(tmpdir(), "boocode-lint-"))
  let report = ""
  beforeAll(() => {
    for (const name of [".oxlintrc.json", "scripts/lint/house.ts", "scripts/lint/ImportLaw.ts"]) cpSync(join(root, name), join(folder, name))
    for (const [file, text] of [...broken, ["server/work/Fine.ts", "export const fine = [1] as const\n"] as const]) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), text)
    }
    const run = spawnSync(process.execPath, ["--bun", join(root, "node_modules/.bin/oxlint"), "--format", "unix", "."], { cwd: folder, encoding: "utf8" })
    report = run.stdout + run.stderr
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each(broken)("refuses %s", (file, _, rule) => {
    const found = report.split("\n").filter((line) => line.startsWith(`${file}:`))
    assert.isTrue(found.some((line) => line.includes(rule)), `${rule} is missing from:\n${found.join("\n") || report}`)
  })
  it("accepts what keeps the law", () => assert.notInclude(report, "server/work/Fine.ts"))
})

describe("the import law", () => {
  it.each([
    ["shared/rpc/Api.ts", "effect/rpc"],
    ["shared/rpc/Api.ts", "shared/Chat.ts"],
    ["server/actor/Actor.ts", "server/actor/Registry.ts"],
    ["server/actor/Actor.test.ts", "effect/testing"],
    ["server/chat/TurnDecider.ts", "server/chat/ChatMessage.ts"],
    ["server/chat/ChatActor.ts", "server/agent/AgentBackend.ts"],
    ["server/edge/ChatHandlers.ts", "server/chat/Chats.ts"],
    ["server/main.ts", "server/Server.ts"],
    ["server/cli/Run.ts", "client/rpc/Client.ts"],
    ["client/element/boo-chat.ts", "client/store/ChatStore.ts"]
  ])("lets %s import %s", (file, target) => assert.isUndefined(forbidden(file, target)))

  it("knows the typed client by its public name", () => assert.strictEqual(resolved("bench/turn.ts", "boocode/client"), "client/rpc/Client.ts"))
})
