/** The form of an elicitation. The browser checks what is typed; answering and declining are told to whoever holds it. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit"
import { ask } from "../controller/intent.ts"
import type { RequestId } from "../../shared/Ids.ts"
import { base } from "../style/base.ts"
import { type ElicitationForm, type Field, formOf } from "../../shared/Elicitation.ts"
import { contentOf } from "../view/elicitation.ts"

export class BooElicitation extends LitElement {
  static override properties = { schema: {}, requestId: {} }
  static override styles = [base, css`
    form { display: grid; gap: var(--s3); margin-top: var(--s3); padding-inline-start: 1.5625rem; }
    label { display: grid; gap: 0.25rem; max-width: 26rem; font-weight: 540; }
    label.check { grid-template-columns: 1rem 1fr; align-items: center; gap: var(--s2); }
    fieldset { display: grid; gap: 0.25rem; margin: 0; padding: 0; border: 0; font-weight: 540; }
    small { font-weight: 400; font-size: var(--size-s); color: var(--ink-soft); }
    .needed { color: var(--bad); }
    .row { display: flex; gap: var(--s2); }
    @media (max-width: 46rem) { form { padding: 0; } }
  `]

  schema = ""
  requestId: RequestId | undefined

  override render(): TemplateResult {
    const form = formOf(this.schema)
    if (form === undefined) {
      return html`<form @submit=${this.#decline}><small>The agent's question has no form that can be shown here.</small>
        <div class="row"><button class="outline">Decline</button></div></form>`
    }
    return html`<form @submit=${(event: SubmitEvent) => this.#accept(event, form)}>
      ${form.fields.map((field) => this.#field(field))}
      ${form.unasked.length === 0 ? nothing : html`<small>Not asked here: ${form.unasked.join(", ")}.</small>`}
      <div class="row"><button class="primary">Answer</button><button type="button" class="outline" @click=${this.#decline}>Decline</button></div>
    </form>`
  }

  #field(field: Field): TemplateResult {
    const hint = field.hint === undefined ? nothing : html`<small>${field.hint}</small>`
    if (field.kind === "boolean") {
      return html`<label class="check"><input type="checkbox" name=${field.name} ?checked=${field.value}><span>${field.label}</span>${hint}</label>`
    }
    if (field.kind === "choices") {
      return html`<fieldset><legend>${field.label}</legend>${hint}${field.choices.map(({ label, value }) => html`<label class="check">
        <input type="checkbox" name=${field.name} value=${value} ?checked=${field.values.includes(value)}><span>${label}</span></label>`)}</fieldset>`
    }
    return html`<label><span>${field.label}${field.required ? html`<span class="needed" aria-hidden="true"> *</span>` : nothing}</span>${hint}${this.#input(field)}</label>`
  }

  #input(field: Exclude<Field, { kind: "boolean" | "choices" }>): TemplateResult {
    switch (field.kind) {
      case "choice": return html`<select name=${field.name} ?required=${field.required}>
        ${field.required && field.value !== "" ? nothing : html`<option value="" ?selected=${field.value === ""}>${field.required ? "Choose…" : "No answer"}</option>`}
        ${field.choices.map(({ label, value }) => html`<option value=${value} ?selected=${value === field.value}>${label}</option>`)}</select>`
      case "number": return html`<input type="number" name=${field.name} .value=${field.value} ?required=${field.required}
        step=${field.whole ? "1" : "any"} min=${field.minimum ?? nothing} max=${field.maximum ?? nothing}>`
      case "text": return html`<input type=${field.input} name=${field.name} .value=${field.value} ?required=${field.required}
        minlength=${field.minLength ?? nothing} maxlength=${field.maxLength ?? nothing}>`
    }
  }

  #accept(event: SubmitEvent, form: ElicitationForm): void {
    event.preventDefault()
    if (!(event.currentTarget instanceof HTMLFormElement) || this.requestId === undefined) return
    const values = new FormData(event.currentTarget)
    const filled = new Map(form.fields.map(({ name }) => [name, values.getAll(name).filter((value) => typeof value === "string")]))
    ask(this, "boo-answer", { requestId: this.requestId, answer: { _tag: "Accepted", content: contentOf(form, filled) } })
  }

  #decline(event: Event): void {
    event.preventDefault()
    if (this.requestId !== undefined) ask(this, "boo-answer", { requestId: this.requestId, answer: { _tag: "Declined" } })
  }
}

customElements.define("boo-elicitation", BooElicitation)
