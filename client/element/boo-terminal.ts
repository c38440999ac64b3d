/** One terminal's screen, attached for as long as it is shown; on a phone with a row of the keys that its keyboard has not. */
import { css, html, LitElement, nothing, type TemplateResult, unsafeCSS } from "lit"
import screenStyles from "@xterm/xterm/css/xterm.css" with { type: "text" }
import { StoreController } from "../controller/StoreController.ts"
import { TerminalScreen } from "../controller/TerminalScreen.ts"
import type { TerminalStore } from "../store/TerminalStore.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { endWords, keyText, type ScreenKey, screenKeys, withControl } from "../view/terminal.ts"

export class BooTerminal extends LitElement {
  static override properties = { store: { attribute: false }, label: {}, spoken: { type: Boolean }, control: { state: true } }
  static override styles = [base, unsafeCSS(screenStyles), css`
    :host { display: grid; grid-template: minmax(0, 1fr) auto auto / minmax(0, 1fr); min-height: 0; background: var(--paper); }
    .screen { min-height: 0; margin: var(--s2) 0 0 var(--s3); overflow: hidden; font: var(--size-code) / 1.2 var(--mono); }
    .xterm { height: 100%; }
    .xterm .xterm-viewport { background: none; }
    .xterm .composition-view { background: var(--raised); color: var(--ink); }
    :host(:focus-within) .screen { outline: none; }
    .ended, .problem { display: flex; align-items: center; gap: var(--s2); padding: 0.375rem var(--s2) 0.375rem var(--s4); border-top: 1px solid var(--line); color: var(--ink-soft); }
    .ended span, .problem span { flex: 1; }
    .problem { border-color: var(--bad-line); background: var(--bad-soft); color: var(--bad); }
    .keys { display: none; gap: 0.125rem; padding: var(--s1); border-top: 1px solid var(--line); overflow-x: auto; scrollbar-width: none; }
    .keys button { flex: 1; min-width: 2.5rem; padding: 0; background: var(--hover); }
    .keys [aria-pressed="true"] { background: var(--accent-soft); color: var(--accent); }
    @media (max-width: 46rem), (pointer: coarse) { .keys { display: flex; } }
  `]

  store: TerminalStore | undefined
  label = ""
  /** Its lines are read as they come. */
  spoken = false
  /** The next key is held with Ctrl. */
  control = false
  #screen: TerminalScreen | undefined
  #detach: () => void = () => {}

  constructor() {
    super()
    new StoreController(this, () => [this.store])
    // keys are the shell's: none of them is a shortcut of the page
    this.addEventListener("keydown", (event) => event.stopPropagation())
  }

  override connectedCallback(): void {
    super.connectedCallback()
    if (this.hasUpdated) this.#open()
  }

  override firstUpdated(): void {
    this.#open()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#detach()
    this.#screen?.close()
    this.#screen = undefined
  }

  override updated(changed: Map<string, unknown>): void {
    if (changed.has("spoken") && this.#screen !== undefined) this.#screen.spoken = this.spoken
  }

  #open(): void {
    const host = this.renderRoot.querySelector<HTMLElement>(".screen")
    const { shadowRoot, store } = this
    if (host === null || shadowRoot === null || store === undefined) return
    this.#screen = new TerminalScreen({
      host, root: shadowRoot, label: this.label,
      onKeys: (keys) => this.#type(keys),
      onSize: (size) => store.resize(size),
      onFocus: () => store.claim(),
      onLeave: (step) => this.dispatchEvent(new CustomEvent("left", { detail: step }))
    })
    this.#screen.spoken = this.spoken
    this.#detach = store.attach(this.#screen)
  }

  override focus(): void {
    this.#screen?.focus()
  }

  override render(): TemplateResult {
    const { end, problem } = this.store ?? {}
    return html`<div class="screen"></div>
      <div>
        ${problem === undefined || end !== undefined ? nothing : html`<p class="problem" role="alert">${icon("alert")}<span>${problem}</span></p>`}
        ${end === undefined ? nothing : html`<p class="ended" role="status"><span>${endWords(end)}</span>
          <button class="outline" @click=${() => this.dispatchEvent(new Event("again"))}>${icon("refresh")}Start again</button></p>`}
      </div>
      <div class="keys" role="toolbar" aria-label="Keys">
        <button aria-pressed=${this.control} @pointerdown=${this.#keepFocus} @click=${() => { this.control = !this.control }}>Ctrl</button>
        ${screenKeys.map((key) => html`<button aria-label=${key.name} @pointerdown=${this.#keepFocus} @click=${() => this.#press(key)}>${key.label}</button>`)}
      </div>`
  }

  /** The phone's keyboard stays where it is. */
  #keepFocus(event: PointerEvent): void {
    event.preventDefault()
  }

  #press(key: ScreenKey): void {
    this.store?.type(keyText(key, this.#screen?.application ?? false))
    this.focus()
  }

  #type(keys: string): void {
    this.store?.type(this.control ? withControl(keys) : keys)
    this.control = false
  }
}

customElements.define("boo-terminal", BooTerminal)
