/** One line in which agents mark names of code by backticks: shown as code, without the marks. */
import { html, type TemplateResult } from "lit"

export const inlineCode = (text: string): TemplateResult =>
  html`${text.split(/`([^`]+)`/).map((piece, index) => index % 2 === 1 ? html`<code class="inline">${piece}</code>` : piece)}`
