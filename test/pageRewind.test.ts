/** Rewinds and forks for the person at the page: from a prompt of the timeline, by keys as well, with what will change said before. */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer, Option, Schedule, Stream } from "effect"
import type { Browser, Page } from "playwright-core"
import type { Client } from "../client/rpc/Client.ts"
import type { ChatRow } from "../shared/Session.ts"
import { browser, openTab } from "./support/Browser.ts"
import { endedTurn, makeRepository, newChat, until } from "./support/Journey.ts"
import { clientOf, runServer, type RunningServer, temporaryFolder } from "./support/RunningServer.ts"

class World extends Context.Service<World, { readonly server: RunningServer; readonly client: Client; readonly project: string; readonly browser: Browser }>()("test/PageRewindWorld") {
  static readonly layer = Layer.effect(World, Effect.gen(function*() {
    const folder = yield* temporaryFolder
    const server = yield* runServer({ dataDir: join(folder, "data") })
    return World.of({ server, project: makeRepository(folder), client: yield* clientOf(server), browser: yield* browser })
  }))
}

const act = <A>(run: () => Promise<A>) => Effect.promise(run)
const timeline = (page: Page) => page.getByRole("log")
const composer = (page: Page) => page.getByRole("textbox", { name: "Prompt" })
const say = async (page: Page, text: string, ended: number): Promise<void> => {
  await composer(page).fill(text)
  await page.keyboard.press("Enter")
  await timeline(page).getByText("Done").nth(ended - 1).or(timeline(page).locator("boo-ending").nth(ended - 1)).first().waitFor({ state: "attached" })
}
const from = (page: Page, nth: number) => page.getByRole("button", { name: "Rewind or fork from here" }).nth(nth)
const dialog = (page: Page) => page.locator("boo-from-here")
const text = (folder: string, name: string) => existsSync(join(folder, name)) ? readFileSync(join(folder, name), "utf8").trim() : undefined

/** Both checkpoints of the chat's turn `index` are there. */
const checkpointed = Effect.fn("checkpointed")(function*(client: Client, { id, sessionId }: ChatRow, index: number) {
  const chat = yield* until(client, id, (now) => endedTurn(now, index) !== undefined)
  const turnId = endedTurn(chat, index)?.turnId
  assert(turnId !== undefined)
  yield* client["change.AroundTurn"]({ sessionId, turnId }).pipe(
    Effect.repeat({ until: ({ after, before }) => after !== null && before !== null, schedule: Schedule.spaced("50 millis") }), Effect.timeout("30 seconds"))
})

layer(World.layer, { excludeTestServices: true, timeout: "90 seconds" })("from a prompt", (it) => {
  it.effect("files are rewound and the rewind is undone, and a fork goes on from before it", () => Effect.gen(function*() {
    const { browser, client, project, server } = yield* World
    const chat = yield* newChat(client, project, "scripted")
    const { complaints, page } = yield* openTab(browser, `${server.url}/?token=${server.token}#/s/${chat.sessionId}/c/${chat.id}`)
    yield* act(async () => {
      await say(page, "write a.txt one", 1)
    })
    // its checkpoint is taken beside its end: a prompt in the same moment would be in it
    yield* checkpointed(client, chat, 0)
    yield* act(() => say(page, "write a.txt two\nwrite b.txt new", 2))
    yield* checkpointed(client, chat, 1)
    const { sessions } = Option.getOrThrow(yield* Stream.runHead(client["project.Watch"](undefined)))
    const folder = sessions.find(({ id }) => id === chat.sessionId)?.worktree ?? ""
    assert.strictEqual(text(folder, "a.txt"), "two")

    yield* act(async () => {
      await from(page, 1).focus()
      await page.keyboard.press("Enter")
      const before = dialog(page).getByRole("region", { name: "Rewind files to before this" })
      await before.getByText("2 files would change.").waitFor()
      await before.getByText("b.txt").waitFor()
      await dialog(page).getByText("The files are so already.").waitFor()
      await page.getByRole("button", { name: "Rewind files to before this" }).focus()
      await page.keyboard.press("Enter")
      await timeline(page).getByText("owner rewound the files to before “write a.txt two” · 2 files").waitFor()
      await dialog(page).waitFor({ state: "detached" })
    })
    assert.deepStrictEqual([text(folder, "a.txt"), text(folder, "b.txt")], ["one", undefined])

    yield* act(async () => {
      await timeline(page).getByRole("button", { name: /^Undo/ }).click()
      await dialog(page).getByText("2 files would change.").waitFor()
      await dialog(page).getByRole("button", { name: "Take the rewind back" }).click()
      await timeline(page).getByText("owner took a rewind of the files back · 2 files").waitFor()
    })
    assert.deepStrictEqual([text(folder, "a.txt"), text(folder, "b.txt")], ["two", "new"])

    yield* act(async () => {
      await say(page, "context", 3)
      await timeline(page).locator("boo-markdown").getByText(/made the files of the worktree what they were/).first().waitFor()
      await from(page, 1).hover()
      await from(page, 1).click()
      await dialog(page).getByRole("button", { name: "Fork in a new session" }).click()
      await timeline(page).getByText(/^Forked from “write a.txt one” before “write a.txt two”/).waitFor()
      assert.strictEqual(await composer(page).inputValue(), "write a.txt two\nwrite b.txt new")
      await say(page, "write a.txt forked", 2)
      await timeline(page).getByText("Scripted agent was told what was said so far").waitFor()
    })
    assert.strictEqual(text(folder, "a.txt"), "two")
    assert.deepStrictEqual(complaints, [])
  }), 120_000)

  it.effect("a fork beside it is a new chat of the session", () => Effect.gen(function*() {
    const { browser, client, project, server } = yield* World
    const chat = yield* newChat(client, project, "scripted")
    const { complaints, page } = yield* openTab(browser, `${server.url}/?token=${server.token}#/s/${chat.sessionId}/c/${chat.id}`)
    yield* act(async () => {
      await say(page, "say one", 1)
      await say(page, "say two", 2)
      await from(page, 1).focus()
      await page.keyboard.press("Enter")
      await dialog(page).getByRole("button", { name: "Fork beside this chat" }).click()
      await timeline(page).getByText(/with the same files$/).waitFor()
      await page.getByRole("tab", { name: /say one \(fork\)/ }).waitFor()
      assert.strictEqual(await composer(page).inputValue(), "say two")
    })
    assert.deepStrictEqual(complaints, [])
  }), 120_000)
})
