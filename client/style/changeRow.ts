/** One change as a row: its operation, its name, who made it, how it stands, and its lines. */
import { css } from "lit"

export const changeRow = css`
  .row { position: relative; display: flex; align-items: center; gap: 0.4375rem; height: var(--row); padding-inline: 0.375rem 0.625rem; border-radius: var(--round-m); color: var(--ink-soft); cursor: pointer; user-select: none; }
  .row:hover { background: var(--hover); }
  .row.active { --behind: var(--accent-soft); background: var(--accent-soft); color: var(--ink); }
  .grid:focus-visible .row.active { outline: 2px solid var(--accent); outline-offset: -2px; }
  .indent { flex: none; width: calc(var(--depth, 0) * 0.875rem); }
  .row > input { flex: none; width: 0.875rem; height: 0.875rem; }
  @media (hover: hover) { .row:not(:hover):not(.active) > input:not(:checked) { opacity: 0.35; } }
  .operation { display: grid; place-items: center; flex: none; width: 1rem; height: 1rem; border-radius: 4px; font: 700 0.625rem / 1 var(--mono); }
  .operation.added { background: var(--good-soft); color: var(--good); } .operation.removed { background: var(--bad-soft); color: var(--bad); }
  .operation.edited { background: var(--pressed); color: var(--ink-soft); } .operation.moved { background: var(--accent-soft); color: var(--accent); }
  .file { display: flex; align-items: baseline; gap: 0.375rem; flex: 1 1 auto; min-width: 0; }
  .path { display: flex; min-width: 0; }
  .path .parent { flex: 0 1 auto; color: var(--ink-faint); direction: rtl; } .path .parent bdi { unicode-bidi: isolate; }
  .path .name { flex: 0 0 auto; max-width: 100%; color: var(--ink); }
  .delete .name { text-decoration: line-through; text-decoration-color: var(--ink-faint); }
  .notes { flex: 0 3 auto; color: var(--ink-faint); font-size: var(--size-xs); }
  .reviewed .name, .reviewed .path .parent { color: var(--ink-faint); }
  .seen { display: inline-flex; flex: none; color: var(--good); font-size: 0.75rem; } .seen .icon { font-size: 0.8125rem; }
  .state { display: inline-flex; align-items: center; gap: 0.25rem; flex: none; height: 1.25rem; padding-inline: 0.3125rem 0.4375rem; border-radius: 99px; font-size: var(--size-xs); font-weight: 560; }
  .state .icon { font-size: 0.75rem; } .state .spinner { width: 0.6875rem; height: 0.6875rem; }
  .state.conflicted, .state.problem { background: var(--warn-soft); color: var(--warn); box-shadow: inset 0 0 0 1px var(--warn-line); }
  .state.waiting, .state.busy, .state.reverted { background: var(--pressed); color: var(--ink-soft); }
  .state.applied { background: var(--good-soft); color: var(--good); } .state.rejected { background: var(--bad-soft); color: var(--bad); }
  .lines { display: inline-flex; gap: 0.3125rem; flex: none; justify-content: flex-end; min-width: 3.25rem; font-size: var(--size-xs); }
  .plus { color: var(--good); } .minus { color: var(--bad); }
  .quick { position: absolute; inset: 0 0.25rem 0 auto; display: none; align-items: center; gap: 0.125rem; padding-inline-start: var(--s4); background: linear-gradient(to right, transparent, var(--behind, var(--paper)) var(--s3)); }
  .quick button { --row: 1.5rem; background: var(--behind, var(--paper)); }
  .quick button:hover { background: var(--pressed); }
  @media (hover: hover) { .row:hover .quick { display: flex; } }
  .folder { color: var(--ink-soft); font-weight: 520; }
  .folder > .turn { display: inline-flex; flex: none; color: var(--ink-faint); transition: rotate var(--quick); } .folder > .turn .icon { font-size: 0.75rem; }
  .folder.open > .turn { rotate: 90deg; }
  .folder .count { color: var(--ink-faint); font-size: var(--size-xs); font-weight: 400; }
`
