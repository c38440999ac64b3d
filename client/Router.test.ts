import { describe, expect, test } from "vitest"
import { readRoute, writeRoute } from "./Router.ts"

const session = "00000000-0000-4000-8000-000000000001", chat = "00000000-0000-4000-8000-000000000002"

describe("an address", () => {
  test("is read as it was written", () => {
    for (const route of [
      { sessionId: session, chatId: undefined, tab: undefined, path: undefined },
      { sessionId: session, chatId: chat, tab: undefined, path: undefined },
      { sessionId: session, chatId: chat, tab: "changes", path: undefined },
      { sessionId: session, chatId: undefined, tab: "terminal", path: undefined },
      { sessionId: session, chatId: chat, tab: "files", path: "a b/c#d%20/é\"?.ts:12" }
    ] as const) expect(readRoute(writeRoute(route.sessionId, route.chatId, route.tab, route.path))).toEqual(route)
  })

  test("that nobody wrote means nothing", () => {
    const nothing = { sessionId: undefined, chatId: undefined, tab: undefined, path: undefined }
    for (const hash of ["", "#/", "#/s/", `#/s/${session}/nowhere`, `#/s/${session}/c/${chat}/changesx`]) expect(readRoute(hash)).toEqual(nothing)
    expect(readRoute(`#/s/${session}/changes/%E0%A4%A`)).toEqual({ sessionId: session, chatId: undefined, tab: "changes", path: undefined })
  })
})
