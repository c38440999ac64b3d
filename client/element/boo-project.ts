/** One project in the list, with its sessions; folded by its name. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { repeat } from "lit/directives/repeat.js"
import { ask } from "../controller/intent.ts"
import type { SessionId } from "../../shared/Ids.ts"
import { base } from "../style/base.ts"
import { icon } from "../style/icons.ts"
import type { ProjectEntry } from "../view/directory.ts"
import "./boo-session-row.ts"

export class BooProject extends LitElement {
  static override properties = {
    entry: { attribute: false }, current: {}, asking: { attribute: false }, folded: { type: Boolean }, archived: { state: true }
  }
  static override styles = [base, css`
    header { display: flex; align-items: center; padding-inline-end: 0.125rem; }
    .name { flex: 1; justify-content: flex-start; gap: 0.3125rem; min-width: 0; padding-inline: 0.4375rem; color: var(--ink); font-weight: 600; }
    .name:hover { background: none; }
    .name .icon { color: var(--ink-faint); font-size: 0.75rem; transition: rotate var(--quick); }
    .name[aria-expanded="true"] .icon { rotate: 90deg; }
    header .icon-only { --row: 1.625rem; }
    header boo-project-menu { opacity: 0; }
    header:hover boo-project-menu, boo-project-menu:focus-within { opacity: 1; }
    @media (hover: none) { header boo-project-menu { opacity: 1; } header .icon-only { --row: 2.25rem; } }
    li { margin-block: 1px; }
    .none { padding: 0.125rem 0.625rem 0.25rem 1.875rem; color: var(--ink-faint); font-size: var(--size-s); }
    .none button, .past { min-height: 1.5rem; padding-inline: 0.25rem; color: var(--accent); font-size: inherit; }
    .past { margin-inline-start: 1.625rem; color: var(--ink-faint); font-size: var(--size-xs); }
    .gone { display: flex; align-items: center; padding-inline-start: 1.875rem; color: var(--ink-faint); min-height: 1.625rem; }
    .gone .cut { flex: 1; }
    .gone button { min-height: 1.5rem; padding-inline: 0.375rem; font-size: var(--size-xs); }
  `]

  entry: ProjectEntry | undefined
  current: SessionId | undefined
  /** Sessions in which somebody waits for an answer. */
  asking: ReadonlySet<string> = new Set()
  folded = false
  archived = false

  override render(): TemplateResult | typeof nothing {
    const { entry } = this
    if (entry === undefined) return nothing
    const { archived, project, sessions } = entry
    return html`<section aria-label=${`Project ${project.name}`}>
      <header>
        <button class="name" aria-expanded=${!this.folded} title=${project.path} @click=${() => ask(this, "boo-fold-project", { projectId: project.id })}>
          ${icon("chevron")}<span class="cut">${project.name}</span></button>
        <boo-project-menu .project=${project} .removable=${sessions.length === 0}></boo-project-menu>
        <button class="icon-only" aria-label=${`New session in ${project.name}`} title="New session" @click=${() => ask(this, "boo-new-session", { projectId: project.id })}>${icon("plus")}</button>
      </header>
      ${this.folded ? nothing : html`
        ${sessions.length === 0 ? html`<p class="none">No session yet. <button @click=${() => ask(this, "boo-new-session", { projectId: project.id })}>Start one</button></p>` : nothing}
        <ul>${repeat(sessions, ({ session }) => session.id, (one) => html`<li><boo-session-row .entry=${one}
          .current=${one.session.id === this.current} .asks=${this.asking.has(one.session.id)}></boo-session-row></li>`)}</ul>
        ${archived.length === 0 ? nothing : html`<button class="past" aria-expanded=${this.archived} @click=${() => { this.archived = !this.archived }}>${this.archived ? "Hide archived" : `${archived.length} archived`}</button>`}
        ${this.archived ? archived.map((session) => html`<div class="gone"><span class="cut">${session.title}</span>
          <button @click=${() => ask(this, "boo-archive-session", { sessionId: session.id, archived: false })}>Reopen</button>
          <button class="icon-only" aria-label=${`Delete ${session.title}`} title="Delete…" @click=${() => ask(this, "boo-guard", { what: "delete", session })}>${icon("trash")}</button></div>`) : nothing}`}
    </section>`
  }
}

customElements.define("boo-project", BooProject)
