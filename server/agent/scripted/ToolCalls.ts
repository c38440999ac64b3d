// The steps that are tool calls: a pretended one, a file written by the agent itself, a file read through the client.

import { mkdir, readFile, writeFile } from "node:fs/promises"
import { dirname, resolve } from "node:path"
import { at, textAt } from "./Json.ts"
import type { Turn } from "./Turn.ts"

const output = (text: string) => [{ type: "content" as const, content: { type: "text" as const, text } }]
const reason = (error: unknown) => error instanceof Error ? error.message : String(error)

export const tool = async (turn: Turn, name: string, ms: number): Promise<void> => {
  const toolCallId = turn.nextToolCallId()
  const { session } = turn
  session.update(
    { sessionUpdate: "tool_call", toolCallId, title: name, name, kind: "other", status: "pending", rawInput: { ms } },
    { sessionUpdate: "tool_call_update", toolCallId, status: "in_progress" }
  )
  if (ms > 0) await turn.pause(ms)
  session.update({
    sessionUpdate: "tool_call_update",
    toolCallId,
    status: "completed",
    content: output(`${name} is done`),
    rawOutput: { ms }
  })
}

/** The text of a file that is about to be replaced; null for a new one. */
const textBefore = (path: string) => readFile(path, "utf8").catch(() => null)

export const write = async (turn: Turn, path: string, text: string): Promise<void> => {
  const toolCallId = turn.nextToolCallId()
  const { session } = turn
  const target = resolve(session.kept.cwd, path)
  session.update(
    {
      sessionUpdate: "tool_call",
      toolCallId,
      title: `Write ${path}`,
      name: "write",
      kind: "edit",
      status: "pending",
      locations: [{ path: target }],
      rawInput: { path, text }
    },
    { sessionUpdate: "tool_call_update", toolCallId, status: "in_progress" }
  )
  try {
    const oldText = await textBefore(target)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, text)
    session.update({
      sessionUpdate: "tool_call_update",
      toolCallId,
      status: "completed",
      content: [{ type: "diff", path: target, oldText, newText: text }]
    })
  } catch (error) {
    session.update({ sessionUpdate: "tool_call_update", toolCallId, status: "failed", content: output(reason(error)) })
  }
}

/** From a line on, where one is named. */
export const read = async (turn: Turn, path: string, line: number | undefined): Promise<void> => {
  const { session } = turn
  if (!session.offered.readTextFile) return turn.report(`read: the client does not offer fs/read_text_file`)
  const toolCallId = turn.nextToolCallId()
  const target = resolve(session.kept.cwd, path), from = line === undefined ? {} : { line }
  session.update({
    sessionUpdate: "tool_call",
    toolCallId,
    title: `Read ${path}`,
    name: "read",
    kind: "read",
    status: "in_progress",
    locations: [{ path: target, ...from }],
    rawInput: { path, ...from }
  })
  try {
    const answer = await turn.answered(
      session.wire.request("fs/read_text_file", { sessionId: session.kept.id, path: target, ...from })
    )
    const content = textAt(answer, "content") ?? ""
    session.update({ sessionUpdate: "tool_call_update", toolCallId, status: "completed", content: output(content) })
    turn.report(`read: ${content}`)
  } catch (error) {
    if (turn.isCancelled) throw error
    session.update({ sessionUpdate: "tool_call_update", toolCallId, status: "failed", content: output(reason(error)) })
    turn.report(`read: failed, ${reason(error)}`)
  }
}

/** Runs a command in a terminal of the client's, shown in the tool call, and says how it ended. */
export const run = async (turn: Turn, command: string): Promise<void> => {
  const { session } = turn
  if (!session.offered.terminal) return turn.report("run: the client offers no terminals")
  const toolCallId = turn.nextToolCallId()
  const sessionId = session.kept.id
  session.update({ sessionUpdate: "tool_call", toolCallId, title: command, name: "run", kind: "execute", status: "in_progress", rawInput: { command } })
  const created = await turn.answered(session.wire.request("terminal/create", { sessionId, command: "sh", args: ["-c", command], cwd: session.kept.cwd }))
  const terminalId = textAt(created, "terminalId") ?? ""
  session.update({ sessionUpdate: "tool_call_update", toolCallId, content: [{ type: "terminal", terminalId }] })
  try {
    const exit = await turn.answered(session.wire.request("terminal/wait_for_exit", { sessionId, terminalId }))
    const code = at(exit, "exitCode")
    session.update({ sessionUpdate: "tool_call_update", toolCallId, status: code === 0 ? "completed" : "failed" })
    turn.report(`run: ${String(code)}`)
  } finally {
    session.wire.request("terminal/release", { sessionId, terminalId }).catch(() => {})
  }
}
