import { assert, describe, it } from "vitest"
import { promptByteLimit } from "../../shared/Content.ts"
import { ToolCallId } from "../../shared/Ids.ts"
import { agents, directory } from "../../test/support/samples.ts"
import { formOf } from "../../shared/Elicitation.ts"
import { asked, chatOf, ended, ids } from "../../test/support/chatLog.ts"
import { agentChoices, agentForNew, matchingCommands, settingChoices, typedCommand } from "./agents.ts"
import { actionOf, contentOf, contentProblem } from "./composer.ts"
import { bannerOf } from "./connection.ts"
import { diffLines } from "./diff.ts"
import { placesFor, projectEntries } from "./directory.ts"
import { agoWords, dayWords, sinceWords, countWords, spanWords } from "./duration.ts"
import { answerWords, contentOf as answerOf } from "./elicitation.ts"
import { languageNamed, languageOfPath } from "./languages.ts"
import { neighbour, placeOf } from "./place.ts"
import { coverWords, optionName, type RequestItem } from "./request.ts"
import { thoughtPreview } from "./thought.ts"
import { tokenIn } from "./token.ts"
import { toolParts, toolPlaces, toolTitle } from "./toolCall.ts"

const call = { toolCallId: ToolCallId.make("t"), title: "Edit a.ts", kind: "edit", status: "completed", content: [], locations: [], startedAt: 0 } as const

describe("spans and moments", () => {
  it("uses the fewest words", () => {
    assert.deepEqual([0, 99, 400, 949, 1500, 61_000, 3_600_000 * 2 + 60_000].map(spanWords), ["0 ms", "99 ms", "0.4 s", "0.9 s", "2 s", "1 m 01 s", "2 h 01 m"])
    assert.deepEqual([-5, 999, 59_999, 60_000].map(countWords), ["0 s", "0 s", "59 s", "1 m 00 s"])
    assert.deepEqual([30_000, 300_000, 7_200_000].map((past) => agoWords(0, past)), ["now", "5 m", "2 h"])
    assert.deepEqual([30_000, 300_000, 30 * 86_400_000].map((past) => sinceWords(0, past)), ["just now", "5 m ago", `on ${dayWords(0)}`])
  })
})

describe("the composer's one button", () => {
  const running = chatOf(asked(1, "x"), 1000)
  it("sends, stops or queues", () => {
    assert.deepEqual([actionOf(undefined, true), actionOf(chatOf([...asked(1, "x"), ended(1)], 1000), false), actionOf(running, true), actionOf(running, false)], ["send", "send", "stop", "queue"])
  })
  it("keeps the text first and refuses what is too large", () => {
    const picture = { name: "p", mimeType: "image/png", data: "AAAA" }
    assert.deepEqual(contentOf("/go", [picture]).map(({ type }) => type), ["text", "image"])
    assert.deepEqual(contentOf(" \n", []), [])
    assert.isUndefined(contentProblem(contentOf("hi", [picture])))
    assert.include(contentProblem(contentOf("é".repeat(promptByteLimit / 2), [])), "at most 1 MB")
  })
})

describe("agents to choose", () => {
  it("offers those enabled and ready or loading, and says why others are not", () => {
    const choices = agentChoices(agents)
    assert.deepEqual(choices.filter(({ offered }) => offered).map(({ agent }) => agent.name), ["goose", "qwen", "scripted", "opencode"])
    assert.deepEqual(choices.slice(4).map(({ words }) => words), ["Not found on the server's PATH.", "It starts and then asks for a key: set GEMINI_API_KEY.", "Switched off in the settings."])
  })
  it("begins a session with the one chosen last, where it is there", () => {
    assert.deepEqual([agentForNew(agents, "qwen"), agentForNew(agents, "claude"), agentForNew([], "qwen")], ["qwen", "goose", undefined])
  })
  it("knows a command that is typed and those that fit", () => {
    assert.deepEqual([typedCommand("/re"), typedCommand("/re x"), typedCommand("a /re"), typedCommand("/")], ["re", undefined, undefined, ""])
    const commands = [{ name: "review", description: "" }, { name: "test", description: "prepare" }, { name: "prune", description: "" }]
    assert.deepEqual(matchingCommands(commands, "RE").map(({ name }) => name), ["review", "test"])
  })
  it("offers settings only where there is a choice", () => {
    const facts = { settings: { model: "b" }, inputTokens: 0, outputTokens: 0, cost: 0, turns: 0 }
    const choices = ["a", "b"].map((value) => ({ value, name: value }))
    const offered = settingChoices({
      ...facts, options: [{ id: "model", name: "M", category: "model", current: "a", choices }, { id: "x", name: "X", current: "a", choices }],
      modes: { current: "ask", available: [{ id: "ask", name: "Ask" }, { id: "auto", name: "Auto" }] }
    })
    assert.deepEqual(offered.map(({ current, setting }) => [setting, current]), [["model", "b"], ["mode", "ask"], ["permissions", "ask"]])
    assert.deepEqual(settingChoices(facts).map(({ setting }) => setting), ["permissions"])
  })
})

describe("tool calls", () => {
  it("has a title in one line", () => {
    assert.strictEqual(toolTitle({ title: " Read\n`a.ts` ", kind: "read" }), "Read a.ts")
    assert.strictEqual(toolTitle({ title: "", kind: "execute" }), "Run")
  })
  it("shows a diff instead of the input that made it, and an output once", () => {
    const diff = { type: "diff", path: "a.ts", oldText: null, newText: "x" } as const
    assert.deepEqual(toolParts({ ...call, content: [diff], input: "{\"content\":\"x\"}", output: "\"ok\"" }).map(({ _tag }) => _tag), ["Diff"])
    const shown = toolParts({ ...call, content: [{ type: "content", content: { type: "text", text: "```sh\nout\n```" } }], input: "{\"command\":\"ls\"}", output: "\"out\"" })
    assert.deepEqual(shown.map((part) => part._tag === "Text" && [part.name, part.text]), [["Command", "ls"], ["Output", "out"]])
  })
  it("shortens long paths, but none of a command", () => {
    assert.strictEqual(toolTitle({ title: "write · /srv/data/worktrees/x-1/src/retry.ts", kind: "edit" }), "write · …/src/retry.ts")
    assert.strictEqual(toolTitle({ title: "rm -rf /srv/data/worktrees/x-1/src", kind: "execute" }), "rm -rf /srv/data/worktrees/x-1/src")
    assert.strictEqual(toolTitle({ title: "Read /etc/hosts, src/a/b/c/d.ts and https://h/a/b/c/d", kind: "read" }), "Read /etc/hosts, src/a/b/c/d.ts and https://h/a/b/c/d")
  })
  it("says something of a terminal only where nothing else is shown", () => {
    const terminal = { type: "terminal", terminalId: "t" } as const
    assert.deepEqual(toolParts({ ...call, content: [terminal] }).map(({ _tag }) => _tag), ["Note"])
    assert.deepEqual(toolParts({ ...call, content: [terminal], output: "\"out\"" }).map((part) => part._tag === "Text" && part.name), ["Output"])
  })
  it("leaves out what is empty", () => {
    assert.deepEqual(toolParts({ ...call, input: "{}", output: "null" }), [])
  })
  it("names a place once, and not where the title does", () => {
    const places = toolPlaces({ ...call, locations: [{ path: "/w/src/a.ts" }, { path: "/w/src/b.ts", line: 3 }, { path: "/w/src/b.ts", line: 3 }, { path: "/w/src/a.ts", line: 7 }] })
    assert.deepEqual(places.map(({ name, words }) => [name, words]), [["src/a.ts", ""], ["src/b.ts:3", "src/b.ts:3"], ["src/a.ts:7", ":7"]])
  })
})

describe("diffs", () => {
  it("keeps the lines around a change and counts both sides", () => {
    const before = Array.from({ length: 30 }, (_, n) => `line ${n}`).join("\n")
    const { added, lines, removed } = diffLines(before, before.replace("line 15", "new\nlines"))
    assert.deepEqual([added, removed], [2, 1])
    assert.deepEqual(lines[0], { kind: "gap", count: 12 })
    assert.deepEqual(lines.filter(({ kind }) => kind !== "same" && kind !== "gap").map((line) => line.kind === "gap" ? 0 : [line.before, line.after]), [[16, undefined], [undefined, 16], [undefined, 17]])
  })
  it("is empty where nothing changed", () => {
    assert.deepEqual(diffLines("a\n", "a\n").lines, [])
  })
})

describe("permissions", () => {
  it("names options that have no name but their identifier", () => {
    assert.deepEqual([optionName({ optionId: "a", name: "allow_once", kind: "allow_once" }), optionName({ optionId: "b", name: "Allow All Edits", kind: "allow_always" })], ["Allow once", "Allow All Edits"])
  })
  it("says what an \"always\" will cover, and nothing of a \"once\"", () => {
    const item: RequestItem = { _tag: "Request", anchor: 1, turnId: ids.turn(1), requestId: ids.request(1), request: {
      _tag: "Permission", title: "rm -rf x", within: true, options: [{ optionId: "o", name: "Once", kind: "allow_once" }]
    } }
    const covers = (kind: "allow_always" | "allow_once", tool: "edit" | "execute") => coverWords(item, { optionId: "a", name: "A", kind }, ids.agent("goose"), tool)
    assert.strictEqual(covers("allow_always", "edit"), "From now on in this chat: goose may always change files in the worktree. You can take it back.")
    assert.include(covers("allow_always", "execute"), "goose may always run: rm -rf x")
    assert.isUndefined(covers("allow_once", "edit"))
    const outside = { ...item, request: { _tag: "Permission", title: "Edit", options: [{ optionId: "o", name: "Once", kind: "allow_once" }] } } as const
    assert.match(coverWords(outside, { optionId: "a", name: "A", kind: "allow_always" }, ids.agent("goose"), "edit") ?? "", /^This time only/)
  })
})

describe("forms", () => {
  const schema = JSON.stringify({ type: "object", required: ["a"], properties: {
    a: { type: "string", oneOf: [{ const: "x", title: "X!" }] }, b: { type: "integer", minimum: 1 }, c: { type: "boolean", default: true }, d: { type: "array" }
  } })
  it("asks what is flat, and says what it can't ask", () => {
    const form = formOf(schema)
    assert.deepEqual(form?.fields.map(({ kind, required }) => [kind, required]), [["choice", true], ["number", false], ["boolean", false]])
    assert.deepEqual(form?.unasked, ["d"])
    assert.isUndefined(formOf("no json"))
  })
  it("answers with typed values and leaves empty ones out", () => {
    const form = formOf(schema)
    assert.isDefined(form)
    if (form === undefined) return
    assert.deepEqual(JSON.parse(answerOf(form, new Map([["a", ["x"]], ["b", [""]]]))), { a: "x", c: false })
    assert.deepEqual(JSON.parse(answerOf(form, new Map([["b", ["3"]], ["c", ["on"]]]))), { b: 3, c: true })
    assert.strictEqual(answerWords(schema, "{\"a\":\"x\",\"b\":3}"), "a: x · b: 3")
  })
})

describe("where one is", () => {
  const all = directory("answer")
  it("finds the chat of an address, and the newest for one that is gone", () => {
    const [, , tests] = all.chats
    assert.strictEqual(placeOf(all, { sessionId: tests?.sessionId, chatId: tests?.id })?.chat, tests)
    assert.strictEqual(placeOf(all, { sessionId: "gone", chatId: undefined })?.session.title, "Queue semantics")
    assert.isUndefined(placeOf({ projects: [], sessions: [], chats: [] }, { sessionId: undefined, chatId: undefined }))
  })
  it("goes round the tabs", () => {
    const place = placeOf(all, { sessionId: all.sessions[0]?.id, chatId: all.chats[2]?.id })
    assert.isDefined(place)
    if (place !== undefined) assert.deepEqual([neighbour(place, 1)?.number, neighbour(place, -1)?.number], [1, 2])
  })
  it("lists open sessions newest first and finds chats by words in any order", () => {
    assert.deepEqual(projectEntries(all)[0]?.sessions.map(({ session }) => session.title), ["Queue semantics", "Fan-out without blocking a mailbox", "Docs"])
    assert.deepEqual(placesFor(all, "retry shop").map(({ where }) => where), ["shopfront"])
  })
})

describe("small words", () => {
  it("reads a token from whatever was pasted", () => {
    assert.deepEqual(["abc", " abc\n", "http://h:1/?token=a%2Bc#x", "boocode ready http://h:1/?token=abc", "two words", ""].map(tokenIn), ["abc", "abc", "a+c", "abc", undefined, undefined])
  })
  it("previews a thought", () => {
    assert.deepEqual([thoughtPreview("**Plan**\n\nthen do", false), thoughtPreview("**Plan**\n\nthen do", true)], ["Plan", "then do"])
  })
  it("names languages", () => {
    assert.deepEqual([languageNamed("TS"), languageOfPath("a/b.rs"), languageOfPath("Dockerfile"), languageOfPath("x.unknown")], ["typescript", "rust", "docker", "unknown"])
  })
  it("puts the lost connection before the lost database", () => {
    const away = { _tag: "Away", since: 1, detail: "" } as const
    assert.strictEqual(bannerOf({ _tag: "Offline", since: 1, reason: "Gone.", advice: "Wait." }, away)?.tone, "bad")
    assert.strictEqual(bannerOf({ _tag: "Online" }, away)?.title, "The database is away.")
    assert.isUndefined(bannerOf({ _tag: "Online" }, { _tag: "Ok" }))
  })
})
