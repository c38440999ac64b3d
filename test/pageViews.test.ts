/** The ways in which a change is looked at in the page: side by side, wrapped, without white space, beyond the cap, as pictures; and the file a tool call names. */
import { execFileSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { crc32, deflateSync } from "node:zlib"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import type { Browser, Locator, Page } from "playwright-core"
import type { ChatRow } from "../shared/Session.ts"
import { browser, openTab } from "./support/Browser.ts"
import { ask, makeRepository, newChat } from "./support/Journey.ts"
import { clientOf, runServer, type RunningServer, temporaryFolder } from "./support/RunningServer.ts"
import { untilWork } from "./support/Work.ts"

/** A picture of one colour. */
const png = (width: number, height: number, red: number): Buffer => {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]), ends = Buffer.alloc(8)
    ends.writeUInt32BE(data.length, 0)
    ends.writeUInt32BE(crc32(body), 4)
    return [ends.subarray(0, 4), body, ends.subarray(4)]
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 2], 8)
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, Buffer.from([red, 80, 120]))])
  const rows = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)))
  return Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), ...chunk("IHDR", head), ...chunk("IDAT", rows), ...chunk("IEND", Buffer.alloc(0))])
}

/** Paragraphs in one line each, as people write them. */
const prose = (word: string) => Array.from({ length: 120 }, (_, n) => n % 3 === 0 ? `Paragraph ${n} is ${word} one, ${"and it goes on in words of several lengths, ".repeat(n % 9 + 3)}until it ends.` : `Short ${n}.`).join("\n")
const table = (word: string) => Array.from({ length: 12_000 }, (_, n) => `row ${n + 1} ${word}\n`).join("")
const bundle = (word: string) => `${word}=${"x=function(){return 1};".repeat(45_000)}\n`
/** A changed part of many long lines, and a short one far below. */
const essay = (word: string) => Array.from({ length: 160 }, (_, n) => `Thought ${n + 1}${n < 40 || n === 120 ? word : ""} ${"goes on, in unforeseeable-length words ".repeat(n % 7 + 3)}`).join("\n")
const places = Array.from({ length: 300 }, (_, n) => `place ${n + 1}`).join("\n")
const before = { "notes.md": prose("a sober"), "essay.md": essay(" once"), "indent.py": "def a():\n  return 1\n", "table.csv": table("old"), "bundle.js": bundle("a"), "src/places.txt": places }
const after = { "notes.md": prose("quite another"), "essay.md": essay(""), "indent.py": "def a():\n    return 1\n", "table.csv": table("new"), "bundle.js": bundle("b") }

class World extends Context.Service<World, { readonly server: RunningServer; readonly chat: ChatRow; readonly browser: Browser }>()("test/PageViewsWorld") {
  static readonly layer = Layer.effect(World, Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const server = yield* runServer({ dataDir: join(folder, "data") })
    const project = makeRepository(folder)
    mkdirSync(join(project, "src"))
    for (const [name, text] of Object.entries(before)) writeFileSync(join(project, name), text)
    writeFileSync(join(project, "logo.png"), png(120, 80, 200))
    const git = (...args: ReadonlyArray<string>) => execFileSync("git", ["-c", "user.name=Test", "-c", "user.email=test@example.invalid", ...args], { cwd: project, stdio: "pipe" })
    git("add", ".")
    git("commit", "-q", "-m", "Second")
    const client = yield* clientOf(server)
    const chat = yield* newChat(client, project, "scripted")
    yield* ask(client, chat.id, "read src/places.txt 210")
    const { worktree } = yield* untilWork(client, chat.sessionId, (work) => work.worktree !== null)
    for (const [name, text] of Object.entries(after)) writeFileSync(join(worktree?.path ?? "", name), text)
    writeFileSync(join(worktree?.path ?? "", "logo.png"), png(90, 60, 20))
    yield* untilWork(client, chat.sessionId, ({ changes }) => changes.length === 6)
    return World.of({ server, chat, browser: yield* browser })
  }))
}

const act = (run: () => Promise<unknown>) => Effect.asVoid(Effect.promise(run))
const opened = Effect.fn("opened")(function*(tail: string, options: Parameters<typeof openTab>[2] = {}) {
  const { browser, chat, server } = yield* World
  return yield* openTab(browser, `${server.url}/?token=${server.token}#/s/${chat.sessionId}/c/${chat.id}${tail}`, { viewport: { width: 1500, height: 1000 }, ...options })
})

const rows = (page: Page) => page.locator("boo-diff-rows")
const toggle = (page: Page, name: string) => page.getByRole("button", { name })
const isOn = (page: Page, name: string) => page.locator(`button[aria-pressed="true"][aria-label="${name}"]`).waitFor()
const choose = (page: Page, name: string) => page.getByRole("grid", { name: "Changes" }).getByRole("row").filter({ hasText: name }).click()
const boxOf = async (one: Locator) => await one.boundingBox() ?? assert.fail("it is not drawn")

interface Drawn { readonly gaps: number; readonly beyond: number; readonly tallest: number; readonly sideways: number; readonly past: number }
/** Of the rows that are drawn, in pixels: gaps and overlaps between them, text that stands out of them, the tallest, and what of the field lies below the last row at the list's end. */
const measured = (page: Page): Promise<Drawn> => rows(page).evaluate((element) => {
  const root = element.shadowRoot ?? document, scroller = root.querySelector(".scroller") ?? document.body
  const boxes = [...root.querySelectorAll(".layer > *")].map((row) => row.getBoundingClientRect()).filter(({ height }) => height > 0)
  const codes = [...root.querySelectorAll(".code")]
  const beyond = codes.map((code) => {
    const range = document.createRange()
    range.selectNodeContents(code)
    const text = range.getBoundingClientRect(), box = code.getBoundingClientRect()
    return Math.max(0, text.right - box.right, text.bottom - box.bottom)
  })
  return {
    gaps: Math.max(...boxes.slice(1).map(({ top }, index) => Math.abs(top - (boxes[index]?.bottom ?? 0)))), beyond: Math.max(...beyond),
    tallest: Math.max(...boxes.map(({ height }) => height)), sideways: scroller.scrollWidth - scroller.clientWidth,
    past: Math.abs((boxes.at(-1)?.bottom ?? 0) - scroller.getBoundingClientRect().bottom)
  }
})
const lineAt = (page: Page) => rows(page).evaluate((element) => {
  const root = element.shadowRoot ?? document, top = (root.querySelector(".scroller") ?? document.body).getBoundingClientRect().top
  return [...root.querySelectorAll(".row")].find((row) => row.getBoundingClientRect().bottom > top + 1)?.getAttribute("data-row")
})
const number = (page: Page, line: number) => rows(page).locator(`.no[data-side="new"][data-n="${line}"]`)
const scroll = (page: Page, to: number) => rows(page).locator(".scroller").evaluate((scroller, top) => { scroller.scrollTop = top }, to)

/** Right wherever one looks, to the very end. */
const isLaidOut = async (page: Page) => {
  for (const to of [0, 900, 2500]) {
    await scroll(page, to)
    await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)) }))
    const { beyond, gaps, sideways, tallest } = await measured(page)
    assert.deepStrictEqual({ beyond: beyond < 1, gaps: gaps < 0.5, sideways, tall: tallest > 60 }, { beyond: true, gaps: true, sideways: 0, tall: true })
  }
  await rows(page).locator(".scroller").press("End")
  await rows(page).locator(".row.chosen .code", { hasText: "Short 119." }).last().waitFor()
  const end = await measured(page)
  // the row below the last one, for what of the file follows, is told of later
  assert.isBelow(end.past, 60)
}

layer(World.layer, { excludeTestServices: true, timeout: "120 seconds" })("a change in the page", (it) => {
  it.effect("stands side by side, its long lines wrapped where that is wanted; both are kept over a reload", () => Effect.gen(function*() {
    const { complaints, page } = yield* opened("/changes/notes.md")
    const old = rows(page).locator(".code.removed[data-side='old']", { hasText: "Paragraph 3 is" }), now = rows(page).locator(".code.added[data-side='new']", { hasText: "Paragraph 3 is" })
    yield* act(async () => {
      await old.waitFor()
      await toggle(page, "Side by side").click()
      await rows(page).locator(".split").waitFor()
      await old.locator(".word", { hasText: "a sober" }).waitFor()
      await now.locator(".word", { hasText: "quite another" }).waitFor()
      const [left, right] = [await boxOf(old), await boxOf(now)]
      assert.deepStrictEqual([left.y, left.x + left.width <= right.x], [right.y, true])
      // one scroll bar moves both
      assert.isAbove((await measured(page)).sideways, 100)
      await page.keyboard.press("w")
      await rows(page).locator(".wrapped").waitFor()
      await isLaidOut(page)
      await page.reload()
      await rows(page).locator(".split.wrapped").waitFor()
      for (const name of ["Side by side", "Wrap long lines"]) await isOn(page, name)
      await old.waitFor()
      await toggle(page, "Side by side").click()
      await rows(page).locator(".unified.wrapped").waitFor()
      await isLaidOut(page)
      // what is looked at stays when the lines become others
      await scroll(page, 3000)
      const row = await lineAt(page)
      for (const wide of [1300, 1600]) {
        await page.setViewportSize({ width: wide, height: 1000 })
        await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)) }))
        assert.strictEqual(await lineAt(page), row)
      }
      await toggle(page, "Wrap long lines").click()
      await rows(page).locator(".wrapped").waitFor({ state: "detached" })
      assert.strictEqual(await lineAt(page), row)
      // and the line that the keys are at
      await number(page, 48).click()
      const at = await boxOf(rows(page).locator(".row.chosen"))
      await page.keyboard.press("w")
      await rows(page).locator(".wrapped").waitFor()
      assert.approximately((await boxOf(rows(page).locator(".row.chosen"))).y, at.y, 1)
    })
    assert.deepStrictEqual(complaints, [])
  }), 120_000)

  it.effect("stays where it is when unchanged lines are unfolded among long wrapped ones", () => Effect.gen(function*() {
    const { complaints, page } = yield* opened("/changes/essay.md")
    const more = page.getByRole("button", { name: "Show more lines above this" }).last()
    yield* act(async () => {
      await rows(page).locator(".code.removed", { hasText: "Thought 1 once" }).waitFor()
      await toggle(page, "Wrap long lines").click()
      await rows(page).locator(".wrapped").waitFor()
      // so that all heights have been looked at
      for (let to = 0; to < 12_000; to += 600) {
        await scroll(page, to)
        await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)) }))
      }
      await more.scrollIntoViewIfNeeded()
      await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)) }))
      const at = await boxOf(more)
      await more.click()
      await number(page, 98).waitFor()
      assert.approximately((await boxOf(more)).y, at.y, 1)
    })
    assert.deepStrictEqual(complaints, [])
  }), 60_000)

  it.effect("is wrapped on a phone at first; of a line of a megabyte the beginning is drawn, and how much more there is", () => Effect.gen(function*() {
    const { complaints, page } = yield* opened("/changes/notes.md", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
    yield* act(async () => {
      await rows(page).locator(".wrapped .code", { hasText: "Paragraph 3 is" }).first().waitFor()
      await isLaidOut(page)
      await page.getByRole("button", { name: "Back to the list" }).click()
      await choose(page, "bundle.js")
      await rows(page).locator(".added .end", { hasText: /^… 10\d\d KB more$/ }).waitFor()
      const { beyond, gaps, sideways, tallest } = await measured(page)
      assert.deepStrictEqual({ beyond: beyond < 1, gaps: gaps < 0.5, sideways, tall: tallest > 600 }, { beyond: true, gaps: true, sideways: 0, tall: true })
      const drawn = await rows(page).locator(".code .text").evaluateAll((texts) => texts.map((text) => (text.textContent ?? "").length))
      assert.isBelow(Math.max(...drawn), 2100)
    })
    assert.deepStrictEqual(complaints, [])
  }), 90_000)

  it.effect("leaves out what only white space changed, and goes on beyond the cap where that is asked for", () => Effect.gen(function*() {
    const { complaints, page } = yield* opened("/changes/indent.py")
    yield* act(async () => {
      await rows(page).locator(".code.added", { hasText: "return 1" }).waitFor()
      await toggle(page, "Leave out changes of white space").click()
      await page.getByText("Only white space changed.").waitFor()
      await rows(page).waitFor({ state: "detached" })
      await page.getByRole("button", { name: "Show it" }).click()
      await rows(page).locator(".code.added", { hasText: "return 1" }).waitFor()

      await choose(page, "table.csv")
      await page.getByText("Its diff has many lines: the first 20k lines are shown.").waitFor()
      await rows(page).locator(".code.removed", { hasText: "row 1 old" }).waitFor()
      // nobody decides about what nobody has seen
      assert.strictEqual(await page.getByRole("button", { name: "Apply hunk" }).count(), 0)
      await page.getByRole("button", { name: "Show more anyway" }).click()
      await page.getByRole("button", { name: "Show more anyway" }).waitFor({ state: "detached" })
      await page.getByRole("button", { name: "Apply hunk" }).waitFor()
      await rows(page).locator(".scroller[aria-rowcount='24002']").waitFor()
      await rows(page).locator(".scroller").press("End")
      const last = rows(page).locator(".row.chosen")
      await last.locator(".code.added", { hasText: "row 12000 new" }).waitFor()
      await last.locator(".no[data-side='new'][data-n='12000']").waitFor()
    })
    assert.deepStrictEqual(complaints, [])
  }), 90_000)

  it.effect("that is a picture shows both, side by side with their sizes; a tool call leads to the line of the file it names", () => Effect.gen(function*() {
    const { complaints, page } = yield* opened("")
    yield* act(async () => {
      await page.getByRole("button", { name: "Show src/places.txt:210 in the files" }).click()
      await page.locator("boo-file-view .line.at", { hasText: "place 210" }).waitFor()
      await page.getByRole("tab", { name: "Files", selected: true }).waitFor()
      const [line, view] = [await boxOf(page.locator("boo-file-view .line.at")), await boxOf(page.locator("boo-file-view .lines"))]
      assert.isTrue(line.y >= view.y && line.y + line.height <= view.y + view.height, "the line is in sight")

      await page.getByRole("tab", { name: "Changes" }).click()
      await choose(page, "logo.png")
      const was = page.getByRole("figure").filter({ hasText: "Before 120 × 80, " }), is = page.getByRole("figure").filter({ hasText: "After 90 × 60, " })
      for (const one of [was, is]) await one.getByRole("img").waitFor()
      const [left, right] = [await boxOf(was), await boxOf(is)]
      assert.isTrue(left.x + left.width <= right.x && left.y < right.y + right.height && right.y < left.y + left.height, "side by side")
      await page.getByRole("button", { name: "Swipe" }).click()
      await page.getByRole("slider", { name: "Where the new picture begins" }).waitFor()
    })
    assert.deepStrictEqual(complaints, [])
  }), 90_000)
})
