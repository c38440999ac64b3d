/** The files that a turn changed, below its end, each with the way to its change. Asked for when it comes into sight. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { ask } from "../controller/intent.ts"
import { StoreController } from "../controller/StoreController.ts"
import type { CountedChange, TurnFiles } from "../../shared/Change.ts"
import type { TurnSummary } from "../../shared/Turn.ts"
import type { WorkStore } from "../store/WorkStore.ts"
import { base } from "../style/base.ts"
import { changeSentence, operationMark } from "../view/change.ts"
import { changeRow } from "../style/changeRow.ts"
import { plural } from "../view/numbers.ts"

/** More stand behind a button. */
const few = 5

export class BooTurnFiles extends LitElement {
  static override properties = { turn: { attribute: false }, work: { attribute: false }, changed: { state: true }, all: { state: true } }
  static override styles = [base, changeRow, css`
    div { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem var(--s1); margin-top: var(--s2); font-size: var(--size-s); }
    p { margin-inline-end: var(--s1); color: var(--ink-faint); }
    button { --row: 1.5rem; max-width: 100%; padding-inline: 0.25rem 0.5rem; gap: 0.3125rem; border-color: var(--line); }
    button:hover { border-color: var(--line-strong); }
    .more { padding-inline: 0.5rem; color: var(--ink-faint); }
    .name { font-family: var(--mono); font-size: 0.94em; }
    .lines { min-width: 0; }
    @media (pointer: coarse) { button { --row: 2.25rem; } }
  `]

  turn: TurnSummary | undefined
  work: WorkStore | undefined
  /** `undefined` until they are known. */
  changed: TurnFiles | undefined
  all = false
  /** The answer that `changed` began with. */
  #first: TurnFiles | undefined
  #seen = false
  readonly #sight = new IntersectionObserver((entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return
    this.#seen = true
    this.#sight.disconnect()
    this.requestUpdate()
  }, { rootMargin: "200px" })

  constructor() {
    super()
    new StoreController(this, () => [this.work])
  }

  override connectedCallback(): void {
    super.connectedCallback()
    if (!this.#seen) this.#sight.observe(this)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#sight.disconnect()
  }

  override willUpdate(): void {
    const { turn, work } = this
    if (!this.#seen || turn?.endedAt === undefined || work === undefined || !work.work.known || work.work.worktree === null) return
    void work.ofTurn(turn.turnId, turn.endedAt).then((reply) => {
      if (reply._tag !== "Done" || this.turn?.turnId !== turn.turnId || this.#first === reply.value) return
      this.changed = this.#first = reply.value
    })
  }

  /** All that are here, and the next ones where there are more. */
  async #more({ count, files }: TurnFiles): Promise<void> {
    const { turn, work } = this, last = files.at(-1), first = this.#first
    this.all = true
    if (turn === undefined || work === undefined || last === undefined || files.length >= count) return
    const reply = await work.moreOfTurn(turn.turnId, last.path)
    if (reply._tag === "Done" && this.#first === first && this.changed?.files === files) this.changed = { ...reply.value, files: [...files, ...reply.value.files] }
  }

  override render(): TemplateResult | typeof nothing {
    const { changed } = this
    if (changed === undefined || changed.count === 0) return nothing
    const { added, count, files, removed } = changed, shown = this.all ? files : files.slice(0, few)
    return html`<div role="group" aria-label="Files of this turn">
      <p class="figures">Changed ${plural(count, "file")} <span class="plus">+${added}</span> <span class="minus">−${removed}</span></p>
      ${shown.map((file) => this.#file(file))}
      ${shown.length >= count ? nothing : html`<button class="more" @click=${() => void this.#more(changed)}>${count - shown.length} more</button>`}
    </div>`
  }

  #file(file: CountedChange): TemplateResult {
    const mark = operationMark(file)
    return html`<button title=${`${file.path}\n${changeSentence(file)}`} @click=${() => ask(this, "boo-show-work", { tab: "changes", path: file.path })}>
      <span class="operation ${mark.tone}" role="img" aria-label=${mark.words}>${mark.sign}</span><span class="name cut">${file.path.slice(file.path.lastIndexOf("/") + 1)}</span></button>`
  }
}

customElements.define("boo-turn-files", BooTurnFiles)
