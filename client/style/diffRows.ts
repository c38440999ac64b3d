/** The rows of a diff: numbers, signs, lines, heads of hunks. Every row is `--code-row` high; a head is two rows high. */
import { css } from "lit"

export const diffRows = css`
  :host { display: grid; grid-template: minmax(0, 1fr) / minmax(0, 1fr); min-height: 0; background: var(--paper); }
  .scroller { overflow: auto; overscroll-behavior: contain; min-height: 0; outline-offset: -2px; contain: strict; overflow-anchor: none; }
  .field { position: relative; width: calc(100% + var(--beyond)); height: var(--laid); }
  .layer { position: sticky; inset-inline-start: 0; width: var(--seen); color: var(--code-ink); font: var(--size-code) / var(--code-row) var(--mono); tab-size: 4; }
  .probe { position: absolute; visibility: hidden; height: var(--code-row); font: var(--size-code) / var(--code-row) var(--mono); white-space: pre; }

  .row { display: grid; grid-template-columns: var(--no) var(--no) minmax(0, 1fr); height: var(--code-row); }
  .split .row { grid-template-columns: var(--no) minmax(0, 1fr) var(--no) minmax(0, 1fr); }
  .no { position: relative; padding-inline-end: 0.5rem; color: var(--ink-faint); text-align: end; font-size: 0.92em; user-select: none; cursor: pointer; }
  .no::before { content: attr(data-n); }
  .code { position: relative; overflow: hidden; padding-inline-start: var(--sign); white-space: pre; cursor: text; }
  .code::before { position: absolute; inset-inline-start: 0.4375rem; z-index: 1; user-select: none; color: var(--ink-faint); }
  .split .code + .no { border-inline-start: 1px solid var(--line); }
  .clip { display: block; overflow: clip; }
  .text { display: inline-block; min-width: 100%; transform: translateX(calc(-1 * var(--shift, 0px))); }
  .wrapped .row { height: auto; min-height: var(--code-row); }
  .wrapped .text { display: block; transform: none; }

  .added { background: var(--added); } .removed { background: var(--removed); }
  .no.added { background: var(--added-edge); color: var(--ink-soft); } .no.removed { background: var(--removed-edge); color: var(--ink-soft); }
  .code.added::before { content: "+"; color: var(--good); } .code.removed::before { content: "−"; color: var(--bad); }
  .absent { background: repeating-linear-gradient(-45deg, var(--sunk) 0 4px, var(--paper) 4px 8px); cursor: default; }
  .added .word { background: var(--added-word); border-radius: 3px; } .removed .word { background: var(--removed-word); border-radius: 3px; }
  .end { margin-inline-start: 0.375rem; padding-inline: 0.25rem; vertical-align: top; border-radius: 3px; background: var(--hover); color: var(--ink-faint); font: var(--size-xs) / var(--code-row) var(--font); user-select: none; }

  .row:hover .no { color: var(--ink); }
  .chosen .no { background: var(--accent-soft); color: var(--accent-strong); box-shadow: inset 2px 0 var(--accent); }
  .chosen .code { box-shadow: inset 0 0 0 100vmax var(--hover); }
  .plus { position: absolute; inset: calc(var(--code-row) / 2) -0.5rem auto auto; z-index: 2; translate: 0 -50%; width: 1.125rem; min-height: 1.125rem; padding: 0; border-radius: var(--round-s); background: var(--accent); color: var(--on-accent); opacity: 0; transition: none; }
  .plus:hover { background: var(--accent-strong); }
  .plus .icon { font-size: 0.75rem; stroke-width: 2; }
  .row:hover .no:hover .plus, .no:focus-within .plus, .unified .row:hover .no:nth-child(2) .plus { opacity: 1; }
  [data-selecting="old"] .code[data-side="new"], [data-selecting="new"] .code[data-side="old"] { user-select: none; }

  .inset { padding: var(--s2) var(--s3) var(--s2) calc(var(--more) + var(--s3)); border-block: 1px solid var(--line); background: var(--sunk); font: var(--size-m) / 1.5 var(--font); }
  @media (max-width: 46rem) { .inset { padding: var(--s2); } }
`
