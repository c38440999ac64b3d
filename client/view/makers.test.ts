import { describe, expect, test } from "vitest"
import { changeOf, mixedChanges } from "../../test/support/changes.ts"
import { agents } from "../../test/support/samples.ts"
import { makersNote, makersOfAll, makersOfChange, standingWords } from "./makers.ts"

const titles = (change: Parameters<typeof makersOfChange>[0]) => makersOfChange(change, agents).map(({ label, title }) => [label, title])

describe("badges", () => {
  test("name every agent by its label, an unknown one verbatim, and the hand", () => {
    expect(titles(changeOf(1, "a", { agents: ["qwen", "my-own-agent"], manual: true })))
      .toEqual([["Qwen Code", "Staged by Qwen Code"], ["my-own-agent", "Staged by my-own-agent"], ["manual", "Manually staged"]])
  })
  test("say by hand where nobody is named", () => {
    expect(titles(changeOf(1, "a", { agents: [] }))).toEqual([["manual", "Manually staged"]])
  })
  test("of a set name each once", () => {
    expect(makersOfAll(mixedChanges, agents).map(({ name }) => name).toSorted()).toEqual(["goose", "manual", "my-own-agent", "qwen"])
  })
})

describe("the note over a set", () => {
  test("names the makers where they are several, agents first", () => {
    expect(makersNote([changeOf(1, "a", { agents: [], manual: true }), changeOf(2, "b")], agents)).toBe("Changes from goose, manual")
    expect(makersNote([changeOf(1, "a", { agents: ["goose", "qwen"] })], agents)).toBe("Changes from goose, Qwen Code")
  })
  test("is none where one made all of it", () => {
    expect(makersNote([changeOf(1, "a"), changeOf(2, "b")], agents)).toBeUndefined()
    expect(makersNote([], agents)).toBeUndefined()
  })
})

describe("what is not applied yet", () => {
  test("is said in a line", () => {
    expect(standingWords([], agents)).toBeUndefined()
    expect(standingWords([changeOf(1, "a")], agents)).toBe("goose's 1 file lives in this worktree")
    expect(standingWords([changeOf(1, "a"), changeOf(2, "b"), changeOf(3, "c")], agents)).toBe("goose's 3 files live in this worktree")
    expect(standingWords([changeOf(1, "a", { agents: [], manual: true })], agents)).toBe("1 file changed by hand lives in this worktree")
    expect(standingWords([changeOf(1, "a"), changeOf(2, "b", { manual: true })], agents)).toBe("2 files from goose, manual live in this worktree")
  })
})
