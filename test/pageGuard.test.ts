/** How sessions begin from another base and end without losing work, in the page. */
import { execFileSync } from "node:child_process"
import { existsSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import type { Browser } from "playwright-core"
import type { Client } from "../client/rpc/Client.ts"
import { browser, openTab } from "./support/Browser.ts"
import { ask, makeRepository, newChat } from "./support/Journey.ts"
import { parkByHand } from "./support/Parked.ts"
import { untilWork } from "./support/Work.ts"
import { clientOf, runServer, type RunningServer, temporaryFolder } from "./support/RunningServer.ts"

class World extends Context.Service<World, {
  readonly server: RunningServer; readonly client: Client; readonly project: string; readonly browser: Browser
}>()("test/PageGuardWorld") {
  static readonly layer = Layer.effect(World, Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const server = yield* runServer({ dataDir: join(folder, "data") })
    const project = makeRepository(folder)
    const git = (...args: ReadonlyArray<string>) => execFileSync("git", ["-c", "user.name=T", "-c", "user.email=t@example.invalid", ...args], { cwd: project, stdio: "pipe" })
    git("tag", "v1")
    writeFileSync(join(project, "later.txt"), "later\n")
    git("add", "-A")
    git("commit", "-q", "-m", "Later")
    return World.of({ server, project, client: yield* clientOf(server), browser: yield* browser })
  }))
}

const act = (run: () => Promise<unknown>) => Effect.asVoid(Effect.promise(run))
/** Kept where a folder for them is named. */
const shots = process.env["BOOCODE_SHOTS"]

layer(World.layer, { excludeTestServices: true, timeout: "120 seconds" })("a session, in the page", (it) => {
  it.effect("says what only it has, is parked and deleted, and is restored as it was", () => Effect.gen(function*() {
    const { browser, client, project, server } = yield* World
    const chat = yield* newChat(client, project, "scripted")
    yield* ask(client, chat.id, "write notes.txt precious\nwrite README.md changed\nsay done")
    yield* client["session.Rename"]({ sessionId: chat.sessionId, title: "Fix the door" })
    const { complaints, page } = yield* openTab(browser, `${server.url}/?token=${server.token}#/s/${chat.sessionId}/c/${chat.id}`)
    const shot = (name: string) => shots === undefined ? Promise.resolve() : page.screenshot({ path: join(shots, `${name}.png`) })
    const dialog = page.locator("boo-guard")
    yield* act(async () => {
      await page.getByRole("button", { name: "More for Fix the door" }).click()
      await page.getByRole("menuitem", { name: "Delete…" }).click()
      await dialog.getByText("1 untracked file", { exact: true }).waitFor()
      await dialog.getByText("notes.txt").first().waitFor()
      await shot("delete")
      await dialog.getByRole("button", { name: "Discard its work…" }).click()
      await dialog.getByRole("button", { name: "Discard and delete" }).waitFor()
      await shot("discard")
      await dialog.getByRole("button", { name: "Park its work and delete" }).click()
      await dialog.waitFor({ state: "detached" })
      await page.getByRole("button", { name: "More for Fix the door" }).waitFor({ state: "detached" })
      parkByHand(project, Array.from({ length: 55 }, (_, nth) => ({ title: `Work ${nth + 1}`, at: 1_700_000_000 - nth })))
      await page.getByRole("button", { name: "More for the project project" }).click()
      await shot("menu")
      await page.getByRole("menuitem", { name: "Parked work…" }).click()
      await dialog.getByText("Fix the door").waitFor()
      await shot("parked")
      assert.strictEqual(await dialog.getByRole("listitem").count(), 50)
      await dialog.getByRole("button", { name: "Show older" }).click()
      await dialog.getByText("Work 55").waitFor()
      assert.strictEqual(await dialog.getByRole("listitem").count(), 56)
      assert.strictEqual(await dialog.getByRole("button", { name: "Show older" }).count(), 0)
      await dialog.getByText("Work 55").scrollIntoViewIfNeeded()
      await dialog.getByRole("button", { name: "Discard Work 55" }).click()
      await dialog.getByRole("button", { name: "Discard for good" }).click()
      await dialog.getByText("Work 55").waitFor({ state: "detached" })
      await dialog.getByRole("button", { name: "Restore" }).first().click()
      await dialog.waitFor({ state: "detached" })
      await page.getByRole("button", { name: "More for Fix the door" }).waitFor()
    })
    const parked = yield* client["session.Parked"]({ limit: 200 })
    assert.deepStrictEqual([parked.length, parked.filter(({ title }) => title === "Fix the door" || title === "Work 55"), complaints], [54, [], []])
  }), 150_000)

  it.effect("says that its worktree's folder is gone and what is kept of it, which parking parks", () => Effect.gen(function*() {
    const { browser, client, project, server } = yield* World
    const chat = yield* newChat(client, project, "scripted")
    yield* ask(client, chat.id, "write notes.txt precious\nwrite README.md changed\nsay done")
    yield* client["session.Rename"]({ sessionId: chat.sessionId, title: "Mend the roof" })
    const { worktree } = yield* untilWork(client, chat.sessionId, ({ changes }) => changes.length === 2)
    rmSync(worktree?.path ?? assert.fail("no worktree"), { recursive: true })
    const { page } = yield* openTab(browser, `${server.url}/?token=${server.token}#/s/${chat.sessionId}/c/${chat.id}`)
    const dialog = page.locator("boo-guard")
    yield* act(async () => {
      await page.getByRole("button", { name: "More for Mend the roof" }).click()
      await page.getByRole("menuitem", { name: "Delete…" }).click()
      await dialog.getByText(/^The worktree's folder is gone; its last checkpoint, of .* still holds 2 changes\./).waitFor()
      for (const colorScheme of ["light", "dark"] as const) for (const width of shots === undefined ? [] : [1440, 390]) {
        await page.emulateMedia({ colorScheme })
        await page.setViewportSize({ width, height: 844 })
        await page.screenshot({ path: join(shots ?? "", `vanished-${width}-${colorScheme}.png`) })
      }
      await page.setViewportSize({ width: 1440, height: 900 })
      await dialog.getByRole("button", { name: "Park its work and delete" }).click()
      await dialog.waitFor({ state: "detached" })
    })
    const [parked] = (yield* client["session.Parked"]({ limit: 200 })).filter(({ title }) => title === "Mend the roof")
    assert.strictEqual(parked?.files, 2)
    assert.strictEqual(execFileSync("git", ["show", `${parked?.ref}:notes.txt`], { cwd: project, encoding: "utf8" }).trim(), "precious")
  }), 120_000)

  it.effect("begins from another base, and its project's setup is kept", () => Effect.gen(function*() {
    const { browser, project, server } = yield* World
    const { complaints, page } = yield* openTab(browser, `${server.url}/?token=${server.token}`, { viewport: { width: 390, height: 844 }, colorScheme: "dark", hasTouch: true, isMobile: true })
    const shot = (name: string) => shots === undefined ? Promise.resolve() : page.screenshot({ path: join(shots, `${name}.png`) })
    const dialog = page.locator("boo-guard")
    const list = page.getByRole("button", { name: "Show the list" })
    yield* act(async () => {
      await list.click()
      await page.getByRole("button", { name: "More for the project project" }).click()
      await page.getByRole("menuitem", { name: "Setup command…" }).click()
      await dialog.getByRole("textbox", { name: "Setup command" }).fill("cat later.txt; echo set > set.txt")
      await shot("setup-phone")
      await dialog.getByRole("button", { name: "Save" }).click()
      await dialog.waitFor({ state: "detached" })
      await page.getByRole("button", { name: "More for the project project" }).click()
      await page.getByRole("menuitem", { name: "New session from…" }).click()
      await dialog.getByRole("combobox").fill("v1")
      await dialog.getByRole("option", { name: /^v1/ }).waitFor()
      await shot("base-phone")
      await page.keyboard.press("Enter")
      await dialog.waitFor({ state: "detached" })
      await page.getByRole("textbox", { name: "Prompt" }).fill("say here\nread set.txt")
      await page.getByRole("button", { name: "Send" }).click()
      await page.getByRole("log").getByText("Set up the worktree").first().waitFor()
      await page.getByRole("log").locator("boo-markdown").getByText("here").first().waitFor()
      await shot("setup-in-chat-phone")
    })
    const listed = execFileSync("git", ["worktree", "list", "--porcelain"], { cwd: project, encoding: "utf8" })
    const cut = (listed.match(/(?<=^worktree ).*$/gm) ?? []).filter((path) => existsSync(join(path, "set.txt")))
    assert.deepStrictEqual([cut.map((path) => existsSync(join(path, "later.txt"))), complaints], [[false], []])
  }), 150_000)
})
