/**
 * What a diff of 200 MB costs the page that shows it, and another chat of the same server meanwhile: the page in headless
 * Chromium, its first file on screen, its scrolling, its longest task; of many files, and of one that is shown in full anyway.
 */
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Page } from "playwright-core"
import { browser, openTab } from "../test/support/Browser.ts"
import { ask, newChat } from "../test/support/Journey.ts"
import { startBoocode } from "./Boocode.ts"
import { openDelays } from "./delayReader.ts"
import { ms, quantile } from "./Figures.ts"
import { load } from "./Machine.ts"
import { render } from "./Table.ts"

/** A line of 50 bytes. */
const lineOf = (file: number, line: number, version: number): string =>
  `export const value = ${String(line).padEnd(8)} // ${version} of ${String(file).padEnd(9)}\n`
const textOf = (file: number, size: number, version: number): string =>
  Array.from({ length: Math.round(size / 50) }, (_, line) => lineOf(file, line, version)).join("")

const half = 100_000
const nameOf = (file: number): string => `file${String(file).padStart(4, "0")}.ts`

const commit = (top: string) => {
  const git = (...args: ReadonlyArray<string>) => execFileSync("git", ["-c", "user.name=Bench", "-c", "user.email=bench@example.invalid", ...args], { cwd: top, stdio: "pipe" })
  git("add", ".")
  git("commit", "-q", "-m", "What will be changed")
}

interface Kept {
  /** How long its tasks of over 50 ms took, as it counts them itself. */
  readonly tasks: Array<number>
  /** When the file was clicked on. */
  clicked: number
  /** The first one, through all shadow roots. */
  readonly find: (root: ParentNode, selector: string) => Element | undefined
}

declare global {
  interface Window { kept?: Kept }
}

const watch = () => {
  const find = (root: ParentNode, selector: string): Element | undefined => {
    const found = root.querySelector(selector)
    if (found !== null) return found
    for (const element of root.querySelectorAll("*")) {
      const inside = element.shadowRoot === null ? undefined : find(element.shadowRoot, selector)
      if (inside !== undefined) return inside
    }
    return undefined
  }
  const kept: Kept = { tasks: [], clicked: 0, find }
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) kept.tasks.push(entry.duration) }).observe({ type: "longtask" })
  window.kept = kept
}

/** From the click to the frame in which the file's own lines are on screen. */
const clickToLines = async (page: Page, file: number): Promise<number> => {
  const row = page.locator("boo-change-list").getByText(nameOf(file)).first()
  await row.waitFor()
  await row.evaluate((element) => element.addEventListener("click", () => { if (window.kept !== undefined) window.kept.clicked = performance.now() }, { once: true }))
  await row.click()
  return page.evaluate((words) => new Promise<number>((resolve) => {
    const { kept } = window
    if (kept === undefined) return
    const look = () => {
      const lines = kept.find(document, "boo-diff-rows")?.shadowRoot?.querySelector(".code.added, .code.removed")
      if (lines?.textContent.includes(words) === true) requestAnimationFrame(() => { resolve(performance.now() - kept.clicked) })
      else requestAnimationFrame(look)
    }
    look()
  }), `of ${file} `)
}

/** From top to bottom and back in big steps, one a frame; how often a frame was late by more than one. */
const scroll = (page: Page): Promise<{ readonly height: number; readonly frames: number; readonly late: number }> => page.evaluate(() => new Promise((resolve) => {
  const root = window.kept?.find(document, "boo-diff-rows")?.shadowRoot
  const scroller = [...root?.querySelectorAll("*") ?? []].find((element) => element.scrollHeight > element.clientHeight + 100) ?? document.documentElement
  let frames = 0, late = 0, before = performance.now(), down = true
  const step = Math.max(300, scroller.scrollHeight / 120)
  const move = () => {
    const at = performance.now()
    if (at - before > 34) late++
    before = at
    frames++
    scroller.scrollTop += down ? step : -step
    if (down && scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 2) down = false
    if ((!down && scroller.scrollTop <= 0) || frames > 400) resolve({ height: scroller.scrollHeight, frames, late })
    else requestAnimationFrame(move)
  }
  requestAnimationFrame(move)
}))

const tasksSince = (page: Page): Promise<ReadonlyArray<number>> =>
  page.evaluate(() => window.kept?.tasks.splice(0) ?? [])

export const diffPage = Effect.fnUntraced(function*(isQuick: boolean) {
  const megabytes = isQuick ? 40 : 200
  const files = megabytes * 5
  const boocode = yield* startBoocode()
  const top = boocode.project
  const one = "all.ts"
  for (let file = 0; file < files; file++) writeFileSync(join(top, nameOf(file)), textOf(file, half, 0))
  writeFileSync(join(top, one), textOf(0, megabytes * 500_000, 0))
  commit(top)
  const chat = yield* newChat(boocode.client, top, "scripted")
  yield* ask(boocode.client, chat.id, "say a worktree")
  const dataDir = join(top, "../data/worktrees")
  const worktree = join(dataDir, readdirSync(dataDir)[0] ?? "")
  for (let file = 0; file < files; file++) writeFileSync(join(worktree, nameOf(file)), textOf(file, half, 1))
  writeFileSync(join(worktree, one), textOf(0, megabytes * 500_000, 1))
  yield* ask(boocode.client, chat.id, "say changed")

  const delaysOf = yield* openDelays(boocode)
  const alone = yield* delaysOf("clock 1500 every 5")

  const { page } = yield* openTab(yield* browser, `${boocode.server.url}/?token=${boocode.server.token}#/s/${chat.sessionId}/c/${chat.id}/changes`, { viewport: { width: 1500, height: 1000 } })
  const rows: Array<ReadonlyArray<string>> = []
  const measured = Effect.fnUntraced(function*(name: string, what: () => Promise<{ readonly first: number; readonly scrolled: string }>) {
    yield* Effect.promise(() => tasksSince(page))
    const [late, { first, scrolled }] = yield* Effect.all([delaysOf("clock 2000 every 5"), Effect.promise(what)], { concurrency: "unbounded" })
    const tasks = yield* Effect.promise(() => tasksSince(page))
    const added = (q: number) => ms(quantile(late, q) - quantile(alone, q))
    rows.push([name, ms(first), scrolled, tasks.length === 0 ? "none" : `${tasks.length}, longest ${ms(Math.max(...tasks))}`, added(0.5), added(0.99)])
    // one that hangs is seen by what came before it
    yield* Effect.sync(() => console.log(rows.at(-1)?.join(" · ")))
  })
  const scrolled = async () => {
    const { frames, height, late } = await scroll(page)
    return `${Math.round(height / 1000)}k px, ${frames} frames, ${late} late`
  }
  yield* Effect.promise(async () => {
    await page.evaluate(watch)
    await page.locator("boo-change-list").getByText(nameOf(0)).first().waitFor({ timeout: 120_000 })
  })
  yield* measured("the first file of all", async () => ({ first: await clickToLines(page, 0), scrolled: await scrolled() }))
  yield* measured("the next, warm", async () => ({ first: await clickToLines(page, 1), scrolled: await scrolled() }))
  yield* measured("ten more, one after the other", async () => {
    let longest = 0
    for (let file = 2; file < 12; file++) longest = Math.max(longest, await clickToLines(page, file))
    return { first: longest, scrolled: "–" }
  })
  yield* measured("one file, every line edited", async () => {
    const asked = performance.now()
    await page.locator("boo-change-list").getByText(one).first().click()
    await page.getByRole("button", { name: /anyway/ }).first().waitFor({ timeout: 60_000 })
    return { first: performance.now() - asked, scrolled: "–" }
  })
  yield* measured("the same, shown anyway", async () => {
    const asked = performance.now()
    await page.getByRole("button", { name: /anyway/ }).first().click()
    await page.locator("boo-diff-rows .code.removed").first().waitFor({ timeout: 60_000 })
    return { first: performance.now() - asked, scrolled: await scrolled() }
  })
  console.log(render({
    title: `diff in the page · ${megabytes} MB in ${files} files, and one of as much · load now ${load()}`,
    head: ["", "first lines", "scrolled", "tasks over 50 ms", "other chat's added delay p50", "p99"], rows,
    notes: [`the other chat's stream alone: p50 ${ms(quantile(alone, 0.5))}, p99 ${ms(quantile(alone, 0.99))}`, "reach: first lines under 500 ms, no task over 100 ms, added delay under 15 ms at p99"]
  }))
})
