/** Real goose and real qwen in one chat of the page, over this program's own sources: who made what, down to the commit. */
import { execFileSync } from "node:child_process"
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Page } from "playwright-core"
import { browser, openTab } from "./support/Browser.ts"
import { goose, qwen } from "./support/RealAgents.ts"
import { runServer, temporaryFolder } from "./support/RunningServer.ts"
import { ScriptedModel } from "./support/ScriptedModel.ts"

const act = (run: () => Promise<unknown>) => Effect.asVoid(Effect.promise(run))
/** Kept where a folder for them is named. */
const shots = process.env["BOOCODE_SHOTS"]
const shot = (page: Page, name: string) => shots === undefined ? Promise.resolve() : page.screenshot({ path: join(shots, `${name}.png`) })

/** A repository of what this program is written in: its folder `shared` and its README. */
const ownRepository = (folder: string) => {
  const project = join(folder, "boocode")
  mkdirSync(project)
  for (const name of ["shared", "README.md"]) cpSync(join(import.meta.dirname, "..", name), join(project, name), { recursive: true })
  const git = (...args: ReadonlyArray<string>) => execFileSync("git", ["-C", project, ...args], { encoding: "utf8" })
  git("init", "-q", "-b", "main")
  git("config", "user.name", "A person")
  git("config", "user.email", "person@example.invalid")
  git("add", "-A")
  git("commit", "-q", "-m", "What is there")
  return { git, project, read: (name: string) => readFileSync(join(project, name), "utf8") }
}

const world = Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const dataDir = join(folder, "data")
  mkdirSync(dataDir, { mode: 0o711 })
  const model = yield* Effect.acquireRelease(Effect.promise(() => ScriptedModel.start()), (one) => Effect.promise(() => one[Symbol.asyncDispose]()))
  const launches = { goose: goose({ model: model.url, home: join(folder, "goose") }), qwen: qwen({ model: model.url, home: join(folder, "qwen") }) }
  writeFileSync(join(dataDir, "agents.json"), JSON.stringify({ agents: Object.entries(launches).flatMap(([name, launch]) => launch === undefined ? [] : [{ name, ...launch }]) }))
  const server = yield* runServer({ dataDir })
  return { ...ownRepository(folder), ...yield* openTab(yield* browser, `${server.url}/?token=${server.token}`, { viewport: { width: 1440, height: 900 } }) }
})

/** The page, as a person uses it who has these agents at work. */
const inPage = (page: Page) => {
  const list = page.getByRole("grid", { name: "Changes" })
  return {
    row: (name: string) => list.getByRole("row").filter({ hasText: name }),
    detail: page.locator("boo-change"),
    dialog: page.locator("boo-land"),
    choose: async (label: string) => {
      await page.getByRole("button", { name: /^Agent: / }).click()
      await page.getByRole("menuitemradio", { name: label }).click()
      await page.getByRole("button", { name: `Agent: ${label}` }).waitFor()
    },
    /** Sends a prompt whose one call the agent asks about, and allows it. */
    ask: async (text: string) => {
      await page.getByRole("textbox", { name: "Prompt" }).fill(text)
      await page.keyboard.press("Enter")
      await page.getByRole("group", { name: "The agent asks" }).getByRole("button", { name: /^Allow( once)?$/ }).click({ timeout: 60_000 })
      await page.getByRole("button", { name: "Stop" }).waitFor({ state: "detached", timeout: 60_000 })
    }
  }
}

const call = (name: string, input: unknown) => `call ${name} ${JSON.stringify(input)}`

it.live("goose and qwen edit the same file: the panel names both, and one of them where one it was; what is landed has them as its authors", () => Effect.gen(function*() {
  const { complaints, git, page, project, read } = yield* world
  const { ask, choose, detail, dialog, row } = inPage(page)
  const before = read("shared/Ids.ts")
  const byGoose = before.replace("\n", "\n// goose was here\n")
  const byBoth = `${byGoose}// and so was qwen\n`
  yield* act(async () => {
    await page.getByRole("combobox", { name: "Path of a git repository on the server" }).fill(project)
    await page.keyboard.press("Enter")
    await page.getByRole("textbox", { name: "Prompt" }).waitFor()
    await choose("goose")
    await ask(call("write", { path: "$CWD/shared/Ids.ts", content: byGoose }))
    await page.getByText("goose's 1 file lives in this worktree").waitFor()
    await shot(page, "goose")
    await choose("Qwen Code")
    // it overwrites only what it has read
    await ask(`${call("read_file", { file_path: "$CWD/shared/Ids.ts" })}\n${call("write_file", { file_path: "$CWD/shared/Ids.ts", content: byBoth })}`)
    await ask(call("write_file", { file_path: "$CWD/SONG.md", content: "# A song\n\nOf two.\n" }))
    await page.getByText("2 files from Qwen Code, goose live in this worktree").waitFor()
    await shot(page, "qwen")
  })
  yield* act(async () => {
    await page.getByRole("button", { name: "Review" }).click()
    await page.getByText("Changes from Qwen Code, goose").waitFor()
    for (const [file, makers] of [["Ids.ts", ["goose", "Qwen Code"]], ["SONG.md", ["Qwen Code"]]] as const) {
      const badges = row(file).getByRole("img", { name: /^Staged by / })
      assert.deepStrictEqual(await badges.evaluateAll((all) => all.map((one) => one.getAttribute("aria-label"))), makers.map((maker) => `Staged by ${maker}`))
    }
    await row("Ids.ts").click()
    await detail.getByText("and so was qwen").first().waitFor()
    await shot(page, "mixed")
    await page.getByRole("button", { name: "Commit…" }).click()
    await dialog.getByLabel("Message").fill("Two were here")
    await shot(page, "dialog")
    await dialog.getByRole("button", { name: "Commit 2 changes" }).click()
    await dialog.getByText(/Landed as/).waitFor()
    await dialog.getByRole("button", { name: "Done" }).click()
    await page.getByText("All decided").first().waitFor()
    await shot(page, "landed")
  })
  assert.deepStrictEqual([read("shared/Ids.ts"), read("SONG.md"), git("status", "--porcelain")], [byBoth, "# A song\n\nOf two.\n", ""])
  assert.match(git("log", "-1", "--format=%B"), /^Two were here\n\nCo-authored-by: qwen [^\n]*\nCo-authored-by: goose [^\n]*\n/)
  assert.deepStrictEqual(complaints, [])
}).pipe(Effect.scoped), 180_000)
