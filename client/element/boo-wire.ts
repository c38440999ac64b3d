/** The wire log of an agent in a chat: every message, which way it went, and what it says when opened. Loaded when first shown. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { repeat } from "lit/directives/repeat.js"
import { AutoFollow } from "../controller/AutoFollow.ts"
import { StoreController } from "../controller/StoreController.ts"
import type { WireStore } from "../store/WireStore.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import { row } from "../style/row.ts"
import { byteWords, plural } from "../view/numbers.ts"
import { copiedText, directionWords, matchingRows, prettyText, timeWords, type WireRow, wireRows } from "../view/wire.ts"
import "./boo-code.ts"

export class BooWire extends LitElement {
  static override properties = { store: { attribute: false }, label: {}, typed: { state: true }, open: { state: true }, copied: { state: true } }
  static override styles = [base, row, css`
    :host { display: grid; grid-template: auto minmax(0, 1fr) / minmax(0, 1fr); min-height: 0; }
    header { display: flex; align-items: center; gap: var(--s2); padding: 0.1875rem var(--s3) var(--s2) var(--s4); border-bottom: 1px solid var(--line); }
    label { display: flex; align-items: center; gap: var(--s2); flex: 1; min-width: 0; color: var(--ink-faint); }
    input[type="search"] { flex: 1; min-width: 0; }
    .count { flex: none; color: var(--ink-faint); font-size: var(--size-s); }
    .list { overflow-y: auto; padding: var(--s1) var(--s4) var(--s3); }
    summary { gap: 0.625rem; }
    .in > summary > .icon { color: var(--accent); } .out > summary > .icon { color: var(--good); }
    time { flex: none; color: var(--ink-faint); font: var(--size-s) / 1.45 var(--mono); }
    .name { flex: 0 0 auto; max-width: 60%; font-family: var(--mono); font-size: var(--size-s); font-weight: 500; color: var(--ink); }
    .title { flex: 1 1 0; color: var(--ink-faint); font-size: var(--size-s); }
    .error .name { color: var(--bad); }
    .note { padding: 0 0.4375rem; border-radius: 1rem; background: var(--warn-soft); box-shadow: inset 0 0 0 1px var(--warn-line); color: var(--warn); font-size: var(--size-xs); line-height: 1.6; }
    boo-code { margin: var(--s1) 0 var(--s2); --code-height: 24rem; }
    .none, .problem { padding: var(--s5); color: var(--ink-faint); text-align: center; }
    .problem { padding-block: var(--s2); color: var(--bad); }
    .none p { max-width: 28rem; margin-inline: auto; }
    @media (max-width: 46rem) {
      time { display: none; } .count { display: none; } .list { padding-inline: var(--s3); }
      .name { flex: 0 1 auto; max-width: none; } .title { flex: 1 1 30%; }
    }
  `]

  store: WireStore | undefined
  label = ""
  typed = ""
  open: ReadonlySet<number> = new Set()
  copied = false
  #stop: () => void = () => {}
  #rows: ReadonlyArray<WireRow> = []
  #drawn: unknown

  constructor() {
    super()
    new StoreController(this, () => [this.store])
    new AutoFollow(this, () => ({
      scroller: this.renderRoot.querySelector<HTMLElement>(".list"), content: this.renderRoot.querySelector<HTMLElement>(".rows"),
      pieces: this.renderRoot.querySelectorAll<HTMLElement>("details")
    }), () => {})
  }

  override firstUpdated(): void {
    this.#stop = this.store?.look() ?? this.#stop
    if (matchMedia("(hover: hover)").matches) this.renderRoot.querySelector("input")?.focus()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#stop()
  }

  override willUpdate(): void {
    if (this.#drawn === this.store?.messages) return
    this.#drawn = this.store?.messages
    this.#rows = wireRows(this.store?.messages ?? [])
  }

  override render(): TemplateResult {
    const rows = matchingRows(this.#rows, this.typed)
    return html`<header>
        <label>${icon("search")}<input type="search" aria-label="Filter the messages" placeholder="Filter, as in: session/update late" .value=${this.typed} @input=${this.#onInput}></label>
        <span class="count figures">${this.typed === "" ? plural(rows.length, "message") : `${rows.length} of ${this.#rows.length}`}</span>
        <button ?disabled=${rows.length === 0} @click=${() => this.#copy(rows)}>${icon(this.copied ? "check" : "copy")}<span aria-live="polite">${this.copied ? "Copied" : "Copy"}</span></button>
      </header>
      <div class="list" tabindex="0" role="region" aria-label=${`What went over the wire of ${this.label}`}>
        <div class="rows">${repeat(rows, ({ message }) => message.number, (one) => this.#row(one))}</div>
        ${this.#empty(rows)}
        ${this.store?.problem === undefined ? nothing : html`<p class="problem" role="alert">${this.store.problem}</p>`}
      </div>`
  }

  #empty(rows: ReadonlyArray<WireRow>): TemplateResult | typeof nothing {
    if (rows.length > 0) return nothing
    if (this.store?.messages === undefined) return this.store?.problem === undefined ? html`<p class="none" role="status"><span class="spinner"></span></p>` : nothing
    if (this.#rows.length > 0) return html`<p class="none">No message holds that.</p>`
    return html`<div class="none"><p>Nothing yet. From the next prompt to ${this.label} on, every message to it and from it stands here, without secrets. The server keeps the newest of them until it is restarted.</p></div>`
  }

  #row({ about, message, name, tone }: WireRow): TemplateResult {
    const { at, direction, note, number, size, text } = message
    return html`<details class="${direction} ${tone}" ?open=${this.open.has(number)} @toggle=${(event: Event) => this.#onToggle(number, event)}>
      <summary>
        <span class="unseen">${directionWords(direction, this.label)}</span>${icon(direction === "in" ? "arrowDown" : "arrowUp")}
        <time datetime=${new Date(at).toISOString()}>${timeWords(at)}</time>
        <span class="name cut">${name}</span>
        <span class="title cut">${about}</span>
        <span class="end">${note === undefined ? nothing : html`<span class="note">${note}</span>`}${size > text.length ? html`<span>${byteWords(size)}, cut</span>` : nothing}</span>
      </summary>
      ${this.open.has(number) ? this.#whole(message) : nothing}
    </details>`
  }

  #whole(message: WireRow["message"]): TemplateResult {
    const { language, text } = prettyText(message)
    return html`<boo-code .text=${text} .language=${language}></boo-code>`
  }

  #onToggle(number: number, event: Event): void {
    if (!(event.currentTarget instanceof HTMLDetailsElement) || event.currentTarget.open === this.open.has(number)) return
    const open = new Set(this.open)
    if (event.currentTarget.open) open.add(number)
    else open.delete(number)
    this.open = open
  }

  #onInput(event: Event): void {
    if (event.currentTarget instanceof HTMLInputElement) this.typed = event.currentTarget.value
  }

  async #copy(rows: ReadonlyArray<WireRow>): Promise<void> {
    await navigator.clipboard.writeText(copiedText(rows))
    this.copied = true
    setTimeout(() => {
      this.copied = false
    }, 1500)
  }
}

customElements.define("boo-wire", BooWire)
