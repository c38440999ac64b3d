/** The change that is looked at: what happens to the file, who made it, what can be decided, and below that its contents. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { IntentController } from "../controller/intent.ts"
import type { AgentInfo } from "../../shared/Agent.ts"
import { ChangeId, type PendingChange } from "../../shared/Change.ts"
import type { LineComment } from "../../shared/LineComment.ts"
import type { Preferences } from "../store/Preferences.ts"
import type { Stores } from "../store/Stores.ts"
import type { WorkStore } from "../store/WorkStore.ts"
import { base } from "../style/base.ts"
import { changeRow } from "../style/changeRow.ts"
import { icon } from "../style/icons.ts"
import { actTitles, changeNotes, hunkActs, isOpen, operationMark, undoing } from "../view/change.ts"
import { makersOfChange } from "../view/makers.ts"
import type { Standing } from "../view/standing.ts"
import "./boo-comments-send.ts"
import "./boo-conflict.ts"
import "./boo-dialog.ts"
import type { BooFileDiff } from "./boo-file-diff.ts"
import "./boo-file-diff.ts"
import "./boo-makers.ts"

export class BooChange extends LitElement {
  static override properties = { change: { attribute: false }, work: { attribute: false }, stores: { attribute: false }, preferences: { attribute: false }, commenting: { state: true }, agents: { attribute: false }, standing: { attribute: false }, reviewed: { type: Boolean }, past: { type: Boolean } }
  static override styles = [base, changeRow, css`
    :host { display: grid; grid-template: auto minmax(0, 1fr) / minmax(0, 1fr); min-height: 0; }
    header { display: flex; flex-wrap: wrap; align-items: center; gap: 0.375rem var(--s2); padding: var(--s2) var(--s2) var(--s2) var(--s3); border-bottom: 1px solid var(--line); }
    .what { display: flex; align-items: center; gap: var(--s2); flex: 1 1 14rem; min-width: 0; }
    h3 { display: flex; min-width: 0; font: 560 var(--size-m) / 1.4 var(--font); }
    h3 .parent { flex: 0 1 auto; color: var(--ink-faint); font-weight: 440; direction: rtl; } h3 .parent bdi { unicode-bidi: isolate; } h3 .name { flex: none; max-width: 100%; }
    .about { display: flex; align-items: center; flex-wrap: wrap; gap: 0.25rem var(--s2); min-width: 0; }
    .about .notes { flex: 0 1 auto; overflow-wrap: anywhere; }
    .acts { display: flex; align-items: center; gap: 0.25rem; margin-inline-start: auto; }
    .acts button:not(.icon-only) { --row: 1.75rem; padding-inline: 0.5rem 0.625rem; }
    .reject:hover { color: var(--bad); }
    .review[aria-pressed="true"] { color: var(--good); }
    .problem { flex: 1 0 100%; display: flex; gap: var(--s2); padding: 0.375rem var(--s3); border: 1px solid var(--warn-line); border-radius: var(--round-m); background: var(--warn-soft); color: var(--warn); overflow-wrap: anywhere; }
    .body { display: grid; grid-template: minmax(0, 1fr) / minmax(0, 1fr); min-height: 0; overflow: auto; }
    .way { display: none; }
    @container panel (max-width: 34rem) { .way { display: inline-flex; } .what { flex-basis: 8rem; } }
    @media (pointer: coarse) { .acts button:not(.icon-only) { --row: 2.25rem; } }
  `]

  change: PendingChange | undefined
  work: WorkStore | undefined
  stores: Stores | undefined
  preferences: Preferences | undefined
  /** All comments of the session are shown above it. */
  commenting = false
  agents: ReadonlyArray<AgentInfo> | undefined
  standing: Standing = { tone: "pending", words: "", busy: false }
  reviewed = false
  /** It stands no more. */
  past = false

  constructor() {
    super()
    new IntentController(this)
      .on("boo-hunk", ({ changeId, hunks, way }) => void this.work?.decideHunks(way, changeId, ChangeId.make(crypto.randomUUID()), hunks))
      .on("boo-next-file", ({ step }) => this.#tell("step", step))
      .on("boo-comments", () => { this.commenting = true })
  }

  flipWrap(): void {
    this.renderRoot.querySelector<BooFileDiff>("boo-file-diff")?.flipWrap()
  }

  override render(): TemplateResult | typeof nothing {
    const { change, work } = this
    if (change === undefined || work === undefined) return nothing
    const mark = operationMark(change), at = change.path.lastIndexOf("/") + 1, notes = changeNotes(change)
    const problem = work.problems.get(change.id)
    return html`<header>
        <button class="icon-only way" aria-label="Back to the list" @click=${() => this.#tell("leave", undefined)}>${icon("back")}</button>
        <div class="what">
          <span class="operation ${mark.tone}" role="img" aria-label=${mark.words} title=${mark.words}>${mark.sign}</span>
          <h3 title=${change.path}>${at === 0 ? nothing : html`<span class="parent cut"><bdi>${change.path.slice(0, at)}</bdi></span>`}<span class="name cut">${change.path.slice(at)}</span></h3>
        </div>
        <div class="about">
          ${notes.length === 0 ? nothing : html`<span class="notes">${notes.join(", ")}</span>`}
          <boo-makers .makers=${makersOfChange(change, this.agents)}></boo-makers>
          ${this.standing.words === "" ? nothing : html`<span class="state ${this.standing.tone}" title=${this.standing.title ?? nothing}>
            ${this.standing.busy ? html`<span class="spinner"></span>` : this.standing.icon === undefined ? nothing : icon(this.standing.icon)}${this.standing.words}</span>`}
        </div>
        <div class="acts">
          <button class="icon-only" aria-label="Previous change" title="Previous change (k)" @click=${() => this.#tell("step", -1)}>${icon("arrowUp")}</button>
          <button class="icon-only" aria-label="Next change" title="Next change (j)" @click=${() => this.#tell("step", 1)}>${icon("arrowDown")}</button>
          ${this.#acts(change, work)}
        </div>
        ${problem === undefined ? nothing : html`<p class="problem" role="alert">${icon("alert")}${problem}</p>`}
      </header>
      <div class="body">${change.state === "conflicted" ? html`<boo-conflict .change=${change} .work=${work} .agents=${this.agents}></boo-conflict>` : this.#diff(change, work)}</div>
      ${this.commenting ? html`<boo-dialog name="Comments" @keydown=${(event: Event) => event.stopPropagation()} @closed=${() => { this.commenting = false }}><boo-comments-send .sessionId=${work.sessionId} .stores=${this.stores}
        .comments=${this.stores?.work.stores?.comments.of(work.sessionId)} .isOutdated=${(comment: LineComment) => isOutdated(comment, work.work.changes)} @sent=${() => { this.commenting = false }}></boo-comments-send></boo-dialog>` : nothing}`
  }

  #diff(change: PendingChange, work: WorkStore): TemplateResult {
    const stores = this.stores?.work.stores
    return html`<boo-file-diff bare .sessionId=${work.sessionId} .file=${change} .changeId=${change.id} .acts=${hunkActs(change, this.past)} .diffs=${stores?.diffs}
      .comments=${stores?.comments.of(work.sessionId)} .preferences=${this.preferences} ?busy=${work.busy.has(change.id)}></boo-file-diff>`
  }

  #acts(change: PendingChange, work: WorkStore): TemplateResult | typeof nothing {
    const busy = work.busy.has(change.id)
    if (this.standing.tone === "waiting") {
      return busy ? html`<button class="outline" title=${change.state === "rejected" ? "It stays rejected." : "It stays in the worktree, and waits for you again."} @click=${() => work.giveUp(change.id)}>Don't ${change.state === "rejected" ? "bring it back" : "reject it"}</button>` : nothing
    }
    if (!this.past && isOpen(change)) {
      return html`
        <button class="review" aria-pressed=${this.reviewed} title="Marks it in this browser, until the file changes again (r)" @click=${() => this.#tell("review", !this.reviewed)}>${icon(this.reviewed ? "check" : "circle")}Reviewed</button>
        <button class="reject" ?disabled=${busy} title=${`${actTitles.reject} (x)`} @click=${() => this.#tell("act", { act: "reject", ids: [change.id] })}>${icon("cross")}Reject</button>
        <button class="primary" ?disabled=${busy} title=${`${actTitles.apply} (a)`} @click=${() => this.#tell("act", { act: "apply", ids: [change.id] })}>${icon("check")}Apply</button>`
    }
    const act = undoing(change)
    return act === undefined ? nothing : html`<button class="outline" ?disabled=${busy} title=${`${actTitles[act]} (u)`} @click=${() => this.#tell("act", { act, ids: [change.id] })}>${icon(act === "revert" ? "back" : "undo")}${act === "revert" ? "Revert" : "Bring back"}</button>`
  }

  #tell(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }
}

/** Its file's content is another one now, or waits no more. */
const isOutdated = ({ blob, path, side }: LineComment, changes: ReadonlyArray<PendingChange>): boolean => {
  const change = changes.find((one) => one.path === path)
  return change === undefined || blob !== (side === "old" ? change.baseBlob : change.blob)
}

customElements.define("boo-change", BooChange)
