/** The page in a real browser, against a real server, as a person uses it. */
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import type { Browser, Page } from "playwright-core"
import type { Client } from "../client/rpc/Client.ts"
import { browser, openTab } from "./support/Browser.ts"
import { ask, endedTurn, makeRepository, newChat, prompt, until } from "./support/Journey.ts"
import { clientOf, runServer, type RunningServer, temporaryFolder } from "./support/RunningServer.ts"

class World extends Context.Service<World, {
  readonly server: RunningServer; readonly client: Client; readonly project: string; readonly folder: string; readonly browser: Browser
}>()("test/PageWorld") {
  static readonly layer = Layer.effect(World, Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const server = yield* runServer({ dataDir: join(folder, "data") })
    return World.of({ server, folder, project: makeRepository(folder), client: yield* clientOf(server), browser: yield* browser })
  }))
}

const act = (run: () => Promise<unknown>) => Effect.asVoid(Effect.promise(run))
const address = ({ token, url }: RunningServer, chat?: { readonly id: string; readonly sessionId: string }) =>
  `${url}/?token=${token}${chat === undefined ? "" : `#/s/${chat.sessionId}/c/${chat.id}`}`

const composer = (page: Page) => page.getByRole("textbox", { name: "Prompt" })
const timeline = (page: Page) => page.getByRole("log")

layer(World.layer, { excludeTestServices: true, timeout: "90 seconds" })("the page", (it) => {
  it.effect("from the ready line's address to an answer: add a project, whose first session begins by itself, and ask", () => Effect.gen(function*() {
    const { browser, project, server } = yield* World
    const { complaints, page } = yield* openTab(browser, address(server))
    yield* act(() => page.getByLabel("Path of a git repository on the server").first().fill(project))
    yield* act(() => page.keyboard.press("Enter"))
    yield* act(() => page.getByText("What should Scripted agent do?").waitFor())
    yield* act(() => composer(page).fill("say Hello, **world**"))
    yield* act(() => page.keyboard.press("Enter"))
    yield* act(() => timeline(page).locator("strong", { hasText: "world" }).waitFor())
    assert.notInclude(page.url(), "token")
    assert.deepStrictEqual(complaints, [])
  }), 90_000)

  it.effect("shows the stream, stops it by the button, and says who stopped it", () => Effect.gen(function*() {
    const { browser, client, project, server } = yield* World
    const chat = yield* newChat(client, project, "scripted")
    const { complaints, page } = yield* openTab(browser, address(server, chat))
    yield* act(() => composer(page).fill("stream 5000 every 10"))
    yield* act(() => page.keyboard.press("Enter"))
    yield* act(() => timeline(page).getByText(/word 30 /).waitFor())
    yield* act(() => page.getByRole("button", { name: /^Stop/ }).click())
    yield* act(() => timeline(page).getByText(/Stopped by/).waitFor())
    const state = yield* until(client, chat.id, (one) => endedTurn(one, 0) !== undefined)
    assert.strictEqual(state.turns[0]?.outcome, "stopped")
    assert.deepStrictEqual(complaints, [])
  }), 90_000)

  it.effect("a reload in the middle of a turn shows the same timeline, and the turn goes on (drill 7)", () => Effect.gen(function*() {
    const { browser, client, project, server } = yield* World
    const chat = yield* newChat(client, project, "scripted")
    const { page } = yield* openTab(browser, address(server, chat))
    yield* prompt(client, chat.id, "say # A heading\nthink wait\nstream 150 every 10\ntool build 10\nsay the end")
    for (const word of [10, 60, 120]) {
      yield* act(() => timeline(page).getByText(new RegExp(`word ${word} `)).waitFor())
      yield* act(() => page.reload())
    }
    yield* act(() => timeline(page).getByText("the end", { exact: true }).waitFor())
    const reloaded = yield* Effect.promise(() => timeline(page).ariaSnapshot())
    const other = yield* openTab(browser, address(server, chat))
    yield* act(() => timeline(other.page).getByText("the end", { exact: true }).waitFor())
    assert.strictEqual(yield* Effect.promise(() => timeline(other.page).ariaSnapshot()), reloaded)
    assert.include(reloaded, Array.from({ length: 150 }, (_, index) => `word ${index + 1}`).join(" "))
  }), 90_000)

  it.effect("a permission is answered on its card, in one browser for both (P6)", () => Effect.gen(function*() {
    const { browser, client, project, server } = yield* World
    const chat = yield* newChat(client, project, "scripted")
    const one = yield* openTab(browser, address(server, chat))
    const two = yield* openTab(browser, address(server, chat))
    yield* prompt(client, chat.id, "permission Delete the build folder")
    for (const { page } of [one, two]) yield* act(() => page.getByText("Delete the build folder").first().waitFor())
    yield* act(() => one.page.getByRole("button", { name: /allow once/i }).click())
    yield* until(client, chat.id, (state) => endedTurn(state, 0) !== undefined)
    yield* act(() => two.page.getByText(/owner/).first().waitFor())
    assert.strictEqual(yield* Effect.promise(() => two.page.getByRole("button", { name: /allow once/i }).count()), 0)
  }), 90_000)

  it.effect("what an agent says can't become script or style", () => Effect.gen(function*() {
    const { browser, client, project, server } = yield* World
    const chat = yield* newChat(client, project, "scripted")
    const { page } = yield* openTab(browser, address(server, chat))
    yield* ask(client, chat.id, `say <img src=x onerror="window.hacked=1"><script>window.hacked=2</script> [link](javascript:window.hacked=3) <b style="position:fixed">bold</b> fine`)
    yield* act(() => timeline(page).getByText(/fine/).first().waitFor())
    assert.isUndefined(yield* Effect.promise(() => page.evaluate("window.hacked")))
    assert.strictEqual(yield* Effect.promise(() => timeline(page).locator("script, [onerror], a[href^='javascript']").count()), 0)
  }), 90_000)

  it.effect("nothing overflows at phone width, in light and dark", () => Effect.gen(function*() {
    const { browser, client, project, server } = yield* World
    const chat = yield* newChat(client, project, "scripted")
    yield* ask(client, chat.id, `think hm\nplan a; b\nwrite src/a-rather-long-file-name-for-a-phone.ts export const a = 1\nsay ${"word ".repeat(80)}\\n\\n\`\`\`ts\\nexport const aVeryLongLine = "${"x".repeat(200)}"\\n\`\`\``)
    for (const colorScheme of ["light", "dark"] as const) {
      const { page } = yield* openTab(browser, address(server, chat), { colorScheme, viewport: { width: 390, height: 844 } })
      yield* act(() => timeline(page).getByText(/word word/).first().waitFor())
      const wide = yield* Effect.promise(() => page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
      assert.strictEqual(wide, 0)
      const button = yield* Effect.promise(() => page.getByRole("button", { name: /^Send/ }).boundingBox())
      assert.isAtMost((button?.x ?? 999) + (button?.width ?? 0), 390)
    }
  }), 90_000)
})
