// The scripted agent as a client sees it: a real process, driven over stdio.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { client, methods, ndJsonStream, type SessionUpdate } from "@agentclientprotocol/sdk"
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest"
import { AcpProbe, type Launch } from "../../../test/support/AcpProbe.ts"
import { at, textAt } from "./Json.ts"

let folder = ""
const started: Array<AcpProbe> = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "scripted-"))
})
afterEach(async () => {
  await Promise.all(started.splice(0).map((probe) => probe.kill()))
  rmSync(folder, { recursive: true })
})

const launch = (env: Record<string, string> = {}): Launch => ({
  command: process.execPath,
  args: [join(import.meta.dirname, "run.ts")],
  env: { BOOCODE_SCRIPTED_HOME: join(folder, "home"), ...env }
})
const start = (env: Record<string, string> = {}) => {
  const probe = AcpProbe.start(launch(env))
  started.push(probe)
  return probe
}
const open = async (clientCapabilities: unknown = {}) => {
  const probe = start()
  await probe.initialize(clientCapabilities)
  return { probe, id: await probe.newSession(folder) }
}
const kinds = (updates: ReadonlyArray<unknown>) => updates.map((update) => textAt(update, "sessionUpdate"))
const words = (count: number) => Array.from({ length: count }, (_, index) => `word ${index + 1} `).join("")
const isAlive = (pid: number) => {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"))
  } catch {
    return false
  }
}

describe("a session", () => {
  test("opens with modes, options and, afterwards, commands", async () => {
    const probe = start()
    const hello = await probe.initialize()
    expect(at(hello, "agentCapabilities", "loadSession")).toBe(true)
    const opened = await probe.request("session/new", { cwd: folder, mcpServers: [] })
    expect(at(opened, "modes", "currentModeId")).toBe("ask")
    expect(JSON.stringify(at(opened, "configOptions"))).toContain("thought_level")
    await probe.until(() => kinds(probe.updates()).includes("available_commands_update"))
    expect(textAt(probe.messages.at(-1), "method")).toBe("session/update")
  })

  test("keeps what the client sets, and refuses what it does not have", async () => {
    const { id, probe } = await open()
    await probe.request("session/set_mode", { sessionId: id, modeId: "auto" })
    await probe.request("session/set_config_option", { sessionId: id, configId: "model", value: "fast" })
    expect((await probe.turn(id, "settings")).said).toBe("mode=auto model=fast thought_level=off\n")
    await expect(probe.request("session/set_mode", { sessionId: id, modeId: "yolo" })).rejects.toThrow("There is no mode yolo.")
    await expect(probe.request("session/set_config_option", { sessionId: id, configId: "model", value: "big" })).rejects.toThrow("big")
  })

  test("wants an existing directory, an open session, and one turn at a time", async () => {
    const { id, probe } = await open()
    await expect(probe.newSession("relative")).rejects.toThrow("absolute")
    await expect(probe.newSession(join(folder, "none"))).rejects.toThrow("There is no directory")
    await expect(probe.prompt("scripted-nobody", "pid")).rejects.toThrow("not open")
    const first = probe.prompt(id, "hang")
    await expect(probe.prompt(id, "pid")).rejects.toThrow("already runs a turn")
    probe.cancel(id)
    await first
    await expect(probe.request("terminal/dance", {})).rejects.toMatchObject({ code: -32601 })
  })

  test("survives a line that is no JSON", async () => {
    const { id, probe } = await open()
    probe.child.stdin.write("what?\n")
    expect((await probe.turn(id, "say still here")).said).toBe("still here")
    expect(probe.messages.some((message) => at(message, "error", "code") === -32700)).toBe(true)
  })

  test("is warm: one process, prompts counted", async () => {
    const { id, probe } = await open()
    expect((await probe.turn(id, "pid")).said).toBe(`pid ${probe.child.pid} prompts 1\n`)
    expect((await probe.turn(id, "pid")).said).toBe(`pid ${probe.child.pid} prompts 2\n`)
    expect((await probe.turn(id, "cwd\nenv BOOCODE_SCRIPTED_HOME")).said).toBe(`${folder}\nBOOCODE_SCRIPTED_HOME=${folder}/home\n`)
  })

  test("survives kill -9, and is resumed, loaded, listed and closed", async () => {
    const { id, probe } = await open()
    await probe.turn(id, "remember the milk\nreplay-on-load\nsay done")
    void probe.prompt(id, "say going on\nhang").catch(() => {})
    await probe.until(() => probe.said().includes("going on"))
    await probe.kill()

    const second = start()
    await second.initialize()
    await second.request("session/resume", { sessionId: id, cwd: folder, mcpServers: [] })
    expect(second.said()).toBe("")
    expect((await second.turn(id, "recall\nhistory")).said).toBe(
      "the milk\n1 \"remember the milk\\nreplay-on-load\\nsay done\"\n2 \"say going on\\nhang\"\n3 \"recall\\nhistory\"\n"
    )
    await second.request("session/close", { sessionId: id })
    await expect(second.prompt(id, "pid")).rejects.toThrow("not open")
    await second.request("session/load", { sessionId: id, cwd: folder, mcpServers: [] })
    const replayed = second.updates().filter((update) => textAt(update, "sessionUpdate") === "user_message_chunk")
    expect(replayed.map((update) => textAt(update, "content", "text"))[0]).toContain("remember")
    const listed = await second.request("session/list", { cwd: folder })
    expect(at(listed, "sessions")).toMatchObject([{ sessionId: id, cwd: folder, title: "remember the milk" }])
    await expect(second.request("session/load", { sessionId: "scripted-x", cwd: folder })).rejects.toMatchObject({ code: -32002 })
  })

  test("speaks ACP as the SDK understands it, every update of it", async () => {
    const { args, command, env } = launch()
    const child = Bun.spawn([command, ...args], { env: { ...process.env, ...env }, stdin: "pipe", stdout: "pipe" })
    onTestFinished(() => child.kill("SIGKILL"))
    const input = new WritableStream<Uint8Array>({ write: (bytes) => void (child.stdin.write(bytes), child.stdin.flush()) })
    const updates: Array<SessionUpdate> = []
    const connection = client({ name: "sdk" })
      .onNotification(methods.client.session.update, ({ params }) => void updates.push(params.update))
      .onRequest(methods.client.session.requestPermission, ({ params }) => ({
        outcome: { outcome: "selected", optionId: params.options[0]?.optionId ?? "" }
      }))
      .onRequest(methods.client.elicitation.create, () => ({ action: "accept", content: { name: "Ada" } }))
      .onRequest(methods.client.fs.readTextFile, ({ params }) => ({ content: `text of ${params.path}` }))
      .connect(ndJsonStream(input, child.stdout))
    await connection.agent.request(methods.agent.initialize, {
      protocolVersion: 1,
      clientCapabilities: { fs: { readTextFile: true }, elicitation: { form: {} } }
    })
    const { sessionId } = await connection.agent.request(methods.agent.session.new, { cwd: folder, mcpServers: [] })
    const script = [
      "say hello", "think hmm", "stream 2 every 0", "tool build 1", "write a.txt x", "read a.txt", "plan a; b", "permission Go",
      "elicit {\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"}}}", "commands x y", "usage 1 2 0.5", "title T", "fail-not"
    ]
    const answer = await connection.agent.request(methods.agent.session.prompt, {
      sessionId,
      prompt: [{ type: "text", text: script.join("\n") }]
    })
    expect(answer).toEqual({ stopReason: "end_turn", usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 } })
    expect(updates.map((update) => update.sessionUpdate)).toEqual([
      "available_commands_update", "agent_message_chunk", "agent_thought_chunk", "agent_message_chunk", "agent_message_chunk",
      ...Array.from({ length: 2 }, () => ["tool_call", "tool_call_update", "tool_call_update"]).flat(),
      "tool_call", "tool_call_update", "agent_message_chunk", "plan", "tool_call", "tool_call_update", "agent_message_chunk",
      "agent_message_chunk", "available_commands_update", "usage_update", "session_info_update", "agent_message_chunk", "agent_message_chunk"
    ])
    expect(JSON.stringify(updates)).toContain("permission: allow_once")
    expect(JSON.stringify(updates)).toContain("elicit: accept {\\\"name\\\":\\\"Ada\\\"}")
    expect(JSON.stringify(updates)).toContain(`read: text of ${folder}/a.txt`)
    connection.close()
  })
})

describe("text", () => {
  test("prose is echoed in small chunks, whole", async () => {
    const { id, probe } = await open()
    const prose = "Please look at the 👩‍🚀 and tell me\nwhat you think of it."
    const from = probe.messages.length
    expect((await probe.turn(id, prose)).said).toBe(prose)
    expect(probe.updates(from).length).toBeGreaterThan(5)
    const long = "word ".repeat(50_000).trim()
    expect((await probe.turn(id, long)).said).toBe(long)
  })

  test("a stream keeps its pace: 1,000 chunks at 1 ms", async () => {
    const { id, probe } = await open()
    const begin = performance.now()
    const { said } = await probe.turn(id, "stream 1000 every 1")
    const took = performance.now() - begin
    expect(said).toBe(words(1000))
    expect(took).toBeGreaterThanOrEqual(998)
    expect(took).toBeLessThan(1500)
  })

  test("a burst is exact, in count and bytes", async () => {
    const { id, probe } = await open()
    const from = probe.messages.length
    expect((await probe.turn(id, "burst 5000")).said).toBe(words(5000))
    expect(kinds(probe.updates(from)).filter((kind) => kind === "agent_message_chunk")).toHaveLength(5000)
    expect((await probe.turn(id, "burst 100 2048")).said).toHaveLength(204_800)
  })

  test("a flood waits for a client that reads late, and is exact", async () => {
    const { id, probe } = await open()
    probe.child.stdout.pause()
    const turn = probe.turn(id, "flood 8.5")
    const status = () => readFileSync(`/proc/${probe.child.pid}/status`, "utf8")
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(Number(/VmRSS:\s+(\d+)/.exec(status())?.[1])).toBeLessThan(150_000)
    probe.child.stdout.resume()
    expect((await turn).said).toHaveLength(8.5 * 1024 * 1024)
  })

  test("a large prompt arrives whole", async () => {
    const { id, probe } = await open()
    await probe.turn(id, `say ${"x".repeat(1024 * 1024)}`)
    expect(probe.said()).toHaveLength(1024 * 1024)
  })
})

describe("work", () => {
  test("writes a file as an edit with its diff", async () => {
    const { id, probe } = await open()
    writeFileSync(join(folder, "old.txt"), "before")
    await probe.turn(id, "write old.txt after\\n\nwrite deep/new.txt new")
    expect(readFileSync(join(folder, "old.txt"), "utf8")).toBe("after\n")
    expect(readFileSync(join(folder, "deep/new.txt"), "utf8")).toBe("new")
    const calls = probe.updates().filter((update) => textAt(update, "sessionUpdate")?.startsWith("tool_call"))
    expect(calls.map((update) => textAt(update, "status"))).toEqual([
      "pending", "in_progress", "completed", "pending", "in_progress", "completed"
    ])
    expect(calls[0]).toMatchObject({ kind: "edit", locations: [{ path: join(folder, "old.txt") }] })
    expect(calls[2]).toMatchObject({ content: [{ type: "diff", oldText: "before", newText: "after\n" }] })
    expect(calls[5]).toMatchObject({ content: [{ type: "diff", oldText: null, newText: "new" }] })
  })

  test("says that a write failed", async () => {
    const { id, probe } = await open()
    writeFileSync(join(folder, "file"), "")
    await probe.turn(id, "write file/below text")
    expect(probe.updates().at(-1)).toMatchObject({ status: "failed" })
  })

  test("says that the client offers no files and no elicitation", async () => {
    const { id, probe } = await open()
    expect((await probe.turn(id, "read a\nelicit {}")).said).toBe(
      "read: the client does not offer fs/read_text_file\nelicit: the client does not offer elicitation\n"
    )
  })

  test("says which blocks of the prompt are no text", async () => {
    const { id, probe } = await open()
    await probe.request("session/prompt", {
      sessionId: id,
      prompt: [
        { type: "text", text: "attached" },
        { type: "image", mimeType: "image/png", data: "" },
        { type: "resource", resource: { uri: "file:///a.txt", text: "a" } }
      ]
    })
    expect(probe.said()).toBe("image image/png\nresource file:///a.txt\n")
  })
})

describe("permission", () => {
  const choose = (probe: AcpProbe, optionId: string) =>
    probe.respond("session/request_permission", () => ({ outcome: { outcome: "selected", optionId } }))

  test("says the kind of what was chosen; always is remembered for its title", async () => {
    const { id, probe } = await open()
    choose(probe, "reject-once")
    expect((await probe.turn(id, "permission Push")).said).toBe("permission: reject_once\n")
    expect(probe.updates().at(-2)).toMatchObject({ sessionUpdate: "tool_call_update", status: "failed" })
    choose(probe, "allow-always")
    expect((await probe.turn(id, "permission Push\npermission Push")).said).toBe(
      "permission: allow_always\npermission: granted before\n"
    )
    probe.respond("session/request_permission", () => ({ outcome: { outcome: "cancelled" } }))
    expect((await probe.turn(id, "permission Other")).said).toBe("permission: cancelled\n")
  })

  test("is not asked in mode auto", async () => {
    const { id, probe } = await open()
    await probe.request("session/set_mode", { sessionId: id, modeId: "auto" })
    expect((await probe.turn(id, "permission Push")).said).toBe("permission: granted by mode auto\n")
  })

  test("a cancel ends the turn before the answer, with cancel-waits only after it", async () => {
    const { id, probe } = await open()
    const answer = Promise.withResolvers<unknown>()
    probe.respond("session/request_permission", () => answer.promise)
    const asked = (count: number) => probe.until(() =>
      probe.messages.filter((message) => textAt(message, "method") === "session/request_permission").length === count
    )
    const first = probe.turn(id, "permission A")
    await asked(1)
    probe.cancel(id)
    expect((await first).stopReason).toBe("cancelled")
    const second = probe.turn(id, "cancel-waits\npermission B")
    await asked(2)
    probe.cancel(id)
    probe.cancel(id)
    const early = await Promise.race([second, new Promise((resolve) => setTimeout(resolve, 100, "still waiting"))])
    expect(early).toBe("still waiting")
    answer.resolve({ outcome: { outcome: "cancelled" } })
    expect((await second).stopReason).toBe("cancelled")
  })
})

describe("ends", () => {
  test.each([["refuse", "refusal"], ["end max_tokens", "max_tokens"], ["say x", "end_turn"], ["", "end_turn"]])(
    "%j ends with %s",
    async (script, reason) => {
      const { id, probe } = await open()
      expect((await probe.turn(id, `${script}\n`)).stopReason).toBe(reason)
    }
  )

  test("fail answers with an error, and the next prompt works", async () => {
    const { id, probe } = await open()
    await expect(probe.prompt(id, "fail no credit left")).rejects.toThrow("no credit left")
    expect((await probe.turn(id, "say fine")).said).toBe("fine")
  })

  test("a cancel is prompt, nothing follows it, and the next prompt works", async () => {
    const { id, probe } = await open()
    for (const script of ["stream 1000 every 5", "burst 10000000", "hang", "sleep 60000", "tool slow 60000"]) {
      const turn = probe.turn(id, `say on\n${script}`)
      await probe.until(() => probe.said().endsWith("on") || probe.said().endsWith(" "))
      const begin = performance.now()
      probe.cancel(id)
      expect((await turn).stopReason).toBe("cancelled")
      expect(performance.now() - begin).toBeLessThan(500)
      const count = probe.messages.length
      expect((await probe.turn(id, "say next")).said).toBe("next")
      expect(probe.messages.length).toBe(count + 2)
    }
  })

  test("a cancel may be ignored, or answered end_turn", async () => {
    const { id, probe } = await open()
    const ignored = probe.turn(id, "ignore-cancel\nstream 10 every 5")
    await probe.until(() => probe.said() !== "")
    probe.cancel(id)
    expect(await ignored).toEqual({ stopReason: "end_turn", said: words(10) })
    const from = probe.messages.length
    const lied = probe.turn(id, "end-turn-on-cancel\nsay on\nhang")
    await probe.until(() => probe.said(from) === "on")
    probe.cancel(id)
    expect(await lied).toEqual({ stopReason: "end_turn", said: "on" })
  })

  test("a late update comes after the answer", async () => {
    const { id, probe } = await open()
    expect((await probe.turn(id, "say now\nlate-update 20")).said).toBe("now")
    await probe.until(() => probe.said() === "nowlate")
  })
})

describe("faults", () => {
  test("garbage is a line that is no JSON, of any size", async () => {
    const { id, probe } = await open()
    expect((await probe.turn(id, "garbage\ngarbage 1\nsay on")).said).toBe("on")
    const garbage = probe.messages.filter((message) => typeof message === "string")
    expect(garbage.map((line) => line.length)).toEqual([20, 1024 * 1024])
  })

  test("a crash says why on stderr, after all it had to say", async () => {
    const { id, probe } = await open()
    await expect(probe.turn(id, "burst 2000\ncrash 7")).rejects.toThrow("the agent ended")
    expect(await probe.exited).toEqual({ code: 7, signal: null })
    expect(probe.said()).toBe(words(2000))
    expect(probe.stderr).toContain("crash with code 7")
  })

  test("it ends with stdin and by SIGTERM, unless told to exit slowly", async () => {
    const { probe } = await open()
    expect(await probe.end()).toEqual({ code: 0, signal: null })
    const other = await open()
    expect(await other.probe.kill("SIGTERM")).toEqual({ code: null, signal: "SIGTERM" })
    const slow = await open()
    await slow.probe.turn(slow.id, "exit-slowly 400")
    const begin = performance.now()
    slow.probe.child.kill("SIGTERM")
    expect(await slow.probe.end()).toEqual({ code: 0, signal: null })
    expect(performance.now() - begin).toBeGreaterThan(350)
  })

  test("a forked child lives in another session, and on", async () => {
    const { id, probe } = await open()
    const pid = Number((await probe.turn(id, "fork-child")).said.split(" ")[1])
    try {
      await probe.end()
      expect(isAlive(pid)).toBe(true)
    } finally {
      process.kill(pid, "SIGKILL")
    }
  })

  test("a start hangs, is slow, or crashes as often as told", async () => {
    const hung = start({ SCRIPTED_HANG_START: "1" })
    const answered = hung.initialize().then(() => "answered", () => "ended")
    const begin = performance.now()
    await start({ SCRIPTED_SLOW_START: "200" }).initialize()
    expect(performance.now() - begin).toBeGreaterThan(195)
    await hung.end()
    expect(await answered).toBe("ended")
    for (const code of [1, 1, 0]) expect((await start({ SCRIPTED_CRASH_START: "2" }).end()).code).toBe(code)
  })

  test("load and resume are missing, or fail", async () => {
    const { id } = await open()
    const params = { sessionId: id, cwd: folder, mcpServers: [] }
    const without = start({ SCRIPTED_NO_LOAD: "1" })
    expect(at(await without.initialize(), "agentCapabilities")).toMatchObject({ loadSession: false })
    await expect(without.request("session/load", params)).rejects.toMatchObject({ code: -32601 })
    await expect(without.request("session/resume", params)).rejects.toMatchObject({ code: -32601 })
    const loadOnly = start({ SCRIPTED_NO_RESUME: "1" })
    expect(at(await loadOnly.initialize(), "agentCapabilities", "sessionCapabilities")).toEqual({ list: {}, close: {} })
    await loadOnly.request("session/load", params)
    const failing = start({ SCRIPTED_FAIL_LOAD: "1" })
    await failing.initialize()
    await expect(failing.request("session/load", params)).rejects.toMatchObject({ code: -32603 })
    await expect(failing.request("session/resume", params)).rejects.toMatchObject({ code: -32603 })
  })
})

test("it answers initialize within 120 ms of its start", async () => {
  const times: Array<number> = []
  for (let run = 0; run < 5; run++) {
    const begin = performance.now()
    await start().initialize()
    times.push(performance.now() - begin)
  }
  expect(Math.min(...times)).toBeLessThan(120)
})
