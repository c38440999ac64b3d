/** A chat in which nothing was said yet: what to expect, and for the scripted agent something to try. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import type { AgentInfo } from "../../shared/Agent.ts"
import { base } from "../style/base.ts"
import { mark } from "../style/icons.ts"
import { markStyle } from "../style/mark.ts"
import { trials } from "../view/trials.ts"

export class BooStart extends LitElement {
  static override properties = { agent: { attribute: false } }
  static override styles = [base, markStyle, css`
    :host { display: grid; grid-template-columns: minmax(0, 1fr); align-content: center; justify-items: center; padding: var(--s5); overflow: auto; text-align: center; }
    .mark { width: 2.5rem; height: 2.5rem; }
    h2 { margin-top: var(--s4); font-size: var(--size-xl); font-weight: 640; letter-spacing: -0.012em; }
    p { max-width: 27rem; margin-top: var(--s2); color: var(--ink-soft); line-height: 1.55; text-wrap: balance; }
    ul { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: var(--s2); width: min(38rem, 100%); margin-top: var(--s5); text-align: start; }
    li button { display: grid; justify-content: start; justify-items: start; gap: 0.125rem; width: 100%; padding: 0.625rem var(--s3); border: 1px solid var(--line); border-radius: var(--round-m); background: var(--raised); white-space: normal; text-align: start; }
    li button:hover { border-color: var(--accent-line); }
    small { color: var(--ink-faint); font-size: var(--size-s); }
  `]

  agent: AgentInfo | undefined

  override render(): TemplateResult {
    const { agent } = this
    const tries = agent?.name === "scripted" ? trials : []
    return html`${mark()}
      <h2>${agent === undefined ? "A new chat" : `What should ${agent.label} do?`}</h2>
      <p>${agent?.name === "scripted"
        ? "The scripted agent does what its prompt says, one step a line. It needs no key and no model: try how a turn looks."
        : "It works in this session's own worktree: your checkout stays as it is. It stays warm between prompts."}</p>
      ${tries.length === 0 ? nothing : html`<ul>${tries.map(({ name, prompt, words }) => html`<li><button
        @click=${() => this.dispatchEvent(new CustomEvent("try", { detail: prompt }))}><b>${name}</b><small>${words}</small></button></li>`)}</ul>`}`
  }
}

customElements.define("boo-start", BooStart)
