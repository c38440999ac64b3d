/** The page's root: signed in or not, and its theme. */
import { css, html, LitElement, type TemplateResult } from "lit"
import { IntentController } from "../controller/intent.ts"
import { StoreController } from "../controller/StoreController.ts"
import type { Router } from "../Router.ts"
import type { Preferences } from "../store/Preferences.ts"
import type { Stores } from "../store/Stores.ts"
import { base } from "../style/base.ts"
import "./boo-page.ts"

export class BooApp extends LitElement {
  static override properties = { stores: { attribute: false }, preferences: { attribute: false }, router: { attribute: false }, signIn: { attribute: false } }
  static override styles = [base, css`:host { display: block; height: 100%; } boo-page, boo-sign-in { height: 100%; }`]

  /** `undefined` where no token is known. */
  stores: Stores | undefined
  preferences: Preferences | undefined
  router: Router | undefined
  /** Opens the page anew with a token. */
  signIn: (token: string) => void = () => {}

  constructor() {
    super()
    new StoreController(this, () => [this.preferences, this.stores?.server])
    new IntentController(this)
      .on("boo-token", ({ token }) => this.signIn(token))
      .on("boo-theme", (theme) => {
        if (this.preferences !== undefined) this.preferences.theme = theme
      })
  }

  override willUpdate(): void {
    const theme = this.preferences?.theme ?? "auto"
    if (theme === "auto") delete document.documentElement.dataset["theme"]
    else document.documentElement.dataset["theme"] = theme
  }

  override render(): TemplateResult {
    const refused = this.stores?.server.connection._tag === "TokenRefused"
    if (this.stores === undefined || refused) {
      void import("./later.ts")
      return html`<boo-sign-in .refused=${refused}></boo-sign-in>`
    }
    return html`<boo-page .stores=${this.stores} .preferences=${this.preferences} .router=${this.router}></boo-page>`
  }
}

customElements.define("boo-app", BooApp)
