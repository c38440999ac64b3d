/** The scripted model as a well-behaved one: it does what a drill's prompts say in words, with the tools an agent has. */
import type { ModelRequest } from "./ModelWire.ts"
import { call, type ModelStep, say, stream } from "./ModelScript.ts"
import type { Script } from "./ScriptedModel.ts"

/** An agent's tools: to run a command, and to write a file whose path is absolute. */
export interface DrillTools {
  readonly shell: (command: string) => ModelStep
  readonly write: (path: string, content: string) => ModelStep
}

export const drillTools: Readonly<Record<"goose" | "qwen" | "opencode", DrillTools>> = {
  goose: {
    shell: (command) => call("shell", { command }), write: (path, content) => call("write", { path, content })
  },
  qwen: {
    shell: (command) => call("run_shell_command", { command, is_background: false }),
    write: (path, content) => call("write_file", { file_path: path, content })
  },
  opencode: {
    shell: (command) => call("bash", { command, description: "Read a file" }), write: (path, content) => call("write", { filePath: path, content })
  }
}

type Reply = (request: ModelRequest, found: RegExpMatchArray) => ReadonlyArray<ModelStep>

const remembered = ({ messages }: ModelRequest): string =>
  /Remember the word (\w+)/.exec(messages.map(({ text }) => text).join("\n"))?.[1] ?? "nothing"

const repliesWith = (tools: DrillTools): ReadonlyArray<readonly [RegExp, Reply]> => [
  [/Answer with the single word (\w+)/g, (_, found) => [say(found[1] ?? "")]],
  [/Remember the word (\w+)/g, (_, found) => [say(found[1] ?? "")]],
  [/Which word did I ask/g, (request) => [say(remembered(request))]],
  [/Read the file (\S+)/g, ({ directory, results }, found) =>
    results.length === 0 ? [tools.shell(`cat ${directory}/${found[1] ?? ""}`)] : [say(/[a-z]+\d{3}/.exec(results.join(" "))?.[0] ?? "no word")]],
  [/Create the file (\S+)/g, ({ directory, results }, found) =>
    results.length === 0 ? [tools.write(`${directory}/${found[1] ?? ""}`, "made")] : [say("done")]],
  [/Count from 1 to/g, () => stream(1000, 20)]
]

/** Answers the drill's prompt that was said last: agents merge one that was stopped with the next. */
export const drillModel = (tools: DrillTools): Script => {
  const replies = repliesWith(tools)
  return (request) => {
    const asked = request.messages.findLast(({ role, text }) => role === "user" && replies.some(([prompt]) => text.search(prompt) >= 0))?.text ?? ""
    const found = replies.flatMap(([prompt, reply]) => [...asked.matchAll(prompt)].map((match) => ({ match, reply })))
      .sort((a, b) => a.match.index - b.match.index).at(-1)
    return found?.reply(request, found.match)
  }
}
