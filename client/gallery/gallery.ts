/** The gallery: the real page over a pretended server, in the state that `?scene=` names. For looking at; not shipped. */
import { BooApp } from "../element/boo-app.ts"
import "../element/boo-standing.ts"
import "../element/boo-turn-files.ts"
import { Router } from "../Router.ts"
import { memoryKept } from "../store/Kept.ts"
import { Preferences } from "../store/Preferences.ts"
import { makeStores } from "../store/Stores.ts"
import { WorkStores } from "../store/WorkStores.ts"
import { fakeRemote } from "./fakeRemote.ts"
import { fakeWorkRemote } from "./fakeWorkRemote.ts"
import { chatOf } from "../../test/support/chatLog.ts"
import { diffScenes } from "./diffScenes.ts"
import { scenes } from "./scenes.ts"
import { showDiff } from "./showDiff.ts"

const scene = new URL(location.href).searchParams.get("scene") ?? "answer"
const app = document.querySelector("boo-app")

const file = diffScenes[scene]
if (file !== undefined && app !== null) showDiff(scene, file, app)
else if (app instanceof BooApp) {
  const kept = memoryKept()
  app.preferences = new Preferences(kept, kept)
  app.router = new Router()
  const remote = fakeRemote(scene, chatOf(scenes[scene] ?? scenes["answer"] ?? [], Date.now()))
  if (scene !== "signin") app.stores = makeStores(remote, kept, () => Promise.resolve(new WorkStores(fakeWorkRemote(scene), kept)))
}
