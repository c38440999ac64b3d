/** The files of a worktree in the page: looked through, searched, opened at a line, and changed by hand. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import type { Browser } from "playwright-core"
import type { Client } from "../client/rpc/Client.ts"
import { browser, openTab } from "./support/Browser.ts"
import { ask, makeRepository, newChat } from "./support/Journey.ts"
import { clientOf, runServer, type RunningServer, temporaryFolder } from "./support/RunningServer.ts"

class World extends Context.Service<World, {
  readonly server: RunningServer; readonly client: Client; readonly project: string; readonly browser: Browser
}>()("test/PageFilesWorld") {
  static readonly layer = Layer.effect(World, Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const server = yield* runServer({ dataDir: join(folder, "data") })
    return World.of({ server, project: makeRepository(folder), client: yield* clientOf(server), browser: yield* browser })
  }))
}

const act = (run: () => Promise<unknown>) => Effect.asVoid(Effect.promise(run))

/** A chat whose agent has written a file; the panel stands at the files. */
const opened = Effect.fnUntraced(function*(options: Parameters<typeof openTab>[2] = {}) {
  const { browser, client, project, server } = yield* World
  const chat = yield* newChat(client, project, "scripted")
  yield* ask(client, chat.id, "write src/queue.ts export const queue = 1")
  const top = readdirSync(join(server.dataDir, "worktrees")).map((name) => join(server.dataDir, "worktrees", name))
    .find((path) => existsSync(join(path, "src/queue.ts")) && !existsSync(join(path, ".seen"))) ?? assert.fail()
  writeFileSync(join(top, ".seen"), "")
  mkdirSync(join(top, "src/deep"))
  writeFileSync(join(top, "src/deep/long.ts"), Array.from({ length: 900 }, (_, line) => `export const value${line + 1} = ${line + 1}`).join("\n"))
  const tab = yield* openTab(browser, `${server.url}/?token=${server.token}#/s/${chat.sessionId}/c/${chat.id}/files`, options)
  yield* act(() => tab.page.getByRole("treeitem", { name: "README.md" }).waitFor())
  return { ...tab, top }
})

layer(World.layer, { excludeTestServices: true, timeout: "90 seconds" })("the files in the page", (it) => {
  it.effect("are a tree by its keys, with what is new; a file has colours, and a line that was searched for is shown", () => Effect.gen(function*() {
    const { complaints, page } = yield* opened()
    yield* act(async () => {
      const src = page.getByRole("treeitem", { name: /^src/ })
      await src.focus()
      await page.keyboard.press("ArrowRight")
      await page.getByRole("treeitem", { name: "queue.ts, new" }).waitFor()
      await page.keyboard.press("ArrowDown")
      await page.keyboard.press("ArrowDown")
      await page.keyboard.press("Enter")
      await page.locator("boo-file-view .keyword", { hasText: "export" }).waitFor()
      await page.getByRole("button", { name: "Back to the files" }).click()
      await page.getByRole("button", { name: "Search in files" }).click()
      await page.getByRole("searchbox", { name: "Search in files" }).fill("VALUE777 =")
      await page.locator("boo-file-search mark", { hasText: "value777 =" }).click()
      await page.locator("boo-file-view .line.at", { hasText: "export const value777 = 777" }).waitFor()
      assert.match(page.url(), /files\/src%2Fdeep%2Flong\.ts%23L777$/)
      await page.reload()
      await page.locator("boo-file-view .line.at", { hasText: "value777" }).waitFor()
    })
    assert.deepStrictEqual(complaints, [])
  }), 90_000)

  it.effect("are found by name, changed, made and deleted by hand; what changed meanwhile is not written over", () => Effect.gen(function*() {
    const { complaints, page, top } = yield* opened()
    yield* act(async () => {
      await page.getByRole("searchbox", { name: "Find a file by its name" }).fill("queue")
      await page.getByRole("group", { name: "Files found" }).getByTitle("src/queue.ts").click()
      await page.getByRole("button", { name: "Edit", exact: true }).click()
      const field = page.getByRole("textbox", { name: "Content of src/queue.ts" })
      await field.fill("export const queue = 2\n")
      await field.press("Control+s")
      await page.locator("boo-file-view .line", { hasText: "export const queue = 2" }).waitFor()
    })
    assert.strictEqual(readFileSync(join(top, "src/queue.ts"), "utf8"), "export const queue = 2\n")
    yield* act(async () => {
      await page.getByRole("button", { name: "Edit", exact: true }).click()
      writeFileSync(join(top, "src/queue.ts"), "an agent's\n")
      await page.getByRole("textbox", { name: "Content of src/queue.ts" }).fill("mine\n")
      await page.getByRole("button", { name: "Save" }).click()
      await page.locator("boo-file-view").getByText("has changed since it was read here").waitFor()
    })
    assert.strictEqual(readFileSync(join(top, "src/queue.ts"), "utf8"), "an agent's\n")
    yield* act(async () => {
      await page.locator("boo-file-view").getByRole("button", { name: "Cancel" }).click()
      await page.getByRole("button", { name: "Back to the files" }).click()
      await page.getByRole("searchbox", { name: "Find a file by its name" }).fill("")
      await page.getByRole("button", { name: "New file" }).click()
      await page.getByRole("textbox", { name: "Path of the new file" }).fill("notes/new.md")
      await page.getByRole("button", { name: "Create", exact: true }).click()
      await page.locator("boo-file-view", { hasText: "notes/new.md" }).waitFor()
    })
    assert.isTrue(existsSync(join(top, "notes/new.md")))
    yield* act(async () => {
      await page.getByRole("button", { name: "Delete the file" }).click()
      await page.locator("boo-file-view").getByRole("button", { name: "Delete", exact: true }).click()
      await page.locator("boo-file-view").waitFor({ state: "detached" })
    })
    assert.isFalse(existsSync(join(top, "notes/new.md")))
    assert.deepStrictEqual(complaints, [])
  }), 90_000)

  it.effect("that a turn changed are shown as they are asked for, and the figures are of all of them", () => Effect.gen(function*() {
    const { browser, client, project, server } = yield* World
    const chat = yield* newChat(client, project, "scripted")
    const names = Array.from({ length: 260 }, (_, nth) => `many/${String(nth).padStart(3, "0")}.txt`)
    yield* ask(client, chat.id, names.map((name) => `write ${name} ${name}\\n`).join("\n"))
    const { complaints, page } = yield* openTab(browser, `${server.url}/?token=${server.token}#/s/${chat.sessionId}/c/${chat.id}`)
    yield* act(async () => {
      const files = page.getByRole("group", { name: "Files of this turn" })
      await files.getByText("Changed 260 files +260").waitFor()
      for (const [shown, left, last] of [[5, 255, "004.txt"], [250, 10, "249.txt"], [260, 0, "259.txt"]] as const) {
        await files.getByRole("button", { name: last }).waitFor()
        assert.strictEqual(await files.getByRole("button", { name: /\.txt$/ }).count(), shown)
        if (left > 0) await files.getByRole("button", { name: `${left} more`, exact: true }).click()
      }
      assert.strictEqual(await files.getByRole("button", { name: / more$/ }).count(), 0)
    })
    assert.deepStrictEqual(complaints, [])
  }), 90_000)

  it.effect("fit a phone in light and dark", () => Effect.gen(function*() {
    for (const colorScheme of ["light", "dark"] as const) {
      const { complaints, page } = yield* opened({ colorScheme, viewport: { width: 390, height: 844 }, hasTouch: true })
      yield* act(async () => {
        await page.getByRole("treeitem", { name: "README.md" }).click()
        await page.locator("boo-file-view .line", { hasText: "# A project" }).waitFor()
        await page.getByRole("button", { name: "Back to the files" }).click()
        await page.getByRole("treeitem", { name: "README.md" }).waitFor()
      })
      assert.strictEqual(yield* Effect.promise(() => page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")), 0)
      assert.deepStrictEqual(complaints, [])
    }
  }), 90_000)
})
