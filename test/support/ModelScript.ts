// What the scripted model does with a request: the steps, and how a prompt holds them. Pure. By default the model reads its script
// from the last user message, so that a journey drives it through any agent, a step a line (lines that are no step are passed
// over, since agents wrap prompts in text of their own):
//
//   say TEXT              TEXT in one piece; \n is a line break
//   stream N [every MS]   N pieces "word 1 " …, every 20 ms by default
//   clock N [every MS]    N pieces: the time at which each is sent, in microseconds since 1970
//   think TEXT            reasoning, where the wire has it
//   call TOOL {JSON}      a tool call; the steps after it are played when its result is seen. $CWD is the agent's directory
//   sleep MS, hang, drop  waits; never goes on; breaks the connection
//   status CODE [TEXT]    an HTTP error in place of the answer
//
// When the results of all calls are seen and no step is left, the model says `done`; without any step it says `ok`.

export type ModelStep =
  | { readonly _tag: "Say" | "Think"; readonly text: string }
  | { readonly _tag: "Call"; readonly tool: string; readonly args: unknown }
  | { readonly _tag: "Sleep"; readonly ms: number }
  | { readonly _tag: "Status"; readonly status: number; readonly text: string }
  | { readonly _tag: "Hang" }
  | { readonly _tag: "Clock" }
  | { readonly _tag: "Drop" }

/** Steps for tests that script in code. */
export const say = (text: string): ModelStep => ({ _tag: "Say", text })
export const call = (tool: string, args: unknown): ModelStep => ({ _tag: "Call", tool, args })
export const sleep = (ms: number): ModelStep => ({ _tag: "Sleep", ms })
export const status = (code: number, text = "as told"): ModelStep => ({ _tag: "Status", status: code, text })
const paced = (count: number, everyMs: number, step: (number: number) => ModelStep): ReadonlyArray<ModelStep> =>
  Array.from({ length: count }, (_, index) => [...(index === 0 ? [] : [sleep(everyMs)]), step(index + 1)]).flat()
export const stream = (count: number, everyMs = 20): ReadonlyArray<ModelStep> => paced(count, everyMs, (number) => say(`word ${number} `))
const clock = (count: number, everyMs: number): ReadonlyArray<ModelStep> => paced(count, everyMs, () => ({ _tag: "Clock" }))

const readCall = (tool: string, json: string): ReadonlyArray<ModelStep> => {
  try {
    const args: unknown = JSON.parse(json)
    return [call(tool, args)]
  } catch {
    return []
  }
}

const readLine = (line: string): ReadonlyArray<ModelStep> => {
  const [, verb = "", rest = ""] = /^\s*([a-z]+)(?: (.*?))?\s*$/.exec(line) ?? []
  const [first = "", ...others] = rest.split(" ")
  const number = /^\d+$/.test(first) ? Number(first) : undefined
  if (verb === "say" && rest !== "") return [say(rest.replaceAll("\\n", "\n"))]
  if (verb === "think" && rest !== "") return [{ _tag: "Think", text: rest }]
  if (verb === "call") return readCall(first, others.join(" "))
  if (verb === "hang" && rest === "") return [{ _tag: "Hang" }]
  if (verb === "drop" && rest === "") return [{ _tag: "Drop" }]
  if (number === undefined) return []
  if (verb === "sleep" && others.length === 0) return [sleep(number)]
  if (verb === "status") return [status(number, others.join(" ") || undefined)]
  if (verb !== "stream" && verb !== "clock") return []
  const every = /^(?: every (\d+))?$/.exec(rest.slice(first.length))
  return every === null ? [] : (verb === "stream" ? stream : clock)(number, Number(every[1] ?? 20))
}

export const hasStep = (text: string): boolean => text.split("\n").some((line) => readLine(line).length > 0)

/** The steps of one answer: those between the calls whose results were seen and the next call, which is part of it. */
export const answerFrom = (prompt: string, resultsSeen: number): ReadonlyArray<ModelStep> => {
  const steps = prompt.split("\n").flatMap(readLine)
  if (steps.length === 0) return [say("ok")]
  const answers: Array<Array<ModelStep>> = [[]]
  for (const step of steps) {
    answers.at(-1)?.push(step)
    if (step._tag === "Call") answers.push([])
  }
  const answer = answers[Math.min(resultsSeen, answers.length - 1)] ?? []
  return answer.length === 0 ? [say("done")] : answer
}
