/** One file's diff by itself, in place of the page. */
import type { CountedChange } from "../../shared/Change.ts"
import { ChangeId } from "../../shared/Change.ts"
import { ids } from "../../test/support/chatLog.ts"
import { BooFileDiff } from "../element/boo-file-diff.ts"
import { CommentsStores } from "../store/CommentsStore.ts"
import { DiffStore } from "../store/DiffStore.ts"
import { memoryKept } from "../store/Kept.ts"
import { Preferences } from "../store/Preferences.ts"
import { fakeDiffs } from "./diffScenes.ts"

export const showDiff = (scene: string, file: CountedChange, place: Element): void => {
  const kept = memoryKept()
  const element = new BooFileDiff()
  element.sessionId = ids.session(1)
  element.file = file
  element.changeId = ChangeId.make(ids.session(9))
  element.diffs = new DiffStore(fakeDiffs)
  element.comments = new CommentsStores(kept).of(ids.session(1))
  element.preferences = new Preferences(kept, kept)
  if (["diffSplit", "diffNew"].includes(scene)) element.preferences.choose("diff.split", "yes")
  if (scene === "diffComments") {
    const place = { path: file.path, side: "new", blob: file.blob, from: 3, to: 4, quoted: "  const span = Math.max(0, milliseconds)\n  if (span < 950) …" } as const
    element.comments.add(place, "Why 950? Say it in a name, and let the test for the boundary use the same one.")
    element.comments.add({ ...place, blob: "0".repeat(40), quoted: "  const seconds = Math.round(milliseconds / 1000)" }, "Rounding up makes this a lie below one second.")
  }
  place.replaceWith(element)
}
