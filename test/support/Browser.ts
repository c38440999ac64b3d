/** Headless Chromium for journeys: Debian's, with everything that reaches the network switched off. */
import { existsSync } from "node:fs"
import { Effect, type Scope } from "effect"
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core"

const programs = [process.env["CHROMIUM"] ?? "", "/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]

const launch = () => chromium.launch({
  executablePath: programs.find((program) => program !== "" && existsSync(program)) ?? "/usr/bin/chromium",
  args: [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"
  ]
})

export const browser: Effect.Effect<Browser, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(launch), (one) => Effect.promise(() => one.close()))

export interface Tab {
  readonly page: Page
  /** What the page complained of. */
  readonly complaints: ReadonlyArray<string>
}

/** A fresh profile with one tab, at an address. */
export const openTab = Effect.fn("openTab")(function*(one: Browser, url: string, options: BrowserContextOptions = {}) {
  const context = yield* Effect.acquireRelease(
    Effect.promise(() => one.newContext({ viewport: { width: 1280, height: 800 }, ...options })),
    (opened) => Effect.promise(() => opened.close()))
  const page = yield* Effect.promise(() => context.newPage())
  page.setDefaultTimeout(30_000)
  const complaints: Array<string> = []
  page.on("pageerror", (error) => complaints.push(error.message))
  page.on("console", (message) => { if (message.type() === "error") complaints.push(message.text()) })
  yield* Effect.promise(() => page.goto(url))
  const tab: Tab = { page, complaints }
  return tab
})
