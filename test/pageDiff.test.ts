/** A change's diff in the page: read, copied, unfolded, decided hunk by hunk; commented, and the comments sent as one prompt. */
import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import type { Browser, Page } from "playwright-core"
import type { Client } from "../client/rpc/Client.ts"
import { browser, openTab } from "./support/Browser.ts"
import { ask, makeRepository, newChat, until } from "./support/Journey.ts"
import { clientOf, runServer, type RunningServer, temporaryFolder } from "./support/RunningServer.ts"

const lines = Array.from({ length: 80 }, (_, n) => `export const value${n + 1} = ${n + 1}`)
const changed = lines.map((line, n) => n === 9 ? "export const value10 = 1010" : n === 69 ? "export const value70 = 7070" : line)
const fileOf = (all: ReadonlyArray<string>) => `${all.join("\n")}\n`
const script = (path: string, text: string) => `write ${path} ${text.replaceAll("\n", "\\n")}`

class World extends Context.Service<World, {
  readonly server: RunningServer; readonly client: Client; readonly project: string; readonly browser: Browser
}>()("test/PageDiffWorld") {
  static readonly layer = Layer.effect(World, Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const server = yield* runServer({ dataDir: join(folder, "data") })
    const project = makeRepository(folder)
    mkdirSync(join(project, "src"))
    for (const name of ["values.ts", "noted.ts"]) writeFileSync(join(project, "src", name), fileOf(lines))
    const git = (...args: ReadonlyArray<string>) => execFileSync("git", ["-c", "user.name=Test", "-c", "user.email=test@example.invalid", ...args], { cwd: project, stdio: "pipe" })
    git("add", ".")
    git("commit", "-q", "-m", "Second")
    return World.of({ server, project, client: yield* clientOf(server), browser: yield* browser })
  }))
}

const act = (run: () => Promise<unknown>) => Effect.asVoid(Effect.promise(run))
const rows = (page: Page) => page.locator("boo-diff-rows")
const code = (page: Page, kind: string, text: string) => rows(page).locator(`.code.${kind}`, { hasText: text })
/** Of a line by its number on its side. */
const number = (page: Page, side: "old" | "new", n: number) => rows(page).locator(`.no[data-side="${side}"][data-n="${n}"]`)
const copied = async (page: Page): Promise<string> => {
  await page.keyboard.press("ControlOrMeta+c")
  return page.evaluate(() => navigator.clipboard.readText())
}

/** In the panel's list. */
const choose = (page: Page, path: string) => page.locator("boo-change-list").getByText(path.split("/").at(-1) ?? path).first().click()

/** The page at a file's change that the scripted agent made. */
const openChange = Effect.fn("openChange")(function*(path: string, text: string) {
  const { browser, client, project, server } = yield* World
  const chat = yield* newChat(client, project, "scripted")
  yield* ask(client, chat.id, script(path, text))
  const tab = yield* openTab(browser, `${server.url}/?token=${server.token}#/s/${chat.sessionId}/c/${chat.id}/changes`,
    { viewport: { width: 1500, height: 1000 }, permissions: ["clipboard-read", "clipboard-write"] })
  yield* act(() => choose(tab.page, path))
  return { ...tab, chat }
})

layer(World.layer, { excludeTestServices: true, timeout: "120 seconds" })("a change's diff in the page", (it) => {
  it.effect("is read with marks and colours, copied without numbers, unfolded, and applied one hunk at a time", () => Effect.gen(function*() {
    const { project } = yield* World
    const { complaints, page } = yield* openChange("src/values.ts", fileOf(changed))
    yield* act(async () => {
      await code(page, "removed", "value10 = 10").waitFor()
      await code(page, "added", "value10 = 1010").locator(".word", { hasText: "1010" }).waitFor()
      await code(page, "added", "value10 = 1010").locator(".keyword", { hasText: "export" }).waitFor()
      // what lies between is folded, and unfolds
      assert.strictEqual(await number(page, "new", 16).count(), 0)
      await page.getByRole("button", { name: "Show more lines below what is above" }).first().click()
      await number(page, "new", 16).waitFor()
      // chosen lines are copied as they are in the file
      await number(page, "old", 10).click()
      await number(page, "new", 11).click({ modifiers: ["Shift"] })
      assert.strictEqual(await copied(page), "export const value10 = 10\nexport const value10 = 1010\nexport const value11 = 11")
      await page.keyboard.press("n")
      await rows(page).locator(".row.chosen .code", { hasText: "value70 = 70" }).waitFor()
      // marked with the pointer
      await code(page, "added", "value70 = 7070").locator(".text").dblclick({ position: { x: 20, y: 8 } })
      assert.strictEqual((await copied(page)).trim(), "export")
      // the keys stay in their hunk when lines are unfolded above it
      await page.setViewportSize({ width: 1500, height: 1900 })
      await page.getByRole("button", { name: "Show more lines below what is above" }).first().click()
      await number(page, "new", 53).waitFor()
      await rows(page).locator(".row.chosen .code", { hasText: "value70 = 70" }).waitFor()
      // and the focus goes to what takes the place of the button that was pressed for the last time
      await page.locator("boo-hunk-head button:focus").and(page.getByRole("button", { name: /^Show the \d+ unchanged lines$/ })).press("Enter")
      await rows(page).locator(".scroller:focus").waitFor()
      await rows(page).locator(".scroller").press("Shift+A")
      await code(page, "added", "value70 = 7070").waitFor({ state: "detached" })
      await code(page, "added", "value10 = 1010").waitFor()
    })
    assert.strictEqual(readFileSync(join(project, "src/values.ts"), "utf8"), fileOf(lines.map((line, n) => n === 69 ? "export const value70 = 7070" : line)))
    assert.deepStrictEqual(complaints, [])
  }), 120_000)

  it.effect("takes comments on its lines, keeps them over a reload, says which are outdated, and sends them as one prompt", () => Effect.gen(function*() {
    const { client } = yield* World
    const { chat, complaints, page } = yield* openChange("src/noted.ts", fileOf(changed))
    const write = async (text: string) => {
      await rows(page).getByRole("textbox", { name: /^Comment on/ }).fill(text)
      await page.keyboard.press("ControlOrMeta+Enter")
      await rows(page).getByRole("article").filter({ hasText: text }).waitFor()
    }
    yield* act(async () => {
      await number(page, "new", 10).hover()
      await page.getByRole("button", { name: "Comment on line 10" }).last().click()
      await write("Why so much?")
      await number(page, "new", 68).click()
      await number(page, "new", 71).click({ modifiers: ["Shift"] })
      await page.keyboard.press("c")
      // what is begun stays when its lines go out of sight
      const area = rows(page).getByRole("textbox", { name: /^Comment on/ }), scroller = rows(page).locator(".scroller")
      await area.fill("These belong")
      for (let nth = 0; nth < 2; nth++) await rows(page).getByRole("button", { name: "Show more lines below what is above" }).first().click()
      await page.setViewportSize({ width: 1500, height: 520 })
      // nothing is left of the rows that went out of sight: a page that keeps a little of each is slower with every one
      const nodes = () => scroller.locator(".layer").evaluate((layer) => layer.childNodes.length)
      const bySight = async (top: number) => {
        await scroller.evaluate((element, to) => { element.scrollTo(0, to * element.scrollHeight) }, top)
        await page.evaluate(() => new Promise((resolve) => { requestAnimationFrame(() => { requestAnimationFrame(resolve) }) }))
      }
      await bySight(1)
      const few = await nodes()
      for (let nth = 0; nth < 20; nth++) await bySight(nth % 2)
      assert.isAtMost(await nodes(), few + 10)
      await scroller.evaluate((element) => { element.scrollTo(0, 0) })
      await area.waitFor({ state: "detached" })
      await scroller.evaluate((element) => { element.scrollTo(0, element.scrollHeight) })
      await area.waitFor()
      assert.strictEqual(await area.inputValue(), "These belong")
      await page.setViewportSize({ width: 1500, height: 1000 })
      await write("These belong together.")
      // the address knows the file
      await page.reload()
      await rows(page).getByRole("article", { name: "Comment on lines 68 to 71" }).waitFor()
      await page.getByRole("button", { name: "2 comments" }).waitFor()
    })
    // the agent writes the file anew: what the comments were written on is another content now
    yield* ask(client, chat.id, script("src/noted.ts", fileOf(["// anew", ...changed])))
    yield* act(async () => {
      await page.getByText("2 comments on lines that are not shown, or have changed since").waitFor()
      await page.getByRole("button", { name: "2 comments" }).click()
      const dialog = page.locator("boo-comments-send")
      await dialog.getByText("changed since").first().waitFor()
      const first = dialog.getByRole("article", { name: "Comment on line 10" })
      await first.getByRole("button", { name: "Delete this comment" }).click()
      await first.waitFor({ state: "detached" })
      await dialog.getByRole("button", { name: "Send 1 comment" }).click()
      await page.getByRole("button", { name: /^\d comment/ }).waitFor({ state: "detached" })
    })
    const { items } = yield* until(client, chat.id, ({ turns }) => turns.length === 3 && turns.every(({ outcome }) => outcome !== undefined))
    const sent = JSON.stringify(items)
    assert.include(sent, "`src/noted.ts`, lines 68 to 71 (the file has changed since)")
    assert.include(sent, "export const value70 = 7070\\nexport const value71 = 71")
    assert.include(sent, "These belong together.")
    assert.notInclude(sent, "Why so much?")
    assert.deepStrictEqual(complaints, [])
  }), 120_000)
})
