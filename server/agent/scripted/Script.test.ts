import { expect, test } from "vitest"
import { parse, parseLine, type Step } from "./Script.ts"

const cases: ReadonlyArray<readonly [string, Step]> = [
  ["say hello there", { _tag: "Say", text: "hello there" }],
  ["say one\\ntwo\\\\n", { _tag: "Say", text: "one\ntwo\\n" }],
  ["/say hello", { _tag: "Say", text: "hello" }],
  ["think hard", { _tag: "Think", text: "hard" }],
  ["stream 3", { _tag: "Stream", count: 3, everyMs: 20 }],
  ["stream 3 every 0", { _tag: "Stream", count: 3, everyMs: 0 }],
  ["  stream 3 every 7ms  ", { _tag: "Stream", count: 3, everyMs: 7 }],
  ["clock 3 every 5", { _tag: "Clock", count: 3, everyMs: 5 }],
  ["burst 100", { _tag: "Burst", count: 100, bytes: undefined }],
  ["burst 100 16", { _tag: "Burst", count: 100, bytes: 16 }],
  ["flood 0.5", { _tag: "Flood", megabytes: 0.5 }],
  ["sleep 10", { _tag: "Sleep", ms: 10 }],
  ["tool build", { _tag: "Tool", name: "build", ms: 0 }],
  ["tool run all tests 250", { _tag: "Tool", name: "run all tests", ms: 250 }],
  ["write a/b.txt some text", { _tag: "Write", path: "a/b.txt", text: "some text" }],
  ["write empty.txt", { _tag: "Write", path: "empty.txt", text: "" }],
  ["read a.txt", { _tag: "Read", path: "a.txt", line: undefined }],
  ["read a.txt 7", { _tag: "Read", path: "a.txt", line: 7 }],
  ["plan look; think ; do", { _tag: "Plan", entries: ["look", "think", "do"] }],
  ["permission Run rm -rf", { _tag: "Permission", title: "Run rm -rf" }],
  ["elicit {\"type\":\"object\"}", { _tag: "Elicit", schema: { type: "object" } }],
  ["commands a b c", { _tag: "Commands", names: ["a", "b", "c"] }],
  ["commands", { _tag: "Commands", names: [] }],
  ["usage 10 20 0.01", { _tag: "Usage", input: 10, output: 20, cost: 0.01 }],
  ["usage 10 20", { _tag: "Usage", input: 10, output: 20, cost: undefined }],
  ["title A name", { _tag: "Title", text: "A name" }],
  ["remember the milk", { _tag: "Remember", text: "the milk" }],
  ["recall", { _tag: "Recall" }],
  ["history", { _tag: "History" }],
  ["pid", { _tag: "Pid" }],
  ["cwd", { _tag: "Cwd" }],
  ["env HOME", { _tag: "Env", name: "HOME" }],
  ["settings", { _tag: "Settings" }],
  ["attached", { _tag: "Attached" }],
  ["context", { _tag: "Context" }],
  ["stray", { _tag: "Stray" }],
  ["run npm test -- --watch", { _tag: "Run", command: "npm test -- --watch" }],
  ["withdraw Write a file 100", { _tag: "Withdraw", name: "Write a file", ms: 100 }],
  ["overtake Write a file", { _tag: "Overtake", name: "Write a file", ms: 0 }],
  ["hang", { _tag: "Hang" }],
  ["crash", { _tag: "Crash", code: 1 }],
  ["crash 3", { _tag: "Crash", code: 3 }],
  ["exit-slowly", { _tag: "ExitSlowly", ms: 30_000 }],
  ["exit-slowly 500", { _tag: "ExitSlowly", ms: 500 }],
  ["ignore-cancel", { _tag: "IgnoreCancel" }],
  ["end-turn-on-cancel", { _tag: "EndTurnOnCancel" }],
  ["cancel-waits", { _tag: "CancelWaits" }],
  ["late-update 5", { _tag: "LateUpdate", ms: 5 }],
  ["fork-child", { _tag: "ForkChild" }],
  ["garbage", { _tag: "Garbage", megabytes: undefined }],
  ["garbage 17", { _tag: "Garbage", megabytes: 17 }],
  ["replay-on-load", { _tag: "ReplayOnLoad" }],
  ["refuse", { _tag: "End", reason: "refusal" }],
  ["end max_tokens", { _tag: "End", reason: "max_tokens" }],
  ["fail no credit left", { _tag: "Fail", text: "no credit left" }]
]

test.each(cases)("%s", (line, step) => {
  expect(parseLine(line)).toEqual(step)
})

test.each([
  "", "say", "stream", "stream many", "stream 3 every", "sleep well", "crash loudly", "hang on a moment", "elicit {", "elicit 3",
  "end of story", "usage 1", "usage 1 2 much", "env", "env A B", "constructor", "Say hello", "plans a; b", "refuse this", "read my mind"
])("%j is prose", (line) => {
  expect(parseLine(line)).toBeUndefined()
})

test("steps come in the order of their lines, and blank lines make none", () => {
  expect(parse("say a\n\n\r\nhang\r\nsay b\n")).toEqual([{ _tag: "Say", text: "a" }, { _tag: "Hang" }, { _tag: "Say", text: "b" }])
})

test("neighbouring lines of prose are one echo, its own blank lines kept", () => {
  expect(parse("Dear agent,\n\nplease help.\nsay yes\nThank you")).toEqual([
    { _tag: "Echo", text: "Dear agent,\n\nplease help." },
    { _tag: "Say", text: "yes" },
    { _tag: "Echo", text: "Thank you" }
  ])
})

test("an empty prompt has no steps", () => {
  expect(parse("")).toEqual([])
  expect(parse(" \n ")).toEqual([])
})
