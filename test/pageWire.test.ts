/** The wire log in the page: opened from the agent's list, filtered, read, copied, and told what is new. */
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
}>()("test/PageWireWorld") {
  static readonly layer = Layer.effect(World, Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const server = yield* runServer({ dataDir: join(folder, "data"), env: { SCRIPTED_API_KEY: "key-of-the-scripted-agent" } })
    return World.of({ server, project: makeRepository(folder), client: yield* clientOf(server), browser: yield* browser })
  }))
}

const act = (run: () => Promise<unknown>) => Effect.asVoid(Effect.promise(run))

layer(World.layer, { excludeTestServices: true, timeout: "90 seconds" })("the wire log in the page", (it) => {
  it.effect("says that there is nothing yet, then every message as it comes, filtered, opened and copied without secrets", () => Effect.gen(function*() {
    const { browser, client, project, server } = yield* World
    const chat = yield* newChat(client, project, "scripted")
    const { complaints, page } = yield* openTab(browser, `${server.url}/?token=${server.token}#/s/${chat.sessionId}/c/${chat.id}`,
      { permissions: ["clipboard-read", "clipboard-write"] })
    const log = page.locator("boo-wire")
    yield* act(async () => {
      await page.getByRole("button", { name: /^Agent:/ }).click()
      await page.getByRole("menuitem", { name: /^Wire log of/ }).click()
      await log.getByText("Nothing yet.").waitFor()
    })
    yield* ask(client, chat.id, "stray\nenv SCRIPTED_API_KEY\nsay Hello.")
    yield* act(async () => {
      await log.locator("summary", { hasText: "initialize" }).first().waitFor()
      await log.locator("summary", { hasText: "foreign session" }).waitFor()
      await log.getByRole("searchbox").fill("session/prompt")
      await log.locator("summary", { hasText: "answer to session/prompt" }).waitFor()
      assert.strictEqual(await log.locator("summary").count(), 2)
      await log.getByRole("searchbox").fill("SCRIPTED_API_KEY=")
      const message = log.locator("summary", { hasText: "agent_message_chunk" }).first()
      await message.click()
      await log.locator("boo-code", { hasText: "\"sessionUpdate\": \"agent_message_chunk\"" }).waitFor()
      await log.getByRole("button", { name: "Copy", exact: true }).first().click()
      const copied = await page.evaluate(() => navigator.clipboard.readText())
      assert.include(copied, "<- ")
      assert.include(copied, "SCRIPTED_API_KEY=[secret]")
      assert.notInclude(copied, "key-of-the-scripted-agent")
      await page.keyboard.press("Escape")
      await log.waitFor({ state: "detached" })
    })
    assert.deepStrictEqual(complaints, [])
  }), 90_000)
})
