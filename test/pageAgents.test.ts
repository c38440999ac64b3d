/** What a chat's page says of its agents: continuity, backends, silence, rules, usage, and whom it calls back. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, layer, vi } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import type { Browser, BrowserContextOptions, Page } from "playwright-core"
import type { Client } from "../client/rpc/Client.ts"
import { browser, openTab } from "./support/Browser.ts"
import { isAlive, makeRepository, newChat, prompt, until } from "./support/Journey.ts"
import { clientOf, main, runServer, type RunningServer, temporaryFolder } from "./support/RunningServer.ts"


class World extends Context.Service<World, {
  readonly server: RunningServer; readonly client: Client; readonly project: string; readonly browser: Browser
}>()("test/PageAgentsWorld") {
  static readonly layer = Layer.effect(World, Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const dataDir = join(folder, "data")
    const scripted = { command: process.execPath, args: [main, "scripted-agent"] }
    mkdirSync(dataDir, { recursive: true, mode: 0o711 })
    writeFileSync(join(dataDir, "agents.json"), JSON.stringify({ agents: [
      { name: "twin", label: "Twin", ...scripted }, { name: "forgetful", label: "Forgetful", ...scripted, quirks: { resume: "never" } }
    ] }))
    const server = yield* runServer({ dataDir })
    return World.of({ server, project: makeRepository(folder), client: yield* clientOf(server), browser: yield* browser })
  }))
}

const act = (run: () => Promise<unknown>) => Effect.asVoid(Effect.promise(run))
const timeline = (page: Page) => page.getByRole("log")
const answer = (page: Page, text: string) => timeline(page).locator("boo-markdown").getByText(text)
const chip = (page: Page) => page.locator("boo-continuity button")
const titled = (page: Page, title: RegExp) => vi.waitUntil(async () => title.test(await page.title()), { timeout: 20_000 })
const write = async (page: Page, text: string): Promise<void> => {
  await page.getByRole("textbox", { name: "Prompt" }).fill(text)
  await page.keyboard.press("Enter")
}
const choose = async (page: Page, label: string): Promise<void> => {
  await page.getByRole("button", { name: /^Agent: / }).click()
  await page.getByRole("menuitemradio", { name: label }).click()
  await page.getByRole("button", { name: `Agent: ${label}` }).waitFor()
}

/** A tab that shows a new chat with the scripted agent. */
const chatTab = Effect.fn("chatTab")(function*(options: BrowserContextOptions = {}) {
  const { browser, client, project, server } = yield* World
  const chat = yield* newChat(client, project, "scripted")
  return { chat, ...yield* openTab(browser, `${server.url}/?token=${server.token}#/s/${chat.sessionId}/c/${chat.id}`, options) }
})

layer(World.layer, { excludeTestServices: true, timeout: "90 seconds" })("a chat's agents, in its page", (it) => {
  it.effect("resume when one comes back to them: the chip says so before, the timeline after", () => Effect.gen(function*() {
    const { complaints, page } = yield* chatTab()
    yield* act(async () => {
      await page.getByRole("heading", { name: /What should/ }).waitFor()
      assert.strictEqual(await chip(page).count(), 0, "no turn has ended")
      await write(page, "remember the blue house\nsay one")
      await answer(page, "one").waitFor()
      await chip(page).getByText("Resuming Scripted agent · last active just now").waitFor()
      await choose(page, "Twin")
      await chip(page).getByText("New session for Twin").waitFor()
      await write(page, "say two")
      await answer(page, "two").waitFor()
      await timeline(page).getByText("New session for Twin: it doesn't know what was said before").waitFor()
      await chip(page).getByText("Resuming Twin").waitFor()
      await choose(page, "Scripted agent")
      await chip(page).getByText("Resuming Scripted agent").waitFor()
      await write(page, "recall")
      await answer(page, "the blue house").waitFor()
      await timeline(page).getByText("Scripted agent goes on with its session").waitFor()
    })
    assert.deepStrictEqual(complaints, [])
  }), 90_000)

  it.effect("that were evicted resume, and one that can't is told the history", () => Effect.gen(function*() {
    const { page } = yield* chatTab()
    yield* act(async () => {
      await choose(page, "Forgetful")
      await write(page, "say one")
      await answer(page, "one").waitFor()
      await chip(page).getByText("Forgetful is told the history").click()
      const backend = page.getByRole("article", { name: "Forgetful" })
      await backend.getByRole("button", { name: "Evict" }).click()
      await backend.getByText("Not running").waitFor()
      await page.keyboard.press("Escape")
      await write(page, "say two")
      await timeline(page).getByText("Forgetful was told what was said so far").waitFor()
    })
  }), 90_000)

  it.effect("whose session is lost say that they began anew, and why (drill 10)", () => Effect.gen(function*() {
    const { client, server } = yield* World
    const { chat, page } = yield* chatTab()
    yield* act(async () => {
      await write(page, "remember the blue house\nsay one")
      await answer(page, "one").waitFor()
      await chip(page).getByText("Resuming Scripted agent").waitFor()
    })
    assert.isTrue(yield* client["agent.Evict"]({ chatId: chat.id, agent: chat.agent }))
    // where the scripted agent remembers
    rmSync(join(server.dataDir, "home", "state", "boocode-scripted"), { recursive: true })
    yield* act(async () => {
      await write(page, "say two")
      await answer(page, "two").waitFor()
      await timeline(page).getByText("Scripted agent began anew: it doesn't know what was said before").waitFor()
      await chip(page).getByText("Scripted agent began anew").waitFor()
      assert.include(await chip(page).getAttribute("title"), "Its session could not be taken up again")
      await page.reload()
      await chip(page).getByText("Scripted agent began anew").waitFor()
    })
  }), 90_000)

  it.effect("show their backend: process, memory, usage; restarted and ended by hand, and not while they work", () => Effect.gen(function*() {
    const { client } = yield* World
    const { chat, page } = yield* chatTab()
    yield* act(async () => {
      await write(page, "usage 1200 40 0.5\nsay measured")
      await answer(page, "measured").waitFor()
      await page.getByRole("button", { name: /1 turn · 1.2k in · 40 out · \$0.50/ }).click()
    })
    const backend = page.getByRole("region", { name: "In this chat" }).getByRole("article", { name: "Scripted agent" })
    const pid = async (): Promise<number> => Number(/pid (\d+)/.exec(await backend.innerText())?.[1])
    yield* act(async () => {
      await backend.getByText(/pid \d+ · \d+ MB · up \d+ s/).waitFor()
      await backend.getByText("measured").waitFor()
      await backend.getByText("Ready").waitFor()
      const first = await pid()
      await backend.getByRole("button", { name: "Restart" }).click()
      await backend.getByText("Resumed.").waitFor()
      assert.isFalse(isAlive(first))
    })
    yield* prompt(client, chat.id, "sleep 4000\nsay late")
    yield* act(async () => {
      await backend.getByText("At work").waitFor()
      assert.isTrue(await backend.getByRole("button", { name: "Evict" }).isDisabled())
      assert.include(await backend.getByRole("button", { name: "Evict" }).getAttribute("title"), "at work")
      await backend.getByText("Ready").waitFor()
      const last = await pid()
      await backend.getByRole("button", { name: "Evict" }).click()
      await backend.getByText("Not running").waitFor()
      assert.isFalse(isAlive(last))
    })
  }), 90_000)

  it.effect("are told what \"always\" will cover, and the rule is listed and taken back", () => Effect.gen(function*() {
    const { page } = yield* chatTab()
    yield* act(async () => {
      await write(page, "permission Paint it")
      const always = timeline(page).getByRole("button", { name: /always/i }).first()
      assert.match(await always.getAttribute("title") ?? "", /scripted may always .*You can take it back/)
      await always.click()
      await timeline(page).getByText("by owner").waitFor()
      await write(page, "permission Paint it")
      await timeline(page).getByRole("button", { name: "by a rule" }).click()
      const rules = page.getByRole("region", { name: "Rules of this chat" })
      await rules.getByText(/scripted may always/).waitFor()
      await rules.getByRole("button", { name: /Revoke/ }).click()
      await rules.getByText(/Nothing by a rule/).waitFor()
      await page.keyboard.press("Escape")
      await write(page, "permission Paint it")
      await timeline(page).getByText("The agent asks for permission").waitFor()
      await page.keyboard.press("Escape")
      await timeline(page).getByText(/Stopped by/).waitFor()
    })
  }), 90_000)

  it.effect("that fall silent are said to, with a Stop beside it; a tool at work is no silence", () => Effect.gen(function*() {
    const { page } = yield* chatTab()
    yield* act(async () => {
      await page.getByRole("heading", { name: /What should/ }).waitFor()
      await page.clock.install()
      await write(page, "say hm\nhang")
      await answer(page, "hm").waitFor()
      await page.clock.runFor(72_000)
      await timeline(page).getByText(/Scripted agent has said nothing for 1 min 1\d s/).waitFor()
      await timeline(page).getByRole("button", { name: "Stop" }).click()
      await page.clock.runFor(2000)
      await timeline(page).getByText(/Stopped by/).waitFor()
      await write(page, "tool Build 600000")
      await timeline(page).getByRole("status").getByText("Running Build").waitFor()
      await page.clock.runFor(72_000)
      assert.strictEqual(await timeline(page).getByText("has said nothing").count(), 0)
      await page.keyboard.press("Escape")
    })
  }), 90_000)

  it.effect("that speak by themselves have a heading instead of a prompt", () => Effect.gen(function*() {
    const { client } = yield* World
    const { chat, page } = yield* chatTab()
    yield* act(async () => {
      await write(page, "late-update 300\nsay asked")
      await timeline(page).getByRole("heading", { name: "Scripted agent spoke by itself" }).waitFor()
    })
    yield* until(client, chat.id, ({ turns }) => turns.some(({ origin, outcome }) => origin === "agent" && outcome !== undefined))
  }), 90_000)

  it.effect("call a person back: the title counts, the inbox lists, a notification opens the chat", () => Effect.gen(function*() {
    const { browser, client, project, server } = yield* World
    const one = yield* newChat(client, project, "scripted"), other = yield* newChat(client, project, "scripted")
    const { complaints, page } = yield* openTab(browser, `${server.url}/?token=${server.token}#/s/${one.sessionId}/c/${one.id}`)
    yield* act(async () => {
      await page.addInitScript(`
        globalThis.notified = []
        globalThis.Notification = class { static permission = "default"; static requestPermission = async () => { Notification.permission = "granted"; return "granted" }
          constructor(title) { this.title = title; notified.push(this) } addEventListener(_, listener) { this.click = listener } close() {} }`)
      await page.reload()
      await page.getByRole("heading", { name: /What should/ }).waitFor()
      assert.strictEqual(await page.evaluate("Notification.permission"), "default", "nobody was asked on load")
      await page.keyboard.press("Alt+i")
      await page.getByText("Nobody waits for you").waitFor()
      await page.getByRole("checkbox", { name: /Notify me/ }).check()
      await page.keyboard.press("Escape")
      await page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true }); document.dispatchEvent(new Event('visibilitychange'))")
    })
    yield* prompt(client, other.id, "permission Paint it")
    yield* prompt(client, one.id, "say done")
    yield* until(client, one.id, ({ turns }) => turns.some(({ outcome }) => outcome === "completed"))
    yield* act(async () => {
      await titled(page, /^\(2\) /)
      assert.strictEqual(await page.evaluate("notified.map(({ title }) => title.split(' · ')[0]).sort().join()"), "Finished,scripted waits for your answer")
      await page.evaluate("Object.defineProperty(document, 'hidden', { value: false, configurable: true }); document.dispatchEvent(new Event('visibilitychange'))")
      await titled(page, /^\(1\) /)
      await page.evaluate("notified.find(({ title }) => title.includes('waits')).click()")
      await timeline(page).getByText("The agent asks for permission").waitFor()
      await page.keyboard.press("Alt+i")
      const entry = page.getByRole("list", { name: "What wants you" }).getByRole("button", { name: /waits for your answer/ })
      await entry.press("Enter")
      await timeline(page).getByRole("button", { name: /once/i }).first().click()
      await titled(page, /^[^(]/)
    })
    assert.deepStrictEqual(complaints, [])
  }), 90_000)

  it.effect("show where they work, once they have worked", () => Effect.gen(function*() {
    const { page } = yield* chatTab()
    yield* act(async () => {
      await write(page, "cwd")
      await page.getByRole("button", { name: /Copy the worktree's path: \// }).waitFor()
    })
  }), 90_000)
})
