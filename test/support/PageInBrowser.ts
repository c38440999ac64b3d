/**
 * The page in a real Chromium, as a person has it: opened by the address of the ready line, read by roles and by what it
 * says. Everything that the console reports as an error is kept, so that a journey can hold it to none.
 */
import { execFileSync } from "node:child_process"
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core"
import { Effect, type Scope } from "effect"
import type { RunningServer } from "./RunningServer.ts"

const programs = ["chromium", "chromium-browser", "google-chrome"]

const chromiumPath = (): string => {
  for (const program of programs) {
    try {
      return execFileSync("which", [program], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim()
    } catch {
      // the next one
    }
  }
  throw new Error("There is no Chromium on PATH: install one (Debian: apt-get install chromium).")
}

export const browser: Effect.Effect<Browser, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(() => chromium.launch({
    executablePath: chromiumPath(),
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
  })),
  (running) => Effect.promise(() => running.close()).pipe(Effect.timeoutOption("10 seconds")))

export interface OpenPage {
  readonly page: Page
  /** What the console called an error, without the browser's own lines about a server that is away. */
  readonly errors: ReadonlyArray<string>
}

const isOfAway = (text: string): boolean => /ERR_CONNECTION_REFUSED|Error in connection establishment|WebSocket is closed|ERR_CONNECTION_RESET/.test(text)

/** In a browser profile of its own, closed with the scope. */
export const openPage = Effect.fn("openPage")(function*(
  running: Browser, { token, url }: Pick<RunningServer, "token" | "url">, options: BrowserContextOptions = {}
): Effect.fn.Return<OpenPage, never, Scope.Scope> {
  const context = yield* Effect.acquireRelease(
    Effect.promise(() => running.newContext({ viewport: { width: 1440, height: 900 }, ...options })),
    (open) => Effect.promise(() => open.close()).pipe(Effect.timeoutOption("5 seconds")))
  const page = yield* Effect.promise(() => context.newPage())
  page.setDefaultTimeout(20_000)
  const errors: Array<string> = []
  page.on("console", (message) => {
    if (message.type() === "error" && !isOfAway(message.text())) errors.push(message.text())
  })
  page.on("pageerror", (error) => errors.push(String(error)))
  yield* Effect.promise(() => page.goto(`${url}/?token=${token}`))
  return { page, errors }
})

/** What the timeline says, in order, without its clocks and counters. */
export const timelineText = (page: Page): Promise<string> => page.getByRole("log").evaluate((log) => {
  const textOf = (node: Node): string => {
    if (node instanceof HTMLStyleElement) return ""
    if (node instanceof Text) return node.data
    const within = node instanceof Element && node.shadowRoot !== null ? node.shadowRoot : node
    return [...within.childNodes].map(textOf).join(" ")
  }
  return textOf(log).replace(/\d+(\.\d+)? (ms|s)\b/g, "").replace(/\s+/g, " ").trim()
})

export const write = async (page: Page, text: string): Promise<void> => {
  const box = page.getByRole("textbox", { name: "Prompt" })
  await box.fill(text)
  await box.press("Enter")
}

/** Waits until the timeline says it. */
export const says = (page: Page, text: string): Promise<void> => page.getByRole("log").getByText(text).first().waitFor()

/** Waits until no turn runs. */
export const isIdle = (page: Page): Promise<void> => page.locator("boo-progress").first().waitFor({ state: "detached" })
