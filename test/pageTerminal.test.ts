/** The terminal in the page: a real shell in the session's worktree, as a person uses it. */
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer, Option, Stream } from "effect"
import type { Browser, Page } from "playwright-core"
import type { Client } from "../client/rpc/Client.ts"
import { browser, openTab } from "./support/Browser.ts"
import { makeRepository, newChat } from "./support/Journey.ts"
import { clientOf, runServer, type RunningServer, temporaryFolder } from "./support/RunningServer.ts"

class World extends Context.Service<World, {
  readonly server: RunningServer; readonly client: Client; readonly project: string; readonly browser: Browser
}>()("test/PageTerminalWorld") {
  static readonly layer = Layer.effect(World, Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const server = yield* runServer({ dataDir: join(folder, "data"), env: { SHELL: "/bin/sh", PS1: "$ " } })
    return World.of({ server, project: makeRepository(folder), client: yield* clientOf(server), browser: yield* browser })
  }))
}

const act = (run: () => Promise<unknown>) => Effect.asVoid(Effect.promise(run))
const rows = (page: Page) => page.locator("boo-terminal .xterm-rows")

/** A session whose panel stands at its terminals. */
const opened = Effect.fnUntraced(function*(options: Parameters<typeof openTab>[2] = {}) {
  const { browser, client, project, server } = yield* World
  const chat = yield* newChat(client, project, "scripted")
  const address = `${server.url}/?token=${server.token}#/s/${chat.sessionId}/c/${chat.id}/terminal`
  return { ...yield* openTab(browser, address, options), chat, address }
})
const enter = (page: Page, line: string) => act(async () => {
  await page.keyboard.type(line)
  await page.keyboard.press("Enter")
})
const openFirst = (page: Page) => act(async () => {
  await page.getByRole("button", { name: "Open a terminal" }).click()
  await rows(page).getByText("$").first().waitFor()
  await page.locator("boo-terminal textarea:focus").waitFor({ state: "attached" })
})

layer(World.layer, { excludeTestServices: true, timeout: "90 seconds" })("the terminal in the page", (it) => {
  it.effect("runs a shell in the worktree, fits the panel, keeps what it showed over a reload, and breaks no policy", () => Effect.gen(function*() {
    const { complaints, page } = yield* opened()
    yield* openFirst(page)
    yield* enter(page, "ls; basename \"$PWD\" | cut -c1-8; stty size")
    yield* act(() => rows(page).getByText("README.md").waitFor())
    yield* act(() => rows(page).getByText("project-").waitFor())
    yield* act(() => rows(page).getByText(/^\d\d \d\d/).waitFor())
    yield* enter(page, "printf '\\033[38;2;250;120;20mtrue colour\\033[0m \\033[1;31mred\\033[0m\\n'")
    yield* act(() => rows(page).locator("span", { hasText: /^true colour$/ }).last().waitFor())
    const colours = yield* Effect.promise(() => rows(page).locator("span", { hasText: /^(true colour|red)$/ }).evaluateAll((all) =>
      all.map((one) => getComputedStyle(one).color)))
    assert.strictEqual(new Set(colours).size, 2, `colours of their own: ${colours.join(" ")}`)
    yield* act(() => page.reload())
    yield* act(() => rows(page).getByText("README.md").waitFor())
    // a reload asks nothing again: the shell is given no answer that it would take for keys
    yield* enterShown(page)
    assert.deepStrictEqual(complaints, [])
  }), 90_000)

  it.effect("is left by F6, and the page's shortcuts are the shell's while it has the focus", () => Effect.gen(function*() {
    const { complaints, page } = yield* opened()
    yield* openFirst(page)
    yield* act(async () => {
      await page.keyboard.type("cat -v")
      await page.keyboard.press("Enter")
      await page.keyboard.press("Control+k")
      await page.keyboard.press("Escape")
      await page.keyboard.press("Alt+n")
      await page.keyboard.type("?/")
      await page.keyboard.press("Enter")
      await rows(page).getByText("^K^[^[n?/").first().waitFor()
    })
    assert.strictEqual(yield* Effect.promise(() => page.locator("dialog[open]").count()), 0)
    yield* act(() => page.keyboard.press("F6"))
    yield* act(() => page.locator("boo-terminals .plus:focus").first().waitFor())
    yield* act(() => page.getByRole("textbox", { name: /^Terminal: sh 1/ }).focus())
    yield* act(() => page.keyboard.press("Control+Shift+Escape"))
    yield* act(() => page.locator("boo-terminals [role=tab]:focus").waitFor())
    assert.deepStrictEqual(complaints, [])
  }), 90_000)

  it.effect("has several, says how one ended, starts it again in its place, and closes it with what runs in it", () => Effect.gen(function*() {
    const { chat, complaints, page } = yield* opened()
    const { client } = yield* World
    yield* openFirst(page)
    yield* act(() => page.getByRole("button", { name: "New terminal" }).click())
    yield* act(() => page.getByRole("tab", { name: "sh 2", selected: true }).waitFor())
    yield* act(() => rows(page).getByText("$").first().waitFor())
    yield* act(() => page.locator("boo-terminal textarea:focus").waitFor({ state: "attached" }))
    yield* enter(page, "exit 7")
    yield* act(() => page.getByText("The shell has ended with code 7.").waitFor())
    yield* act(() => page.getByRole("button", { name: "Start again" }).click())
    yield* act(() => page.getByText("The shell has ended with code 7.").waitFor({ state: "detached" }))
    const list = Option.getOrThrow(yield* Stream.runHead(client["terminal.Watch"]({ sessionId: chat.sessionId })))
    assert.deepStrictEqual(list.map(({ end, number }) => [number, end]), [[1, null], [2, null]])
    yield* act(() => page.getByRole("button", { name: "Close sh 2" }).click())
    yield* act(() => page.getByRole("tab", { name: "sh 1", selected: true }).waitFor())
    yield* act(() => page.getByRole("button", { name: "Close sh 1" }).click())
    yield* act(() => page.getByRole("button", { name: "Open a terminal" }).waitFor())
    assert.deepStrictEqual(complaints, [])
  }), 90_000)

  it.effect("stays usable in a flood, which Ctrl-C ends, and another chat's answer comes meanwhile", () => Effect.gen(function*() {
    const { chat, complaints, page } = yield* opened()
    const { client } = yield* World
    yield* openFirst(page)
    yield* enter(page, "yes 'a line of a flood'")
    yield* act(() => rows(page).getByText("a line of a flood").first().waitFor())
    yield* act(() => page.getByRole("textbox", { name: "Prompt" }).fill("say still here"))
    yield* act(() => page.keyboard.press("Enter"))
    yield* act(() => page.getByRole("log").getByText("still here", { exact: true }).last().waitFor())
    yield* act(() => page.getByRole("textbox", { name: /^Terminal/ }).focus())
    yield* act(() => page.keyboard.press("Control+c"))
    yield* enter(page, "echo wei''ter")
    yield* act(() => rows(page).getByText("weiter", { exact: true }).waitFor())
    yield* client["terminal.Close"]({ terminalId: Option.getOrThrow(yield* Stream.runHead(client["terminal.Watch"]({ sessionId: chat.sessionId })))[0]?.id ?? assert.fail() })
    yield* act(() => page.getByRole("button", { name: "Open a terminal" }).waitFor())
    assert.deepStrictEqual(complaints, [])
  }), 90_000)

  it.effect("has on a phone the keys that its keyboard has not, and fits it in light and dark", () => Effect.gen(function*() {
    for (const colorScheme of ["light", "dark"] as const) {
      const { complaints, page } = yield* opened({ colorScheme, viewport: { width: 390, height: 844 }, hasTouch: true })
      yield* openFirst(page)
      yield* enter(page, "cat -v")
      yield* act(() => page.getByRole("button", { name: "Ctrl", exact: true }).click())
      yield* act(() => page.keyboard.type("k"))
      yield* act(() => page.getByRole("button", { name: "Arrow up" }).click())
      yield* act(() => page.keyboard.press("Enter"))
      yield* act(() => rows(page).getByText("^K^[[A").first().waitFor())
      assert.strictEqual(yield* Effect.promise(() => page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")), 0)
      assert.deepStrictEqual(complaints, [])
    }
  }), 90_000)
})

/** One command after a reload, whose line is only that. */
function enterShown(page: Page) {
  return act(async () => {
    await page.locator("boo-terminal textarea").focus()
    await page.keyboard.type("echo cle''an")
    await page.keyboard.press("Enter")
    await rows(page).getByText("clean", { exact: true }).waitFor()
  })
}
