/** Without the server's token: where it is, and a place to paste it. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { ask } from "../controller/intent.ts"
import { base } from "../style/base.ts"
import { icon, mark } from "../style/icons.ts"
import { markStyle } from "../style/mark.ts"
import { tokenIn } from "../view/token.ts"

export class BooSignIn extends LitElement {
  static override properties = { refused: { type: Boolean } }
  static override styles = [base, markStyle, css`
    :host { display: grid; grid-template-columns: minmax(0, 1fr); place-items: center; min-height: 100%; padding: var(--s5); overflow: auto; background: var(--ground); }
    main { display: grid; gap: var(--s3); width: min(26rem, 100%); padding: var(--s6); border: 1px solid var(--line); border-radius: 18px; background: var(--raised); box-shadow: var(--shadow-2); }
    .mark { width: 2.375rem; height: 2.375rem; }
    h1 { font-size: var(--size-2xl); font-weight: 660; letter-spacing: -0.025em; line-height: 1.2; }
    p { color: var(--ink-soft); line-height: 1.55; }
    code { padding: 0.1em 0.35em; border-radius: 4px; background: var(--sunk); box-shadow: inset 0 0 0 1px var(--line); font: 0.92em var(--mono); overflow-wrap: anywhere; }
    .refused { display: flex; gap: var(--s2); padding: 0.5rem var(--s3); border: 1px solid var(--bad-line); border-radius: var(--round-m); background: var(--bad-soft); color: var(--bad); }
    .refused .icon { margin-top: 0.125rem; }
    form { display: grid; gap: var(--s2); margin-top: var(--s2); }
    label { font-weight: 560; }
    form div { display: flex; gap: var(--s2); }
    input { flex: 1; min-width: 0; min-height: 2.25rem; } button { min-height: 2.25rem; padding-inline: var(--s4); }
  `]

  /** A token is known, and the server does not take it. */
  refused = false

  override render(): TemplateResult {
    return html`<main>
      ${mark()}
      <h1>Sign in to boocode</h1>
      ${this.refused ? html`<p class="refused" role="alert">${icon("alert")}<span>The server does not take the token that this browser has. It may have been made anew.</span></p>` : nothing}
      <p>Open the address that the server printed when it started:<br><code>boocode ready http://…/?token=…</code></p>
      <form @submit=${this.#onSubmit}>
        <label for="token">Or paste that address, or the token itself</label>
        <div><input id="token" name="token" type="password" autocomplete="off" required autofocus><button class="primary">Sign in</button></div>
      </form>
      <p class="faint">On the server, <code>boocode token</code> prints it again.</p>
    </main>`
  }

  #onSubmit(event: SubmitEvent): void {
    event.preventDefault()
    if (!(event.currentTarget instanceof HTMLFormElement)) return
    const typed = new FormData(event.currentTarget).get("token")
    const token = typeof typed === "string" ? tokenIn(typed) : undefined
    if (token !== undefined) ask(this, "boo-token", { token })
  }
}

customElements.define("boo-sign-in", BooSignIn)
