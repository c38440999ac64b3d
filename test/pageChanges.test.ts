/** A session's changes in the page: two agents change the same file and a person decides, hunk by hunk, until it is a commit. */
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Page } from "playwright-core"
import { AgentName } from "../shared/Ids.ts"
import { browser, openTab } from "./support/Browser.ts"
import { ask, makeRepository } from "./support/Journey.ts"
import { clientOf, main, runServer, temporaryFolder } from "./support/RunningServer.ts"
import { told, untilWork } from "./support/Work.ts"

const lines = (...changed: ReadonlyArray<readonly [number, string]>) =>
  Array.from({ length: 40 }, (_, at) => `${changed.find(([line]) => line === at + 1)?.[1] ?? `line ${at + 1}`}\n`).join("")
const asStep = (text: string) => text.replaceAll("\n", "\\n")
const act = (run: () => Promise<unknown>) => Effect.asVoid(Effect.promise(run))
const list = (page: Page) => page.getByRole("grid", { name: "Changes" })
const row = (page: Page, name: string) => list(page).getByRole("row").filter({ hasText: name })
const detail = (page: Page) => page.locator("boo-change")
const gone = (page: Page, name: string) => row(page, name).waitFor({ state: "detached" })

/** `heron` and `wren` have worked in one session, and so has a person. */
const world = Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const dataDir = join(folder, "data")
  mkdirSync(dataDir, { mode: 0o711 })
  const scripted = (name: string, label: string) => ({ name, label, command: process.execPath, args: [main, "scripted-agent"], env: { BOOCODE_SCRIPTED_HOME: join(folder, name) } })
  writeFileSync(join(dataDir, "agents.json"), JSON.stringify({ agents: [scripted("heron", "Heron"), scripted("wren", "Wren")] }))
  const project = makeRepository(folder)
  writeFileSync(join(project, "shared.txt"), lines())
  writeFileSync(join(project, "other.txt"), "x\n")
  const git = (...args: ReadonlyArray<string>) => execFileSync("git", ["-C", project, "-c", "user.name=t", "-c", "user.email=t@example.invalid", ...args], { encoding: "utf8" })
  git("config", "user.name", "A person")
  git("config", "user.email", "person@example.invalid")
  git("add", "-A")
  git("commit", "-q", "-m", "files")
  const server = yield* runServer({ dataDir })
  const client = yield* clientOf(server)
  const { id: projectId } = yield* client["project.Add"]({ path: project })
  const { id: sessionId } = yield* client["session.Create"]({ projectId, title: "Two birds" })
  const chat = (agent: string) => Effect.map(client["chat.Create"]({ sessionId, agent: AgentName.make(agent) }), ({ id }) => id)
  const heron = yield* chat("heron"), wren = yield* chat("wren")
  yield* ask(client, heron, `write shared.txt ${asStep(lines([3, "heron"]))}\nwrite new.txt 1`)
  yield* untilWork(client, sessionId, ({ changes }) => changes.length === 2)
  yield* ask(client, wren, `write shared.txt ${asStep(lines([3, "heron"], [30, "wren"]))}\nwrite other.txt y\\n`)
  const { worktree } = yield* untilWork(client, sessionId, ({ changes }) => changes.length === 3)
  const top = worktree?.path ?? ""
  writeFileSync(join(top, "notes.txt"), "by hand\n")
  yield* untilWork(client, sessionId, ({ changes }) => changes.length === 4)
  const open = Effect.fnUntraced(function*(tail: string, options = {}) {
    return yield* openTab(yield* browser, `${server.url}/?token=${server.token}#/s/${sessionId}/c/${wren}${tail}`, { viewport: { width: 1600, height: 1000 }, ...options })
  })
  const mine = (name: string) => readFileSync(join(project, name), "utf8")
  return { client, git, heron, mine, open, project, server, sessionId, top, wren }
})

it.live("two agents and a person: each is named, one hunk is applied, a file rejected, one reverted, the rest landed as a commit", () => Effect.gen(function*() {
  const { git, mine, open, project, top } = yield* world
  const { complaints, page } = yield* open("")
  yield* act(async () => {
    await page.getByText("4 files from Heron, Wren, manual live in this worktree").waitFor()
    await page.getByRole("group", { name: "Files of this turn" }).getByRole("button", { name: /shared\.txt/ }).click()
    await detail(page).getByRole("heading", { name: "shared.txt" }).waitFor()
    await page.getByText("Changes from Heron, Wren, manual").waitFor()
    for (const title of ["Staged by Heron", "Staged by Wren"]) await row(page, "shared.txt").getByRole("img", { name: title }).waitFor()
    await row(page, "notes.txt").getByRole("img", { name: "Manually staged" }).waitFor()
    assert.strictEqual(await row(page, "other.txt").getByRole("img", { name: "Staged by Heron" }).count(), 0)

    await detail(page).getByRole("button", { name: "Apply hunk" }).nth(1).click()
    await detail(page).getByRole("button", { name: "Apply hunk" }).nth(1).waitFor({ state: "detached" })
    assert.strictEqual(mine("shared.txt"), lines([30, "wren"]))

    await row(page, "other.txt").click()
    await page.keyboard.press("x")
    await gone(page, "other.txt")
    assert.strictEqual(readFileSync(join(top, "other.txt"), "utf8"), "x\n")

    await row(page, "notes.txt").click()
    await page.keyboard.press("a")
    await gone(page, "notes.txt")
    assert.strictEqual(mine("notes.txt"), "by hand\n")
    await page.getByRole("button", { name: /^Decided/ }).click()
    await row(page, "notes.txt").getByText("Applied").waitFor()
    await row(page, "other.txt").getByText("Rejected").waitFor()
    await row(page, "notes.txt").click()
    await detail(page).getByRole("button", { name: "Revert" }).click()
    await gone(page, "notes.txt")
    assert.isFalse(existsSync(join(project, "notes.txt")))

    await page.getByRole("button", { name: /^To decide/ }).click()
    for (const name of ["new.txt", "shared.txt"]) await row(page, name).getByRole("checkbox").click()
    await page.getByText("2 of 3").waitFor()
    await page.getByRole("button", { name: "Commit…" }).click()
    await page.getByRole("dialog", { name: "Land as a commit" }).waitFor()
    const dialog = page.locator("boo-land")
    await dialog.getByText("main", { exact: true }).waitFor()
    await dialog.getByLabel("Message").fill("Teach two birds one song")
    await dialog.getByRole("button", { name: "Commit 2 changes" }).click()
    await dialog.getByText(/Landed as/).waitFor()
    await dialog.getByText("no remote to push to").waitFor()
    await dialog.getByRole("button", { name: "Done" }).click()
    await row(page, "notes.txt").waitFor()
    await gone(page, "shared.txt")
  })
  yield* Effect.sync(() => assert.include(git("log", "-1", "--format=%s"), "Teach two birds one song"))
  // applied first, committed then
  yield* act(async () => {
    await row(page, "notes.txt").click()
    await page.keyboard.press("a")
    await gone(page, "notes.txt")
    await page.getByRole("button", { name: /^Decided/ }).click()
    await row(page, "notes.txt").filter({ hasText: "Applied" }).getByRole("checkbox").click()
    await page.getByRole("button", { name: "Commit…" }).click()
    const dialog = page.locator("boo-land")
    await dialog.getByLabel("Message").fill("Keep the notes")
    await dialog.getByRole("button", { name: "Commit 1 change" }).click()
    await dialog.getByText(/Landed as/).waitFor()
    await dialog.getByRole("button", { name: "Done" }).click()
  })
  assert.deepStrictEqual(git("show", "--name-only", "--format=%B", "HEAD").trim().split("\n").filter((line) => line !== ""), ["Keep the notes", "notes.txt"])
  const message = git("log", "-1", "--format=%B", "HEAD^")
  assert.include(message, "Teach two birds one song")
  assert.match(message, /Co-authored-by: heron /)
  assert.match(message, /Co-authored-by: wren /)
  assert.deepStrictEqual(git("show", "--name-only", "--format=", "HEAD^").trim().split("\n"), ["new.txt", "shared.txt"])
  assert.strictEqual(mine("shared.txt"), lines([3, "heron"], [30, "wren"]))
  assert.deepStrictEqual(complaints, [])
}).pipe(Effect.scoped), 180_000)

it.live("what was decided is taken back: a hunk of an applied change is reverted, rejected changes are brought back, by buttons and by keys", () => Effect.gen(function*() {
  const { client, mine, open, sessionId, top } = yield* world
  const { complaints, page } = yield* open("/changes")
  const decided = page.getByRole("button", { name: /^Decided/ })
  yield* act(async () => {
    await row(page, "shared.txt").click()
    await page.keyboard.press("a")
    await gone(page, "shared.txt")
    for (const name of ["notes.txt", "other.txt", "new.txt"]) {
      await row(page, name).click()
      await page.keyboard.press("x")
      await gone(page, name)
    }
    assert.strictEqual(mine("shared.txt"), lines([3, "heron"], [30, "wren"]))
    assert.isFalse(existsSync(join(top, "new.txt")))
    await decided.click()
    await row(page, "shared.txt").click()
    const rows = detail(page).getByRole("grid", { name: "Changed lines of shared.txt" })
    await rows.getByRole("button", { name: "Revert hunk" }).nth(1).waitFor()
    // by its key: the second hunk
    await rows.focus()
    await page.keyboard.press("n")
    await page.keyboard.press("n")
    await page.keyboard.press("Shift+U")
    await rows.getByRole("button", { name: "Revert hunk" }).nth(1).waitFor({ state: "detached" })
    await row(page, "shared.txt").getByText("Applied").waitFor()
  })
  assert.strictEqual(mine("shared.txt"), lines([3, "heron"]))
  const { changes } = yield* untilWork(client, sessionId, (work) => work.changes.length === 1)
  assert.deepStrictEqual([told(changes), changes[0]?.state], [["edit shared.txt +1 -1 heron,wren"], "reverted"])
  yield* act(async () => {
    await row(page, "other.txt").click()
    await page.keyboard.press("u")
    await gone(page, "other.txt")
    for (const name of ["new.txt", "notes.txt"]) await row(page, name).getByRole("checkbox").click()
    await page.getByRole("button", { name: "Bring back 2" }).click()
    await gone(page, "new.txt")
    await page.getByRole("button", { name: /^To decide/ }).click()
    await row(page, "new.txt").getByRole("img", { name: "Staged by Heron" }).waitFor()
    await row(page, "notes.txt").getByRole("img", { name: "Manually staged" }).waitFor()
    assert.strictEqual(await row(page, "other.txt").getByRole("img", { name: "Manually staged" }).count(), 0)
    await decided.click()
    await row(page, "shared.txt").click()
    await detail(page).getByRole("button", { name: "Revert hunk" }).click()
    // the part that was reverted before stays in the list, as history
    await row(page, "shared.txt").getByText("Reverted").nth(1).waitFor()
  })
  assert.deepStrictEqual([mine("shared.txt"), readFileSync(join(top, "other.txt"), "utf8"), readFileSync(join(top, "new.txt"), "utf8").trim()], [lines(), "y\n", "1"])
  const all = yield* untilWork(client, sessionId, (work) => work.changes.length === 4)
  assert.deepStrictEqual(told(all.changes), ["create new.txt +1 -0 heron", "create notes.txt +1 -0 manual", "edit other.txt +1 -1 wren", "edit shared.txt +2 -2 heron,wren"])
  assert.deepStrictEqual(complaints, [])
}).pipe(Effect.scoped), 180_000)

it.live("a conflict shows both sides and its ways out; what was looked at stays marked over a reload, until it changes", () => Effect.gen(function*() {
  const { client, heron, mine, open, project, sessionId } = yield* world
  writeFileSync(join(project, "shared.txt"), lines([3, "mine"]))
  const { page } = yield* open("/changes")
  yield* act(async () => {
    await row(page, "shared.txt").click()
    await page.keyboard.press("r")
    await page.getByText("1 of 4 reviewed").waitFor()
    await page.reload()
    await page.getByText("1 of 4 reviewed").waitFor()
    await detail(page).getByRole("heading", { name: "shared.txt" }).waitFor()
    await row(page, "shared.txt").click()
    await page.keyboard.press("a")
    await row(page, "shared.txt").getByText("Conflict").waitFor()
    await detail(page).getByText("In the project", { exact: false }).first().waitFor()
    assert.strictEqual(mine("shared.txt"), lines([3, "mine"]))
  })
  yield* ask(client, heron, `write new.txt 2`)
  yield* untilWork(client, sessionId, ({ changes }) => told(changes).some((line) => line.startsWith("create new.txt")))
  yield* act(async () => {
    await detail(page).getByRole("button", { name: /^Take / }).click()
    await gone(page, "shared.txt")
    assert.strictEqual(mine("shared.txt"), lines([3, "heron"], [30, "wren"]))
    await row(page, "new.txt").click()
    await page.keyboard.press("r")
    await page.getByText("1 of 3 reviewed").waitFor()
  })
  yield* ask(client, heron, `write new.txt 3`)
  yield* act(() => page.getByText("0 of 3 reviewed").waitFor())
}).pipe(Effect.scoped), 180_000)

it.live("of a worktree that can't be looked at the list says how old it is and why, until it can; what git leaves out is named", () => Effect.gen(function*() {
  const { client, open, sessionId, top } = yield* world
  const { page } = yield* open("/changes")
  const link = readFileSync(join(top, ".git"), "utf8"), stale = page.getByText(/^This list is from \d/)
  yield* act(async () => {
    await row(page, "notes.txt").waitFor()
    writeFileSync(join(top, ".git"), "gitdir: /nonexistent\n")
  })
  // by whomever it is asked for; by itself the server looks again within a minute
  yield* Effect.flip(client["change.Look"]({ sessionId }))
  yield* act(async () => {
    await stale.waitFor()
    await page.getByText(/something in the worktree took its place\. Move it away/).waitFor()
    await page.getByRole("button", { name: "Look again", exact: true }).click()
    await page.getByRole("button", { name: "Look again", exact: true, disabled: false }).waitFor()
    assert.deepStrictEqual([await stale.count(), await page.getByRole("alert").count(), await row(page, "notes.txt").count()], [1, 0, 1])
    writeFileSync(join(top, "git~1"), "1\n")
    writeFileSync(join(top, ".git"), link)
    await page.getByRole("button", { name: "Look again", exact: true }).click()
    await stale.waitFor({ state: "detached" })
    await page.getByText("1 path left out of this list").click()
    await page.getByText("git takes no file of that name").waitFor()
  })
  const { problem, skipped } = yield* untilWork(client, sessionId, () => true)
  assert.deepStrictEqual([problem, skipped.map(({ path }) => path)], [null, ["git~1"]])
}).pipe(Effect.scoped), 180_000)

it.live("on a phone the panel covers the chat, shows one file at a time, and leads back", () => Effect.gen(function*() {
  const { open } = yield* world
  const { page } = yield* open("", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
  yield* act(async () => {
    await page.getByRole("button", { name: "Review" }).click()
    await row(page, "shared.txt").click()
    await detail(page).getByRole("heading", { name: "shared.txt" }).waitFor()
    await list(page).waitFor({ state: "hidden" })
    // the keys work where the list was
    await page.keyboard.press("r")
    await detail(page).getByRole("button", { name: "Back to the list" }).click()
    await list(page).waitFor()
    await page.getByText("1 of 4 reviewed").waitFor()
    await page.getByRole("button", { name: "Back to the chat" }).click()
    await page.getByRole("textbox", { name: "Prompt" }).click()
  })
}).pipe(Effect.scoped), 180_000)
