/** Two pictures: side by side with their sizes, or one over the other behind a handle that is moved. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import type { CountedChange } from "../../shared/Change.ts"
import type { DiffFrame } from "../../shared/Diff.ts"
import type { SessionId } from "../../shared/Ids.ts"
import type { DiffStore } from "../store/DiffStore.ts"
import { base } from "../style/base.ts"
import { byteWords } from "../view/numbers.ts"

type Head = Extract<DiffFrame, { readonly _tag: "Head" }>
type Which = "before" | "after"
interface Picture { readonly address?: string; readonly problem?: string; readonly size?: string }

export class BooImageDiff extends LitElement {
  static override properties = {
    sessionId: {}, file: { attribute: false }, head: { attribute: false }, diffs: { attribute: false }, pictures: { state: true }, way: { state: true }, share: { state: true }
  }
  static override styles = [base, css`
    :host { display: grid; grid-template-rows: auto minmax(min-content, 1fr); min-height: 0; overflow: auto; padding: var(--s3); gap: var(--s3); background: var(--sunk); }
    .ways { display: inline-flex; justify-self: center; padding: 2px; border-radius: var(--round-m); background: var(--hover); }
    .ways button { min-height: 1.625rem; border-radius: var(--round-s); font-size: var(--size-s); color: var(--ink-soft); }
    .ways button[aria-pressed="true"] { background: var(--raised); color: var(--ink); box-shadow: var(--shadow-1); }
    .two { display: grid; grid-auto-columns: minmax(0, 36rem); grid-auto-flow: column; place-content: safe center; align-items: center; gap: var(--s3); min-height: 0; }
    figure { display: grid; grid-template-columns: minmax(0, 1fr); justify-items: center; gap: var(--s2); }
    img { display: block; max-width: 100%; max-height: min(56vh, 34rem); border-radius: 2px; box-shadow: 0 0 0 1px var(--line-strong); background: repeating-conic-gradient(var(--hover) 0 25%, var(--raised) 0 50%) 0 0 / 1rem 1rem; }
    figcaption { color: var(--ink-faint); font-size: var(--size-s); text-align: center; }
    figcaption b { font-weight: 560; color: var(--ink-soft); } .gone b { color: var(--bad); } .come b { color: var(--good); }
    .over { display: grid; justify-items: center; align-content: safe center; gap: var(--s3); }
    .stack { display: grid; }
    .stack img { grid-area: 1 / 1; }
    .swipe img + img { clip-path: inset(0 0 0 var(--share, 50%)); } .fade img + img { opacity: var(--share, 50%); }
    input { width: min(24rem, 80vw); accent-color: var(--accent); }
    .wait { padding: var(--s5); color: var(--ink-faint); }
  `]

  sessionId: SessionId | undefined
  file: CountedChange | undefined
  head: Head | undefined
  diffs: DiffStore | undefined
  pictures: Partial<Record<Which, Picture>> = {}
  way: "beside" | "swipe" | "fade" = "beside"
  /** How much of the new picture is over the old one, in hundredths. */
  share = 50

  override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has("file") || this.file === undefined) return
    this.pictures = {}
    void this.#load("before", this.file, this.file.baseBlob)
    void this.#load("after", this.file, this.file.blob)
  }

  async #load(which: Which, file: CountedChange, blob: string | null): Promise<void> {
    if (blob === null || this.sessionId === undefined) return
    const reply = await this.diffs?.image(this.sessionId, blob)
    if (this.file === file && reply !== undefined) this.#set(which, reply._tag === "Done" ? { address: reply.value } : { problem: reply.message })
  }

  #set(which: Which, picture: Picture): void {
    this.pictures = { ...this.pictures, [which]: { ...this.pictures[which], ...picture } }
  }

  /** By hand: the page's policy refuses a style that comes as an attribute. */
  override updated(): void {
    this.style.setProperty("--share", `${this.share}%`)
  }

  override render(): TemplateResult | typeof nothing {
    const { file, head } = this
    if (file === undefined || head === undefined) return nothing
    const both = this.pictures.before?.address !== undefined && this.pictures.after?.address !== undefined
    return html`${both ? html`<div class="ways" role="group" aria-label="How the two are compared">${this.#choice("beside", "Side by side")}${this.#choice("swipe", "Swipe")}${this.#choice("fade", "Fade")}</div>` : html`<span></span>`}
      ${both && this.way !== "beside" ? this.#over(file) : html`<div class="two">
        ${file.baseBlob === null ? nothing : this.#picture("before", file, head.oldBytes)}${file.blob === null ? nothing : this.#picture("after", file, head.newBytes)}</div>`}`
  }

  #choice(way: "beside" | "swipe" | "fade", words: string): TemplateResult {
    return html`<button aria-pressed=${this.way === way} @click=${() => { this.way = way }}>${words}</button>`
  }

  #picture(which: Which, file: CountedChange, bytes: number | null): TemplateResult {
    const picture = this.pictures[which]
    const words = which === "before" ? file.blob === null ? "Deleted" : "Before" : file.baseBlob === null ? "New" : "After"
    const sizes = [picture?.size, bytes === null ? undefined : byteWords(bytes)].filter((part) => part !== undefined).join(", ")
    return html`<figure class=${which === "before" ? "gone" : "come"}>${picture?.address === undefined
      ? html`<p class="wait" role="status">${picture?.problem ?? "Loading…"}</p>` : html`<img src=${picture.address} alt=${`${file.path}, ${words.toLowerCase()}`} @load=${(event: Event) => this.#measured(which, event)}>`}
      <figcaption><b>${words}</b> ${sizes}</figcaption></figure>`
  }

  #over({ path }: CountedChange): TemplateResult {
    return html`<div class="over"><div class="stack ${this.way}"><img src=${this.pictures.before?.address ?? ""} alt=${`${path}, before`}><img src=${this.pictures.after?.address ?? ""} alt=${`${path}, after`}></div>
      <input type="range" min="0" max="100" aria-label=${this.way === "swipe" ? "Where the new picture begins" : "How much of the new picture is seen"} .value=${String(this.share)} @input=${this.#onPart}></div>`
  }

  #measured(which: Which, event: Event): void {
    const { currentTarget } = event
    if (currentTarget instanceof HTMLImageElement) this.#set(which, { size: `${currentTarget.naturalWidth} × ${currentTarget.naturalHeight}` })
  }

  #onPart(event: Event): void {
    if (event.currentTarget instanceof HTMLInputElement) this.share = event.currentTarget.valueAsNumber
  }
}

customElements.define("boo-image-diff", BooImageDiff)
