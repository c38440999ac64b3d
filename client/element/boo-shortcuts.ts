/** The sheet of keys. */
import { css, html, LitElement, type TemplateResult } from "lit"
import { shortcutList } from "../controller/Shortcuts.ts"
import { base } from "../style/base.ts"

export class BooShortcuts extends LitElement {
  static override styles = [base, css`
    dl { display: grid; padding: 0 var(--s4) var(--s4); }
    div { display: flex; align-items: center; justify-content: space-between; gap: var(--s4); min-height: 2.125rem; border-top: 1px solid var(--line); }
    dt { color: var(--ink-soft); } dd { display: flex; gap: 0.25rem; flex: none; }
  `]

  override render(): TemplateResult {
    return html`<dl>${shortcutList.map(({ keys, words }) => html`<div><dt>${words}</dt><dd>${keys.map((key) => html`<kbd>${key}</kbd>`)}</dd></div>`)}</dl>`
  }
}

customElements.define("boo-shortcuts", BooShortcuts)
