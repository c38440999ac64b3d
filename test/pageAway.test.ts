/** The page while something is away under it: it says so, loses nothing, and goes on by itself. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Page } from "playwright-core"
import { browser, openTab } from "./support/Browser.ts"
import { ask, makeRepository, newChat } from "./support/Journey.ts"
import { clientOf, runServer, temporaryFolder } from "./support/RunningServer.ts"

const act = (run: () => Promise<unknown>) => Effect.asVoid(Effect.promise(run))
const answer = (page: Page, text: string) => page.getByRole("log").locator("boo-markdown").getByText(text)
const write = async (page: Page, text: string): Promise<void> => {
  await page.getByRole("textbox", { name: "Prompt" }).fill(text)
  await page.keyboard.press("Enter")
}

const chatTab = Effect.fn("chatTab")(function*(folder: string) {
  const dataDir = join(folder, "data")
  const server = yield* runServer({ dataDir })
  const client = yield* clientOf(server)
  const chat = yield* newChat(client, makeRepository(folder), "scripted")
  const tab = yield* openTab(yield* browser, `${server.url}/?token=${server.token}#/s/${chat.sessionId}/c/${chat.id}`)
  return { ...tab, chat, client, dataDir, server }
})

it.live("kill -9 of the server: what is typed meanwhile waits and runs once (P10, P14)", () => Effect.gen(function*() {
  const { dataDir, page, server } = yield* chatTab(yield* temporaryFolder)
  yield* act(async () => {
    await write(page, "stream 5000 every 10")
    await answer(page, "word 5").waitFor()
  })
  yield* server.kill("SIGKILL")
  yield* act(async () => {
    await page.getByRole("alert").getByText("The server can't be reached.").waitFor()
    await write(page, "say typed while it was away")
    await page.getByText("Sending…").waitFor()
  })
  yield* runServer({ dataDir, port: Number(new URL(server.url).port) })
  yield* act(async () => {
    await page.getByText("The server was restarted while the agent was at work.").waitFor()
    await answer(page, "typed while it was away").waitFor()
    await page.getByRole("log").getByRole("status").waitFor({ state: "detached" })
    assert.strictEqual(await answer(page, "typed while it was away").count(), 1)
    assert.strictEqual(await page.getByRole("alert").count(), 0)
  })
}), 120_000)

const postgresOf = (dataDir: string): number => {
  const file = readdirSync(dataDir, { recursive: true, encoding: "utf8" }).find((name) => name.endsWith("postmaster.pid")) ?? ""
  return Number(readFileSync(join(dataDir, file), "utf8").split("\n")[0])
}

it.live("kill -9 of Postgres in mid-turn: the turn goes on when it is back, and nothing is lost", () => Effect.gen(function*() {
  const { chat, client, dataDir, page } = yield* chatTab(yield* temporaryFolder)
  yield* act(async () => {
    await write(page, "stream 400 every 10")
    await answer(page, "word 5").waitFor()
    process.kill(postgresOf(dataDir), "SIGKILL")
    await page.getByRole("alert").getByText("The database is away.").waitFor()
    await page.getByRole("alert").waitFor({ state: "detached" })
    await page.getByRole("log").getByRole("status").waitFor({ state: "detached" })
    const text = await answer(page, "word 400").innerText()
    assert.include(text, Array.from({ length: 400 }, (_, index) => `word ${index + 1}`).join(" "))
  })
  const { turn } = yield* ask(client, chat.id, "say and on it goes")
  assert.strictEqual(turn.outcome, "completed")
  yield* act(() => answer(page, "and on it goes").waitFor())
}), 120_000)
