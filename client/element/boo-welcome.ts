/** Where no chat is chosen: the first steps, one at a time: a project, a session. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { ask } from "../controller/intent.ts"
import { StoreController } from "../controller/StoreController.ts"
import type { Project, Session } from "../../shared/Session.ts"
import type { AgentsStore } from "../store/AgentsStore.ts"
import type { DirectoryStore } from "../store/DirectoryStore.ts"
import { base } from "../style/base.ts"
import { icon, mark } from "../style/icons.ts"
import { markStyle } from "../style/mark.ts"
import { agentChoices } from "../view/agents.ts"
import "./boo-path.ts"

export class BooWelcome extends LitElement {
  static override properties = { store: { attribute: false }, agents: { attribute: false }, session: { attribute: false } }
  static override styles = [base, markStyle, css`
    :host { display: grid; grid-template-columns: minmax(0, 1fr); place-items: center; min-height: 0; padding: var(--s5); overflow: auto; }
    main { display: grid; justify-items: center; width: min(34rem, 100%); text-align: center; }
    .mark { width: 2.75rem; height: 2.75rem; }
    h2 { margin-top: var(--s4); font-size: var(--size-2xl); font-weight: 660; letter-spacing: -0.025em; line-height: 1.2; text-wrap: balance; }
    p { max-width: 28rem; margin-top: var(--s2); color: var(--ink-soft); line-height: 1.55; text-wrap: balance; }
    .card { width: 100%; margin-top: var(--s5); border: 1px solid var(--line); border-radius: var(--round-l); background: var(--raised); box-shadow: var(--shadow-2); overflow: hidden; }
    .card boo-path { --row: 2rem; height: 19rem; }
    .projects { display: flex; flex-wrap: wrap; justify-content: center; gap: var(--s2); margin-top: var(--s5); }
    .agents { display: flex; flex-wrap: wrap; justify-content: center; gap: 0.25rem var(--s3); margin-top: var(--s4); color: var(--ink-faint); font-size: var(--size-s); }
    .agents span { display: inline-flex; align-items: center; gap: 0.375rem; }
    .agents i { width: 0.4375rem; height: 0.4375rem; border-radius: 50%; background: var(--good); }
    .agents .no i { background: none; box-shadow: inset 0 0 0 1.5px var(--line-strong); }
    .big { min-height: 2.375rem; padding-inline: var(--s4); margin-top: var(--s5); }
  `]

  store: DirectoryStore | undefined
  agents: AgentsStore | undefined
  /** A session that has no chat left. */
  session: Session | undefined

  constructor() {
    super()
    new StoreController(this, () => [this.store, this.agents])
  }

  override render(): TemplateResult | typeof nothing {
    const directory = this.store?.directory
    if (this.store?.failure !== undefined) return html`<main role="alert">${mark()}<h2>The projects can't be shown</h2><p>${this.store.failure}</p></main>`
    if (directory === undefined) return html`<main role="status"><span class="spinner"></span></main>`
    if (this.session !== undefined) return this.#noChat(this.session)
    return directory.projects.length === 0 ? this.#noProject() : this.#noSession(directory.projects)
  }

  #noProject(): TemplateResult {
    return html`<main>${mark()}<h2>Add your first project</h2>
      <p>A project is a git repository on the server's disk. Agents work in worktrees of their own; your checkout stays as it is.</p>
      <div class="card"><boo-path .store=${this.store} @added=${(event: CustomEvent<Project>) => ask(this, "boo-new-session", { projectId: event.detail.id })}></boo-path></div>
      ${this.#agents()}</main>`
  }

  #noSession(projects: ReadonlyArray<Project>): TemplateResult {
    return html`<main>${mark()}<h2>What's next?</h2><p>Start a session: one line of work, in a worktree of its own, with as many chats as it needs.</p>
      <div class="projects">${projects.map(({ id, name }) => html`<button class="outline" @click=${() => ask(this, "boo-new-session", { projectId: id })}>${icon("plus")}New session in ${name}</button>`)}
        <button @click=${() => ask(this, "boo-open", "addProject")}>${icon("folder")}Add a project</button></div>
      ${this.#agents()}</main>`
  }

  #noChat({ id, title }: Session): TemplateResult {
    return html`<main>${mark()}<h2>${title}</h2><p>This session has no open chat.</p>
      <button class="primary big" @click=${() => ask(this, "boo-new-chat", { sessionId: id })}>${icon("plus")}New chat</button></main>`
  }

  #agents(): TemplateResult | typeof nothing {
    const choices = agentChoices(this.agents?.agents ?? [])
    if (choices.length === 0) return nothing
    return html`<div class="agents">${choices.map(({ agent, offered, words }) => html`<span class=${offered ? "" : "no"} title=${words}><i></i>${agent.label}${offered ? "" : html`<span class="unseen">, not available</span>`}</span>`)}</div>`
  }
}

customElements.define("boo-welcome", BooWelcome)
