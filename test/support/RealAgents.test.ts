// Real agents over bare ACP against the scripted model: what boocode builds on, without boocode. One process an agent, from the
// first start to the last stop, because their starts are dear.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { at, textAt } from "../../server/agent/scripted/Json.ts"
import { AcpProbe, type Launch } from "./AcpProbe.ts"
import { goose, opencodeAcp, qwen, type RealAgentOptions } from "./RealAgents.ts"
import { ScriptedModel } from "./ScriptedModel.ts"

interface Agent {
  readonly name: string
  readonly launch: (options: RealAgentOptions) => Launch | undefined
  /** The step of the model that writes a file with the agent's own tool. */
  readonly write: (path: string, content: string) => string
  /** The messages about a gated write, in order. */
  readonly gatedWrite: ReadonlyArray<string>
  readonly rejectedWrite: ReadonlyArray<string>
  /** The mode that asks for nothing, where the agent has one. */
  readonly freeMode?: string
}

const agents: ReadonlyArray<Agent> = [
  {
    name: "goose",
    launch: goose,
    write: (path, content) => `call write ${JSON.stringify({ path, content })}`,
    gatedWrite: ["tool_call", "session/request_permission", "tool_call_update completed"],
    rejectedWrite: ["tool_call", "session/request_permission", "tool_call_update failed"],
    freeMode: "auto"
  },
  {
    name: "qwen",
    launch: qwen,
    write: (file_path, content) => `call write_file ${JSON.stringify({ file_path, content })}`,
    gatedWrite: ["tool_call pending", "session/request_permission", "tool_call_update completed"],
    rejectedWrite: ["tool_call pending", "session/request_permission", "tool_call_update failed"],
    freeMode: "yolo"
  },
  {
    name: "opencode acp",
    launch: opencodeAcp,
    write: (filePath, content) => `call write ${JSON.stringify({ filePath, content })}`,
    gatedWrite: ["tool_call pending", "tool_call_update in_progress", "session/request_permission", "tool_call_update completed"],
    rejectedWrite: ["tool_call pending", "tool_call_update in_progress", "session/request_permission", "tool_call_update failed"]
  }
]

const isInstalled = ({ launch }: Agent) => {
  const home = mkdtempSync(join(tmpdir(), "agents-"))
  const found = launch({ model: "http://127.0.0.1:1", home })
  rmSync(home, { recursive: true })
  return found !== undefined
}

/** The option of a kind in a permission request. */
const optionOf = (params: unknown, kind: string): string => {
  const options = at(params, "options")
  const found: unknown = Array.isArray(options) ? options.find((option) => textAt(option, "kind") === kind) : undefined
  return textAt(found, "optionId") ?? ""
}

/** Tool calls, their updates and permission requests, as short lines. */
const toolTraffic = (messages: ReadonlyArray<unknown>): ReadonlyArray<string> =>
  messages.flatMap((message) => {
    const method = textAt(message, "method")
    const kind = textAt(message, "params", "update", "sessionUpdate") ?? ""
    const status = textAt(message, "params", "update", "status")
    if (method === "session/request_permission") return [method]
    return kind.startsWith("tool_call") ? [status === undefined ? kind : `${kind} ${status}`] : []
  })

describe.each(agents.filter(isInstalled))("$name", ({ freeMode, gatedWrite, launch, rejectedWrite, write }) => {
  let folder = ""
  let work = ""
  let model: ScriptedModel
  let probe: AcpProbe
  let id = ""

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "agents-"))
    work = join(folder, "work")
    mkdirSync(work)
    model = await ScriptedModel.start()
    const found = launch({ model: model.url, home: join(folder, "home") })
    if (found === undefined) throw new Error("the agent is not installed")
    probe = AcpProbe.start(found, work)
    await probe.initialize({ fs: { readTextFile: false, writeTextFile: false }, terminal: false })
    id = await probe.newSession(work)
  })

  afterAll(async () => {
    const stopped = setTimeout(() => void probe.kill(), 5_000)
    await probe.end()
    clearTimeout(stopped)
    await model[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  const answerPermissions = (kind: string) =>
    probe.respond("session/request_permission", (params) => ({
      outcome: { outcome: "selected", optionId: optionOf(params, kind) }
    }))

  test("streams two prompts on one process, the second with the first in its context", async () => {
    expect(await probe.turn(id, "stream 5 every 20")).toEqual({ stopReason: "end_turn", said: "word 1 word 2 word 3 word 4 word 5 " })
    expect(await probe.turn(id, "say warm")).toEqual({ stopReason: "end_turn", said: "warm" })
    expect(model.turns).toHaveLength(2)
    expect(model.turns[1]?.prompt).toBe("say warm")
    expect(JSON.stringify(model.turns[1]?.messages)).toContain("word 1 word 2")
  })

  test("asks before it writes a file, and writes it", async () => {
    answerPermissions("allow_once")
    const from = probe.messages.length
    expect((await probe.turn(id, write(join(work, "asked.txt"), "hello\n"))).said).toBe("done")
    expect(readFileSync(join(work, "asked.txt"), "utf8")).toBe("hello\n")
    expect(toolTraffic(probe.messages.slice(from))).toEqual(gatedWrite)
  })

  test("does not write what is rejected", async () => {
    answerPermissions("reject_once")
    const from = probe.messages.length
    expect((await probe.turn(id, write(join(work, "rejected.txt"), "hello\n"))).stopReason).toBe("end_turn")
    expect(existsSync(join(work, "rejected.txt"))).toBe(false)
    expect(toolTraffic(probe.messages.slice(from))).toEqual(rejectedWrite)
  })

  test("stops in mid-stream, says nothing more, and answers the next prompt", async () => {
    const broken = model.brokenOff
    const from = probe.messages.length
    const stopped = probe.turn(id, "stream 500 every 20")
    await probe.until(() => probe.said(from).includes("word 3"))
    probe.cancel(id)
    expect((await stopped).stopReason).toBe("cancelled")
    expect(await probe.turn(id, "say next")).toEqual({ stopReason: "end_turn", said: "next" })
    await model.until(() => model.brokenOff > broken)
  })

  test.skipIf(freeMode === undefined)("writes without asking in the mode for that", async () => {
    await probe.request("session/set_mode", { sessionId: id, modeId: freeMode })
    const from = probe.messages.length
    await probe.turn(id, write("$CWD/free.txt", "hello\n"))
    expect(existsSync(join(work, "free.txt"))).toBe(true)
    expect(toolTraffic(probe.messages.slice(from))).not.toContain("session/request_permission")
  })
})
