/** What is said of parked work, as it is read from a commit that anybody may have written. */
import { assert, it } from "@effect/vitest"
import { WorktreeId } from "../../../shared/Ids.ts"
import { messageOf, noteOf, type ParkedNote } from "./ParkedNote.ts"

const note: ParkedNote = {
  id: WorktreeId.make(crypto.randomUUID()), sessionId: null, title: "a \u001b]0;b\u0007\nc", branch: "b", baseCommit: "0".repeat(40), baseTree: null, head: "0".repeat(40),
  index: null, files: 0, hidden: [], left: []
}

it("a title is one line without controls, and the rest is as it was noted", () => {
  assert.deepStrictEqual(noteOf(messageOf(note)), { ...note, title: "a  ]0;b c" })
  assert.isUndefined(noteOf("Park something\n\nelse"))
})
