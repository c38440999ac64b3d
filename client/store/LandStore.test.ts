import { describe, expect, test } from "vitest"
import { SessionId } from "../../shared/Ids.ts"
import { done } from "../rpc/Reply.ts"
import { quietWorkRemote } from "../rpc/quietWorkRemote.ts"
import type { WorkRemote } from "../rpc/WorkRemote.ts"
import { changeId, changeOf } from "../../test/support/changes.ts"
import { LandStore } from "./LandStore.ts"

const sessionId = SessionId.make(crypto.randomUUID())
const landing = (given: Partial<WorkRemote>) => new LandStore({ ...quietWorkRemote, ...given }, sessionId)

describe("landing", () => {
  test("that was not answered is asked for again under the same id, another one under another", async () => {
    const ids: Array<string> = []
    const store = landing({ land: ({ id }) => {
      ids.push(id)
      return Promise.resolve({ _tag: "Unreached", message: "The connection was lost before the server answered." })
    } })
    await store.land([changeId(1)], "Message", undefined)
    expect(store.problem).toBe("The connection was lost before the server answered.")
    await store.land([changeId(1)], "Message", undefined)
    await store.land([changeId(1)], "Another", undefined)
    expect([ids[0] === ids[1], ids[1] === ids[2]]).toEqual([true, false])
  })

  test("names what keeps it from landing, and pushes what has landed", async () => {
    let conflicts = true
    const store = landing({
      land: () => Promise.resolve(done(conflicts ? { _tag: "Conflicted", changes: [changeOf(1, "a")] } : { _tag: "Landed", commit: "abc", branch: "main", changes: [] })),
      push: ({ branch, remote }) => Promise.resolve(done({ remote, branch, commit: "abc" }))
    })
    await store.push("origin")
    expect(store.pushed).toBeUndefined()
    await store.land([changeId(1)], "Message", undefined)
    expect([store.conflicts.map(({ path }) => path), store.landed]).toEqual([["a"], undefined])
    conflicts = false
    await store.land([changeId(1)], "Message", undefined)
    await store.push("origin")
    expect([store.conflicts, store.landed?.commit, store.pushed]).toEqual([[], "abc", "origin/main"])
  })
})
