/** Icons of diffs, drawn by the hand of `icons.ts` and loaded with the first diff. */
import { html, svg, type SVGTemplateResult, type TemplateResult } from "lit"

export type DiffIconName = "picture" | "space" | "split" | "unfold" | "wrap"

const shapes: Record<DiffIconName, SVGTemplateResult> = {
  picture: svg`<path d="M2.5 3h11v10h-11Z M2.8 11.4l3.4-3.6 2.6 2.6 1.6-1.5 2.8 2.6"/>`,
  space: svg`<path d="M2.6 6.4v3.2h10.8V6.4"/>`,
  split: svg`<path d="M2.2 3h11.6v10H2.2Z M8 3v10"/>`,
  unfold: svg`<path d="M8 6.4V1.8 M5.8 4 8 1.8 10.2 4 M8 9.6v4.6 M5.8 12 8 14.2l2.2-2.2 M2.4 8h2 M7 8h2 M11.6 8h2"/>`,
  wrap: svg`<path d="M2.4 3.6h11.2 M2.4 8h8.6a2.2 2.2 0 0 1 0 4.4H8.2 M9.8 10.6 8 12.4l1.8 1.8 M2.4 12.4h2.8"/>`
}

export const diffIcon = (name: DiffIconName): TemplateResult =>
  html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">${shapes[name]}</svg>`
