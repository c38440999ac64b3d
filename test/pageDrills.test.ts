/** The drills in the page: opened from the agent's list, run with progress, read, and there again after a reload. */
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import type { Browser } from "playwright-core"
import type { Client } from "../client/rpc/Client.ts"
import { browser, openTab } from "./support/Browser.ts"
import { makeRepository, newChat } from "./support/Journey.ts"
import { clientOf, runServer, type RunningServer, temporaryFolder } from "./support/RunningServer.ts"

class World extends Context.Service<World, {
  readonly server: RunningServer; readonly client: Client; readonly project: string; readonly browser: Browser
}>()("test/PageDrillsWorld") {
  static readonly layer = Layer.effect(World, Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const server = yield* runServer({ dataDir: join(folder, "data") })
    return World.of({ server, project: makeRepository(folder), client: yield* clientOf(server), browser: yield* browser })
  }))
}

const act = (run: () => Promise<unknown>) => Effect.asVoid(Effect.promise(run))

layer(World.layer, { excludeTestServices: true, timeout: "90 seconds" })("the drills in the page", (it) => {
  it.effect("an agent is drilled and what it came to stays", () => Effect.gen(function*() {
    const { browser, client, project, server } = yield* World
    const chat = yield* newChat(client, project, "scripted")
    const { complaints, page } = yield* openTab(browser, `${server.url}/?token=${server.token}#/s/${chat.sessionId}/c/${chat.id}`)
    const open = async () => {
      await page.getByRole("button", { name: /^Agent:/ }).click()
      await page.getByRole("menuitem", { name: "Drills of the agents" }).click()
    }
    const drills = page.locator("boo-drills")
    yield* act(async () => {
      await open()
      await drills.getByText("Not drilled yet").waitFor()
      await drills.getByRole("button", { name: "Drill Scripted agent" }).click()
      await drills.getByText("9 ok").waitFor()
      await drills.getByText("Drilled just now").waitFor()
      await drills.getByRole("button", { name: "What the drill of Scripted agent came to" }).click()
      await drills.getByText(/^stopped after \d+ ms; reported cancelled$/).first().waitFor()
      await page.reload()
      await open()
      await drills.getByText("9 ok").waitFor()
    })
    assert.deepStrictEqual(complaints, [], complaints.join("\n"))
  }), 90_000)
})
