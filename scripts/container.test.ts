/** What the image promises of its processes. It is built nowhere in the tests: its file is read. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"

it("the image begins with an init that reaps what agents leave behind, and the program below it (P8)", () => {
  const file = readFileSync(join(import.meta.dirname, "../Dockerfile"), "utf8"), image = file.slice(file.lastIndexOf("\nFROM "))
  assert.match(image, /^ENTRYPOINT \["tini", "--", "boocode"\]$/m)
  assert.match(image, /apt-get install .*\btini\b/)
})
