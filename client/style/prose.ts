/** How an agent's answer reads: the type of headings, lists, tables, quotes and code within text. */
import { css } from "lit"

export const prose = css`
  .prose { font-size: var(--size-l); line-height: var(--reading); overflow-wrap: anywhere; }
  .prose > * + * { margin-top: 0.8em; }
  .prose p + p, .prose div + p { margin-top: 0.8em; }
  .prose h1, .prose h2, .prose h3, .prose h4, .prose h5, .prose h6 { margin: 1.25em 0 0; line-height: 1.3; font-weight: 640; letter-spacing: -0.008em; }
  .prose > :first-child > :first-child { margin-top: 0; }
  .prose h1 { font-size: 1.28em; }
  .prose h2 { font-size: 1.14em; }
  .prose h3 { font-size: 1.03em; }
  .prose h4, .prose h5, .prose h6 { font-size: 1em; color: var(--ink-soft); }
  .prose ul, .prose ol { padding-inline-start: 1.45em; }
  .prose ul { list-style: disc; }
  .prose ol { list-style: decimal; }
  .prose li { padding-inline-start: 0.15em; }
  .prose li + li, .prose li > ul, .prose li > ol { margin-top: 0.3em; }
  .prose li::marker { color: var(--ink-faint); }
  .prose li:has(> input) { list-style: none; margin-inline-start: -1.3em; }
  .prose li > input { margin-inline-end: 0.45em; vertical-align: -0.12em; }
  .prose blockquote { padding-inline-start: 0.9em; margin: 0; border-inline-start: 2px solid var(--line-strong); color: var(--ink-soft); }
  .prose hr { height: 1px; margin: 1.4em 0; border: 0; background: var(--line); }
  .prose strong { font-weight: 640; }
  .prose code { padding: 0.1em 0.34em; border-radius: 4px; background: var(--sunk); box-shadow: inset 0 0 0 1px var(--line); font: 0.86em / 1.4 var(--mono); }
  .prose pre { padding: var(--s3) var(--s4); overflow: auto; border: 1px solid var(--line); border-radius: var(--round-m); background: var(--sunk); }
  .prose pre code { padding: 0; background: none; box-shadow: none; font-size: var(--size-code); line-height: 1.6; overflow-wrap: normal; }
  .prose a.path { color: inherit; text-decoration: none; font: 0.9em var(--mono); }
  .prose img { max-width: 100%; border-radius: var(--round-m); }
  .prose .table { overflow-x: auto; }
  .prose table { border-collapse: collapse; overflow-wrap: break-word; font-size: 0.93em; }
  .prose th, .prose td { padding: 0.4em 0.9em 0.4em 0; border-bottom: 1px solid var(--line); text-align: start; vertical-align: top; }
  .prose th { color: var(--ink-soft); font-weight: 600; border-bottom-color: var(--line-strong); white-space: nowrap; }
`
