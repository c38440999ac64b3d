/**
 * Icons: one hand, one weight. Each is drawn on a grid of 16 with a line of 1.5 in the colour of its text, and is
 * hidden from screen readers: the control that holds it carries the words.
 */
import { html, svg, type SVGTemplateResult, type TemplateResult } from "lit"
import type { IconName } from "../view/iconName.ts"

const shapes: Record<IconName, SVGTemplateResult> = {
  alert: svg`<path d="M8 2.5 14.2 13.2H1.8Z M8 6.6v3 M8 11.5v.01"/>`,
  archive: svg`<path d="M2.2 3h11.6v3H2.2Z M3.2 6v7h9.6V6 M6.5 8.8h3"/>`,
  arrowDown: svg`<path d="M8 3v9.5 M4 8.8l4 4 4-4"/>`,
  arrowUp: svg`<path d="M8 13V3.5 M4 7.2l4-4 4 4"/>`,
  back: svg`<path d="M13 8H3.4 M7.2 4 3.2 8l4 4"/>`,
  bell: svg`<path d="M8 2.2a3.8 3.8 0 0 0-3.8 3.8c0 3.4-1.4 4.4-1.4 5.2h10.4c0-.8-1.4-1.8-1.4-5.2A3.8 3.8 0 0 0 8 2.2Z M6.6 13.4a1.5 1.5 0 0 0 2.8 0"/>`,
  changes: svg`<path d="M4 2.2h5l3 3v8.6H4Z M8 6.2v3.6 M6.2 8h3.6 M6.2 11.6h3.6"/>`,
  chat: svg`<path d="M2.5 3.2h11v7.6H7.6L4.6 13.4v-2.6H2.5Z"/>`,
  check: svg`<path d="M3.2 8.6l3 3 6.6-7"/>`,
  chevron: svg`<path d="M6.2 3.8 10.4 8l-4.2 4.2"/>`,
  chevronDown: svg`<path d="M3.8 6.2 8 10.4l4.2-4.2"/>`,
  circle: svg`<circle cx="8" cy="8" r="5.2"/>`,
  clip: svg`<path d="M13 7.6 8 12.6a3 3 0 0 1-4.3-4.3l5.4-5.4a2 2 0 0 1 2.9 2.9l-5.2 5.2a1 1 0 0 1-1.5-1.5L10 4.9"/>`,
  clock: svg`<circle cx="8" cy="8" r="5.6"/><path d="M8 5v3.2l2.2 1.4"/>`,
  copy: svg`<path d="M5.8 5.8h7.4v7.4H5.8Z M10.2 5.6V2.8H2.8v7.4h2.8"/>`,
  cross: svg`<path d="M4 4l8 8 M12 4l-8 8"/>`,
  dots: svg`<path d="M3.5 8v.01 M8 8v.01 M12.5 8v.01" stroke-width="2.2"/>`,
  file: svg`<path d="M4 2.2h5l3 3v8.6H4Z M9 2.2v3.2h3"/>`,
  folder: svg`<path d="M2 3.8h4.2l1.6 1.8H14v7.2H2Z"/>`,
  globe: svg`<circle cx="8" cy="8" r="5.8"/><path d="M2.2 8h11.6 M8 2.2c2.2 2 2.2 9.6 0 11.6 M8 2.2c-2.2 2-2.2 9.6 0 11.6"/>`,
  image: svg`<path d="M2.5 3h11v10h-11Z M2.8 11.4l3.4-3.6 2.6 2.6 1.6-1.5 2.8 2.6"/><circle cx="10.4" cy="5.9" r=".9"/>`,
  keyboard: svg`<path d="M1.8 4h12.4v8H1.8Z M4.2 6.6v.01 M6.7 6.6v.01 M9.2 6.6v.01 M11.7 6.6v.01 M5.2 9.6h5.6"/>`,
  list: svg`<path d="M6 4h7.5 M6 8h7.5 M6 12h7.5 M2.8 4v.01 M2.8 8v.01 M2.8 12v.01"/>`,
  menu: svg`<path d="M2.5 4.2h11 M2.5 8h11 M2.5 11.8h11"/>`,
  minus: svg`<path d="M3.5 8h9"/>`,
  moon: svg`<path d="M13 9.6A5.6 5.6 0 0 1 6.4 3 5.6 5.6 0 1 0 13 9.6Z"/>`,
  move: svg`<path d="M2.5 8h10.5 M9.4 4.4 13 8l-3.6 3.6"/>`,
  pause: svg`<path d="M5.6 3.6v8.8 M10.4 3.6v8.8"/>`,
  pencil: svg`<path d="M3 13l.7-2.9 7-7 2.2 2.2-7 7Z"/>`,
  play: svg`<path d="M5 3.2 12.2 8 5 12.8Z"/>`,
  plus: svg`<path d="M8 3v10 M3 8h10"/>`,
  queue: svg`<path d="M2.5 4h11 M2.5 8h6 M2.5 12h6 M11.8 7.4v5 M9.3 9.9h5"/>`,
  undo: svg`<path d="M5.6 3.2 2.6 6.2l3 3 M2.6 6.2h7a3.4 3.4 0 0 1 0 6.8H6.4"/>`,
  refresh: svg`<path d="M13 8a5 5 0 1 1-1.6-3.7 M13 2.6v2.6h-2.6"/>`,
  search: svg`<circle cx="7" cy="7" r="4.3"/><path d="M10.3 10.3 13.6 13.6"/>`,
  send: svg`<path d="M8 13V3.4 M3.8 7.4 8 3.2l4.2 4.2"/>`,
  shield: svg`<path d="M8 2 13 4v3.8c0 3-2 5.2-5 6.4-3-1.2-5-3.4-5-6.4V4Z"/>`,
  sliders: svg`<path d="M2.5 5h6.2 M12.2 5h1.3 M2.5 11h1.3 M7.3 11h6.2"/><circle cx="10.4" cy="5" r="1.6"/><circle cx="5.5" cy="11" r="1.6"/>`,
  stop: svg`<path d="M4.6 4.6h6.8v6.8H4.6Z" fill="currentColor"/>`,
  sun: svg`<circle cx="8" cy="8" r="2.7"/><path d="M8 1.6v1.6 M8 12.8v1.6 M1.6 8h1.6 M12.8 8h1.6 M3.5 3.5l1.1 1.1 M11.4 11.4l1.1 1.1 M12.5 3.5l-1.1 1.1 M4.6 11.4l-1.1 1.1"/>`,
  terminal: svg`<path d="M2.6 4.2 6.2 8l-3.6 3.8 M8 12h5.4"/>`,
  thought: svg`<path d="M8 2.6a4.2 4.2 0 0 0-2.4 7.6v1.4h4.8v-1.4A4.2 4.2 0 0 0 8 2.6Z M6.2 13.6h3.6"/>`,
  tool: svg`<path d="M9.8 3a3 3 0 0 0-.5 3.9L3 13.2 M9.8 3a3 3 0 0 1 2-.4L10.2 4.4l1.4 1.4L13.4 4a3 3 0 0 1-4.1 3.2"/>`,
  trash: svg`<path d="M2.8 4.4h10.4 M6 4.2V2.6h4v1.6 M4.2 4.6l.6 8.8h6.4l.6-8.8"/>`
}

export const icon = (name: IconName): TemplateResult =>
  html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">${shapes[name]}</svg>`

/** The mark: a small ghost that is also a prompt. */
export const mark = (): TemplateResult => html`<svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
  <path class="body" d="M12 2.2c-4.6 0-8 3.3-8 8v10.6c0 .9 1 1.3 1.6.7l1.5-1.4 1.9 1.6c.4.4 1 .4 1.4 0L12 20.2l1.6 1.5c.4.4 1 .4 1.4 0l1.9-1.6 1.5 1.4c.6.6 1.6.2 1.6-.7V10.2c0-4.7-3.4-8-8-8Z"/>
  <path class="face" d="M8.4 8.8l2.4 2.2-2.4 2.2 M12.6 13.4h3.4"/>
</svg>`
