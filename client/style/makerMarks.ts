/** The marks of those who make changes: a small drawing for each agent that is known, the first letter for every other, a pencil for the hand. */
import { css, html, svg, type SVGTemplateResult, type TemplateResult } from "lit"

const shapes: Readonly<Record<string, SVGTemplateResult>> = {
  goose: svg`<path d="M2.4 10.6c2.6.7 5 .3 6.6-1.4V5.4a2.1 2.1 0 0 1 4-1l1.2.9-1.4.6v3.5c0 2.6-2.2 4.2-5 4.2-2.6 0-4.5-1.2-5.4-3Z M11 5.1v.01"/>`,
  qwen: svg`<path d="M8 1.9 13.3 5v6L8 14.1 2.7 11V5Z M8 8l3 4 M8 5.2 10.5 6.6v2.8L8 10.8 5.5 9.4V6.6Z"/>`,
  opencode: svg`<path d="M3.2 2.6h9.6v10.8H3.2Z M6.2 5.8h3.6v4.4H6.2Z"/>`,
  claude: svg`<path d="M8 2v12 M2.8 5l10.4 6 M13.2 5 2.8 11 M5.4 2.8l5.2 10.4 M10.6 2.8 5.4 13.2"/>`,
  codex: svg`<path d="M5.4 4.6 2.4 8l3 3.4 M10.6 4.6l3 3.4-3 3.4 M9 3.6 7 12.4"/>`,
  gemini: svg`<path d="M8 1.8c.4 3.9 2.3 5.8 6.2 6.2-3.9.4-5.8 2.3-6.2 6.2-.4-3.9-2.3-5.8-6.2-6.2C5.7 7.6 7.6 5.7 8 1.8Z"/>`,
  boocode: svg`<path d="M8 2.2A4.6 4.6 0 0 0 3.4 6.8v6.8l1.6-1.3 1.5 1.3L8 12.4l1.5 1.2L11 12.3l1.6 1.3V6.8A4.6 4.6 0 0 0 8 2.2Z M6.4 6.8v.01 M9.6 6.8v.01"/>`,
  scripted: svg`<path d="M4 2.4h8v11.2H4Z M6.2 5.6h3.6 M6.2 8h3.6 M6.2 10.4h2"/>`
}
const hand = svg`<path d="M3 13l.7-2.9 7-7 2.2 2.2-7 7Z M9.2 4.6l2.2 2.2"/>`

/** Known ones keep their colour; the others' follows from their name. */
const hues = { goose: 1, qwen: 2, opencode: 3, claude: 4, codex: 5, gemini: 6, boocode: 0, scripted: 7 } as const
const isKnown = (name: string): name is keyof typeof hues => Object.hasOwn(hues, name)
export const hueOf = (name: string): number => isKnown(name) ? hues[name] : [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 997, 7) % 8

export const makerMark = (name: string, manual: boolean): TemplateResult => {
  const shape = manual ? hand : shapes[name]
  return shape === undefined
    ? html`<span class="letter" aria-hidden="true">${name.slice(0, 1).toUpperCase()}</span>`
    : html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">${shape}</svg>`
}

export const makerColours = css`
  .maker { --hue: 291; color: light-dark(oklch(0.47 0.13 var(--hue)), oklch(0.82 0.1 var(--hue))); background: light-dark(oklch(0.955 0.026 var(--hue)), oklch(0.28 0.045 var(--hue))); }
  .hue0 { --hue: 291; } .hue1 { --hue: 75; } .hue2 { --hue: 315; } .hue3 { --hue: 235; } .hue4 { --hue: 40; } .hue5 { --hue: 165; } .hue6 { --hue: 258; } .hue7 { --hue: 195; }
  .maker.manual { color: var(--ink-soft); background: var(--pressed); }
`
