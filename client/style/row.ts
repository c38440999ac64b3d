/** One step of an agent's work as a row that opens: an icon, a name, a title, figures. */
import { css } from "lit"

export const row = css`
  summary {
    display: flex; align-items: center; gap: var(--s2); min-height: 1.75rem; padding: 0 var(--s2); margin-inline: calc(-1 * var(--s2));
    border-radius: var(--round-m); list-style: none; cursor: pointer; color: var(--ink-soft); font-size: var(--size-m);
    transition: background var(--quick); -webkit-tap-highlight-color: transparent;
  }
  summary::-webkit-details-marker { display: none; }
  summary:hover { background: var(--hover); }
  summary > .icon { color: var(--ink-faint); font-size: 0.9375rem; }
  .name { flex: none; font-weight: 540; color: var(--ink-soft); }
  .title { flex: 0 1 auto; }
  .turner { display: inline-flex; color: var(--ink-faint); opacity: 0; transition: opacity var(--quick), rotate var(--quick); }
  .turner .icon { font-size: 0.75rem; }
  summary:hover .turner, summary:focus-visible .turner, details[open] .turner { opacity: 1; }
  details[open] > summary .turner { rotate: 90deg; }
  .end { display: flex; align-items: center; gap: var(--s2); flex: none; margin-inline-start: auto; color: var(--ink-faint); font-size: var(--size-s); font-variant-numeric: tabular-nums; }
  @media (hover: none) { .turner { opacity: 0.6; } summary { min-height: 2.25rem; } }
`
