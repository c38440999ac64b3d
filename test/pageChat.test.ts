/** What a chat's page does for the person at it: the queue, the cause of an ending, the past, keys, agents, signing in. */
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import type { Browser, BrowserContextOptions, Page } from "playwright-core"
import type { Client } from "../client/rpc/Client.ts"
import { browser, openTab } from "./support/Browser.ts"
import { makeRepository, newChat } from "./support/Journey.ts"
import { clientOf, runServer, type RunningServer, temporaryFolder } from "./support/RunningServer.ts"

class World extends Context.Service<World, {
  readonly server: RunningServer; readonly client: Client; readonly project: string; readonly folder: string; readonly browser: Browser
}>()("test/PageChatWorld") {
  static readonly layer = Layer.effect(World, Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const server = yield* runServer({ dataDir: join(folder, "data") })
    return World.of({ server, folder, project: makeRepository(folder), client: yield* clientOf(server), browser: yield* browser })
  }))
}

const act = (run: () => Promise<unknown>) => Effect.asVoid(Effect.promise(run))
const timeline = (page: Page) => page.getByRole("log")
const answer = (page: Page, text: string) => timeline(page).locator("boo-markdown").getByText(text)
const write = async (page: Page, text: string): Promise<void> => {
  await page.getByRole("textbox", { name: "Prompt" }).fill(text)
  await page.keyboard.press("Enter")
}

/** A tab that shows a new chat with the scripted agent. */
const chatTab = Effect.fn("chatTab")(function*(options: BrowserContextOptions = {}) {
  const { browser, client, project, server } = yield* World
  const chat = yield* newChat(client, project, "scripted")
  return yield* openTab(browser, `${server.url}/?token=${server.token}#/s/${chat.sessionId}/c/${chat.id}`, options)
})

layer(World.layer, { excludeTestServices: true, timeout: "90 seconds" })("a chat's page", (it) => {
  it.effect("completes a directory and adds the repository in it by keys", () => Effect.gen(function*() {
    const { browser, folder, server } = yield* World
    makeRepository(folder, "second")
    const { complaints, page } = yield* openTab(browser, `${server.url}/?token=${server.token}`)
    yield* act(async () => {
      const add = page.getByRole("button", { name: "Add a project" }).first()
      await add.click()
      const path = page.getByRole("combobox", { name: /Path of a git repository/ }).last()
      await path.fill(join(folder, "se"))
      await page.getByRole("option", { name: "second" }).last().waitFor()
      await path.press("ArrowDown")
      await path.press("Enter")
      await page.getByRole("heading", { name: /What should/ }).waitFor()
    })
    assert.deepStrictEqual(complaints, [])
  }), 90_000)

  it.effect("queues while the agent works, stops by Escape, holds the queue, changes it and resumes it", () => Effect.gen(function*() {
    const { page } = yield* chatTab()
    yield* act(async () => {
      await write(page, "stream 5000 every 10")
      await answer(page, "word 5").waitFor()
      await page.getByRole("textbox", { name: "Prompt" }).fill("say from the queue")
      await page.getByRole("button", { name: "Queue" }).click()
      await page.getByText("1 prompt waiting").waitFor()
      await page.getByRole("button", { name: "Stop" }).waitFor()
      await page.keyboard.press("Escape")
      await timeline(page).getByText(/Stopped by/).waitFor()
      await page.getByText("1 prompt held").waitFor()
      await page.getByRole("button", { name: "Change this prompt" }).click()
      await page.getByRole("textbox", { name: "The prompt's text" }).fill("say changed in the queue")
      await page.getByRole("button", { name: "Save" }).click()
      await page.getByText("say changed in the queue").waitFor()
      await page.getByRole("button", { name: "Resume" }).click()
      await answer(page, "changed in the queue").waitFor()
    })
  }), 90_000)

  it.effect("says at every moment what is going on", () => Effect.gen(function*() {
    const { page } = yield* chatTab()
    yield* act(async () => {
      const progress = timeline(page).getByRole("status")
      await write(page, "sleep 1500\nthink hm\nsleep 1500\ntool Build 1500\nstream 100 every 20")
      for (const words of [/Starting|Waiting for the first word/, /Thinking/, /Running Build/, /Writing/]) await progress.getByText(words).waitFor()
      await progress.waitFor({ state: "detached" })
    })
  }), 90_000)

  it.effect("tells why a turn failed with its agent's last words, and the next prompt works", () => Effect.gen(function*() {
    const { page } = yield* chatTab()
    yield* act(async () => {
      await write(page, "say All is well.\ncrash 3")
      await page.getByRole("alert").getByText("The agent's process exited with code 3.").waitFor()
      await page.getByText("What it last wrote").click()
      await page.getByText("crash with code 3").waitFor()
      await write(page, "say back again")
      await answer(page, "back again").waitFor()
    })
  }), 90_000)

  it.effect("loads what is older where the reader scrolls up, and keeps what they read in its place (P17)", () => Effect.gen(function*() {
    const { page } = yield* chatTab()
    yield* act(async () => {
      const step = (n: number) => timeline(page).getByText(`Step ${n}`, { exact: true })
      await write(page, [...Array.from({ length: 260 }, (_, n) => `tool Step ${n} 0`), "say done"].join("\n"))
      await answer(page, "done").waitFor()
      await page.reload()
      await answer(page, "done").waitFor()
      assert.strictEqual(await step(3).count(), 0)
      await step(255).waitFor({ state: "visible" })
      await page.getByRole("button", { name: "Show older" }).evaluate((button) => button.scrollIntoView())
      await step(3).waitFor({ state: "attached" })
      await page.getByRole("button", { name: "Jump to latest" }).click()
      await page.getByRole("button", { name: "Jump to latest" }).waitFor({ state: "detached" })
    })
  }), 90_000)

  it.effect("can be used by keys alone", () => Effect.gen(function*() {
    const { page } = yield* chatTab()
    const current = (name: string) => page.getByRole("tab", { name, selected: true })
    yield* act(async () => {
      await page.getByRole("heading", { name: /What should/ }).waitFor()
      await page.keyboard.press("Alt+n")
      await current("Chat 2").waitFor()
      await page.keyboard.press("Alt+ArrowUp")
      await current("Chat 1").waitFor()
      await page.keyboard.press("Control+k")
      await page.getByRole("combobox", { name: "Find a chat" }).fill("Chat 2")
      await page.keyboard.press("Enter")
      await current("Chat 2").waitFor()
      await current("Chat 2").press("F2")
      await page.getByRole("textbox", { name: "The chat's name" }).fill("Renamed")
      await page.keyboard.press("Enter")
      await current("Renamed").waitFor()
      await page.keyboard.press("?")
      await page.getByRole("dialog", { name: "Keys" }).waitFor()
      await page.keyboard.press("Escape")
      await page.getByRole("dialog", { name: "Keys" }).waitFor({ state: "hidden" })
    })
  }), 90_000)

  it.effect("offers the agents that are there, and says why the others are not", () => Effect.gen(function*() {
    const { page } = yield* chatTab()
    yield* act(async () => {
      await page.getByRole("button", { name: "Agent: Scripted agent" }).click()
      await page.getByRole("menuitemradio", { name: "Scripted agent", checked: true }).waitFor()
      await page.getByText("Not available").waitFor()
      await page.getByText(/not on the server's PATH/i).first().waitFor()
    })
  }), 90_000)

  it.effect("keeps the list in a drawer on a phone", () => Effect.gen(function*() {
    const { page } = yield* chatTab({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
    yield* act(async () => {
      const list = page.getByRole("navigation", { name: "Projects" })
      await page.getByRole("button", { name: "Show the list" }).click()
      await list.getByRole("link").first().click()
      await page.getByRole("button", { name: "Show the list" }).waitFor()
    })
  }), 90_000)

  it.effect("says that it is not signed in, and takes the ready line instead", () => Effect.gen(function*() {
    const { server } = yield* World
    const { page } = yield* chatTab()
    yield* act(async () => {
      await page.getByText("Connected").waitFor()
      await page.evaluate("localStorage.setItem('boocode.token', 'wrong')")
      await page.reload()
      await page.getByText("The server does not take the token").waitFor()
      await page.getByLabel(/paste that address/).fill(`boocode ready ${server.url}/?token=${server.token}`)
      await page.keyboard.press("Enter")
      await page.getByText("Connected").waitFor()
      assert.notInclude(page.url(), "token")
    })
  }), 90_000)
})
