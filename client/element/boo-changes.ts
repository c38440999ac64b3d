/** A session's changes: what waits for a person, what they make of it, and what was decided. */
import { html, LitElement, nothing, type TemplateResult } from "lit"
import { ask } from "../controller/intent.ts"
import { Review } from "../controller/Review.ts"
import { type ReviewKey, reviewKey } from "../controller/reviewKey.ts"
import { StoreController } from "../controller/StoreController.ts"
import type { ChangeId, PendingChange } from "../../shared/Change.ts"
import type { ChatRow, Session } from "../../shared/Session.ts"
import type { LandStore } from "../store/LandStore.ts"
import type { Preferences } from "../store/Preferences.ts"
import type { Stores } from "../store/Stores.ts"
import type { WorkStore } from "../store/WorkStore.ts"
import { base } from "../style/base.ts"
import { changesStyle } from "../style/changes.ts"
import { icon } from "../style/icons.ts"
import { labelOf } from "../view/agents.ts"
import { lookWords } from "../view/lookProblem.ts"
import { type Act, isOpen, lineTotals, reviewProgress, undoing } from "../view/change.ts"
import { makersNote, makersOfAll } from "../view/makers.ts"
import { amountWords, plural } from "../view/numbers.ts"
import { type Standing, standingOf } from "../view/standing.ts"
import type { BooChangeList, ChosenRow } from "./boo-change-list.ts"
import type { BooChangesFilter } from "./boo-changes-filter.ts"
import "./boo-change-list.ts"
import type { BooChange } from "./boo-change.ts"
import "./boo-change.ts"
import "./boo-changes-acts.ts"
import "./boo-changes-filter.ts"
import "./boo-dialog.ts"
import "./boo-splitter.ts"

interface Asked { readonly act: Exclude<Act, "resolve">; readonly ids: ReadonlyArray<ChangeId> }

const isUntouched = ({ work }: WorkStore): boolean => work.changes.length === 0 && work.decided === 0

export class BooChanges extends LitElement {
  static override properties = { work: { attribute: false }, stores: { attribute: false }, session: { attribute: false }, chat: { attribute: false }, preferences: { attribute: false }, path: {}, section: { state: true }, landing: { state: true } }
  static override styles = [base, changesStyle]

  work: WorkStore | undefined
  stores: Stores | undefined
  session: Session | undefined
  chat: ChatRow | undefined
  preferences: Preferences | undefined
  path: string | undefined
  section: "standing" | "decided" = "standing"
  /** Changes that are about to land. */
  landing: { readonly store: LandStore; readonly changes: ReadonlyArray<PendingChange> } | undefined
  #stopLooking: (() => void) | undefined
  readonly #standing = (change: PendingChange): Standing => {
    const { work } = this
    return standingOf(change, {
      busy: work?.busy.get(change.id), problem: work?.problems.get(change.id), waits: work?.work.waiting.includes(change.id) ?? false,
      running: (work?.work.running ?? []).map((name) => labelOf(this.#agents, name))
    })
  }
  readonly #isReviewed = (change: PendingChange): boolean => this.work?.reviewed.has(change) ?? false
  readonly #review = new Review(this, () => ({ changes: this.#changes, tree: this.#tree, path: this.path }))

  constructor() {
    super()
    new StoreController(this, () => [this.work, this.work?.reviewed, this.work?.decided, this.preferences, this.stores?.agents])
    this.addEventListener("keydown", (event) => this.#onKey(event))
  }

  get #agents() {
    return this.stores?.agents.agents
  }

  get #tree(): boolean {
    return this.section === "standing" && this.preferences?.choice("changes-list") !== "yes"
  }

  get #changes(): ReadonlyArray<PendingChange> {
    return (this.section === "standing" ? this.work?.work.changes : this.work?.decided.changes) ?? []
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#lookAtDecided(false)
  }

  override willUpdate(): void {
    this.#lookAtDecided(this.section === "decided")
    const listed = this.preferences?.size("changes")
    if (listed === undefined) this.style.removeProperty("--list-height")
    else this.style.setProperty("--list-height", `${listed}px`)
  }

  override updated(): void {
    const splitter = this.renderRoot.querySelector("boo-splitter"), detail = this.renderRoot.querySelector(".detail")
    if (splitter !== null && detail !== null) Object.assign(splitter, { size: detail.getBoundingClientRect().height, most: this.getBoundingClientRect().height - 144 })
  }

  override render(): TemplateResult {
    const { work } = this
    const empty = this.#empty(work)
    if (work === undefined || empty !== undefined) return empty ?? html``
    const { current } = this.#review
    return html`<div class="panes ${current === undefined ? "" : "two"}">
      <div class="list">
        <div>${this.#head(work)}${this.#stale(work)}${this.#told(work)}</div>
        ${this.#list(work)}
        <div>${this.#foot(work)}</div>
      </div>
      ${current === undefined ? nothing : html`<boo-splitter axis="y" label="Height of the list" least="120" @sized=${({ detail }: CustomEvent<number | undefined>) => this.#keepHeight(detail)}></boo-splitter>
      <boo-change class="detail" tabindex="-1" .change=${current} .work=${work} .stores=${this.stores} .preferences=${this.preferences} .agents=${this.#agents} .standing=${this.#standing(current)} .reviewed=${this.#isReviewed(current)} .past=${this.section === "decided"}
        @act=${({ detail }: CustomEvent<Asked>) => this.#act(detail)} @step=${({ detail }: CustomEvent<1 | -1>) => this.#step(detail)}
        @review=${({ detail }: CustomEvent<boolean>) => this.#mark(current, detail)} @leave=${() => this.#look(undefined)}></boo-change>`}
    </div>`
  }

  /** What stands in the place of everything; `undefined` where there is something to show. */
  #empty(work: WorkStore | undefined): TemplateResult | undefined {
    const problem = this.stores?.work.problem ?? work?.failure
    if (problem !== undefined && work?.work.known !== true) {
      return html`<div class="none" role="alert">${icon("alert")}<p>${problem}</p><button class="outline" @click=${() => { this.stores?.work.load(); work?.retry() }}>Try again</button></div>`
    }
    if (work === undefined || !work.work.known) return html`<div class="ghosts" role="status" aria-label="Loading the changes"><i></i><i></i><i></i><i></i></div>`
    if (work.work.worktree === null) {
      return html`<div class="none">${icon("folder")}<p><b>No worktree yet</b>The session gets one with its first prompt. Everything its agents change there waits here for you: nothing reaches the project before you apply it.</p></div>`
    }
    if (this.section === "standing" && isUntouched(work) && work.work.problem === null && work.work.skipped.length === 0) return this.#nothing(work)
    return undefined
  }

  #nothing(work: WorkStore): TemplateResult {
    return html`<div class="none">${icon("changes")}<p><b>Nothing has changed</b>What agents change in this session's worktree, and what you change there by hand, waits here for you.</p>${this.#again(work)}</div>`
  }

  #again(work: WorkStore): TemplateResult {
    return html`<button class="outline" ?disabled=${work.looking} @click=${() => void work.look()}>${work.looking ? html`<span class="spinner"></span>` : icon("refresh")}Look again</button>`
  }

  #head({ decided, looking, reviewed, work }: WorkStore): TemplateResult {
    const { shown } = this.#review
    const standing = this.section === "standing"
    const { added, removed } = lineTotals(shown), progress = reviewProgress(shown, (change) => reviewed.has(change))
    const note = makersNote(shown, this.#agents)
    return html`<div class="head">
      <div class="sums">
        <span class="sections" role="group" aria-label="Which changes">
          <button aria-pressed=${standing} @click=${() => { this.section = "standing" }}>To decide <span class="number figures">${work.changes.length}</span></button>
          <button aria-pressed=${!standing} @click=${() => { this.section = "decided" }}>Decided${decided.changes === undefined || standing ? nothing : html` <span class="number figures">${decided.changes.length}${decided.hasOlder ? "+" : ""}</span>`}</button>
        </span>
        ${shown.length === 0 ? nothing : html`<span class="lines figures"><span class="plus">+${amountWords(added)}</span><span class="minus">−${amountWords(removed)}</span></span>`}
        ${note === undefined ? nothing : html`<span class="note cut" title=${note}>${note}</span>`}
        ${!standing || shown.length === 0 ? nothing : html`<span class="progress figures"><progress max=${progress.count} .value=${progress.reviewed} aria-hidden="true"></progress>${progress.words}</span>`}
      </div>
      <boo-changes-filter .filter=${this.#review.filter} .makers=${makersOfAll(this.#changes, this.#agents)} .tree=${this.#tree} .looking=${looking}
        @narrow=${({ detail }: CustomEvent<Partial<Review["filter"]>>) => this.#review.narrow(detail)} @typed=${() => this.#focusList()}
        @tree=${({ detail }: CustomEvent<boolean>) => this.preferences?.choose("changes-list", detail ? undefined : "yes")} @look-again=${() => void this.work?.look()}></boo-changes-filter>
    </div>`
  }

  /** The list is older than it looks. */
  #stale(work: WorkStore): TemplateResult | typeof nothing {
    const { lookedAt, problem } = work.work
    if (problem === null) return nothing
    const { age, why } = lookWords(problem, lookedAt, Date.now())
    return html`<p class="told stale" role="status">${icon("alert")}<span><b>${age}</b> ${why}</span>${this.#again(work)}</p>`
  }

  #told(work: WorkStore): TemplateResult | typeof nothing {
    if (work.refusal !== undefined) {
      return html`<p class="told bad" role="alert">${icon("alert")}<span>${work.refusal}</span><button class="icon-only" aria-label="Put away" @click=${() => work.putAwayRefusal()}>${icon("cross")}</button></p>`
    }
    const { missing } = this.#review
    if (missing !== undefined) return html`<p class="told" role="status">${icon("file")}<span>No change of <b>${missing}</b> waits: it was decided, or is as it was.</span><button class="icon-only" aria-label="Put away" @click=${() => this.#look(undefined)}>${icon("cross")}</button></p>`
    const running = work.work.running.map((name) => labelOf(this.#agents, name))
    return running.length === 0 ? nothing : html`<p class="told" role="status"><span class="pulse"></span><span>${running.join(", ")} ${running.length > 1 ? "are" : "is"} at work here; what changes is told when the turn has ended.</span></p>`
  }

  #list(work: WorkStore): TemplateResult {
    const { current, rows, selection } = this.#review
    if (rows.length === 0) return this.#noRows(work)
    return html`<boo-change-list .rows=${rows} .chosen=${selection.ids} .current=${current?.id} .agents=${this.#agents} .standing=${this.#standing} .isReviewed=${this.#isReviewed} .past=${this.section === "decided"} .version=${{}}
      @look=${({ detail }: CustomEvent<PendingChange>) => this.#look(detail)} @choose=${({ detail }: CustomEvent<ChosenRow>) => this.#review.choose(detail.ids, detail.range)}
      @fold=${({ detail }: CustomEvent<string>) => this.#review.fold(detail)} @act=${({ detail }: CustomEvent<Asked>) => this.#act(detail)}></boo-change-list>`
  }

  #noRows(work: WorkStore): TemplateResult {
    if (this.#changes.length > 0) return html`<div class="none"><p>No file holds that.</p><button class="outline" @click=${() => this.#review.narrow({ typed: "", makers: new Set() })}>Show all ${this.#changes.length}</button></div>`
    if (this.section === "standing" && isUntouched(work)) return this.#nothing(work)
    if (this.section === "standing") return html`<div class="none">${icon("check")}<p><b>All decided</b>Nothing waits for you in this worktree.</p>${this.#again(work)}</div>`
    if (work.decided.problem !== undefined) return html`<div class="none" role="alert"><p>${work.decided.problem}</p></div>`
    return work.decided.changes === undefined ? html`<div class="ghosts" role="status" aria-label="Loading what was decided"><i></i><i></i></div>` : html`<div class="none"><p>Nothing was decided yet.</p></div>`
  }

  #foot({ decided, work }: WorkStore): TemplateResult | typeof nothing {
    const past = this.section === "decided"
    const { meant, selection, shown } = this.#review
    // of what was decided long ago much is committed by now: there a person chooses
    const landable = past ? selection.ids.size === 0 ? [] : meant.filter(({ state }) => state === "applied") : meant.filter(isOpen)
    return html`${past && decided.hasOlder ? html`<div class="older"><button ?disabled=${decided.loading} @click=${() => void decided.older()}>${decided.loading ? html`<span class="spinner"></span>` : icon("arrowDown")}Show older</button></div>` : nothing}
      ${past || work.skipped.length === 0 ? nothing : html`<details ?open=${work.changes.length === 0}><summary>${plural(work.skipped.length, "path")} left out of this list</summary><ul>${work.skipped.map(({ detail, path, why }) => html`<li><b>${path}</b> ${why === "repository" ? "is a repository of its own: what is in it is neither listed nor kept." : `is not kept. ${detail}`}</li>`)}</ul></details>`}
      ${this.landing === undefined ? nothing : html`<boo-dialog name="Land as a commit" @closed=${() => { this.landing = undefined }}><boo-land .store=${this.landing.store} .changes=${this.landing.changes} @done=${() => { this.landing = undefined }}></boo-land></boo-dialog>`}
      <boo-changes-acts .changes=${meant} .chosen=${selection.ids.size} .all=${shown.length} ?past=${past}
        @act=${({ detail }: CustomEvent<Asked>) => this.#act(detail)} @choose-all=${({ detail }: CustomEvent<boolean>) => this.#review.chooseAll(detail)}>
        <button class="commit" ?disabled=${landable.length === 0} title=${past ? "One commit in the project of what was applied: choose the changes first" : "One commit in the project, with the agents as co-authors"} @click=${() => void this.#land(landable)}>${icon("send")}Commit…</button></boo-changes-acts>`
  }

  #act({ act, ids }: Asked): void {
    this.#review.chooseAll(false)
    void this.work?.[act](ids)
  }

  async #land(changes: ReadonlyArray<PendingChange>): Promise<void> {
    const { work } = this
    if (work === undefined) return
    await import("./boo-land.ts")
    this.landing = { store: work.landing(), changes }
  }

  #look(change: PendingChange | undefined): void {
    this.#review.look(change)
    ask(this, "boo-show-work", change === undefined || this.section === "decided" ? { tab: "changes" } : { tab: "changes", path: change.path })
    void this.updateComplete.then(() => this.#keepFocus())
  }

  /** Where one of list and change makes room for the other, the focus goes on to what is there: the keys work in both. */
  #keepFocus(): void {
    const list = this.renderRoot.querySelector<BooChangeList>("boo-change-list"), detail = this.renderRoot.querySelector<HTMLElement>(".detail")
    if (detail === null) list?.focus()
    else if (list !== null && list.getClientRects().length === 0) detail.focus({ preventScroll: true })
  }

  #step(step: 1 | -1): void {
    const next = this.#review.step(step)
    if (next !== undefined) this.#look(next)
  }

  #mark(change: PendingChange, reviewed: boolean): void {
    this.work?.reviewed.mark(change, reviewed)
  }

  #keepHeight(detail: number | undefined): void {
    this.preferences?.keepSize("changes", detail === undefined ? undefined : this.getBoundingClientRect().height - detail)
  }

  #focusList(): void {
    this.renderRoot.querySelector<BooChangeList>("boo-change-list")?.focus()
  }

  #lookAtDecided(looks: boolean): void {
    if (looks === (this.#stopLooking !== undefined)) return
    this.#stopLooking?.()
    this.#stopLooking = looks ? this.work?.decided.look() : undefined
  }

  #onKey(event: KeyboardEvent): void {
    const inList = event.composedPath().some((target) => target instanceof HTMLElement && target.role === "grid")
    const key = reviewKey(event, inList)
    if (key !== undefined && this.#press(key)) {
      event.preventDefault()
      event.stopPropagation()
    }
  }

  /** Whether the key did something. */
  #press(key: ReviewKey): boolean {
    const review = this.#review, { current } = review
    switch (key) {
      case "next": this.#step(1); return true
      case "previous": this.#step(-1); return true
      case "filter": this.renderRoot.querySelector<BooChangesFilter>("boo-changes-filter")?.focus(); return true
      case "all": review.chooseAll(true); return true
      case "leave": if (current !== undefined) this.#look(undefined); return current !== undefined
    }
    if (current === undefined) return false
    switch (key) {
      case "choose": case "range": review.choose([current.id], key === "range"); return true
      case "review": this.#mark(current, !this.#isReviewed(current)); return true
      case "wrap": this.renderRoot.querySelector<BooChange>("boo-change")?.flipWrap(); return true
      case "undo": {
        const act = this.section === "decided" ? undoing(current) : undefined
        if (act !== undefined) this.#act({ act, ids: [current.id] })
        return act !== undefined
      }
      case "apply": case "reject": if (this.section === "decided" || !isOpen(current)) return false; this.#act({ act: key, ids: [current.id] }); return true
    }
  }
}

customElements.define("boo-changes", BooChanges)
