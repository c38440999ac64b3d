/** The page's beginning: the token, the one connection, the stores over it, and the element that shows them. */
import { openWith, takeToken } from "./Token.ts"
import { Router } from "./Router.ts"
import { connect } from "./rpc/Connection.ts"
import { browserKept, tabKept } from "./store/Kept.ts"
import { Preferences } from "./store/Preferences.ts"
import { makeStores } from "./store/Stores.ts"
import { BooApp } from "./element/boo-app.ts"

const kept = browserKept()
const token = takeToken(kept)
const loadWork = async (given: string) => (await import("./openWork.ts")).openWork({ url: location.origin, token: given }, kept)
const app = document.querySelector("boo-app")

// not only when it is asked for: the server may be away by then
setTimeout(() => void import("./element/later.ts"), 2000)

if (app instanceof BooApp) {
  app.preferences = new Preferences(kept, tabKept())
  app.router = new Router()
  app.signIn = (given) => {
    kept.set("token", given)
    openWith(given)
  }
  if (token !== undefined) app.stores = makeStores(connect({ url: location.origin, token }).remote, tabKept(), () => loadWork(token))
}
