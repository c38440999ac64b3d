/** The changes tab: a head, the list, and the change that is looked at: below it, or beside it where there is room. On a phone one of the two. */
import { css } from "lit"

export const changesStyle = css`
  :host { container: panel / inline-size; display: grid; grid-template: minmax(0, 1fr) / minmax(0, 1fr); min-height: 0; }
  .panes { display: grid; grid-template: minmax(0, 1fr) / minmax(0, 1fr); min-height: 0; }
  .panes.two { grid-template-rows: minmax(9rem, var(--list-height, 42%)) 0 minmax(0, 1fr); }
  .list { display: grid; grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr); min-height: 0; }
  .detail { border-top: 1px solid var(--line); min-width: 0; min-height: 0; outline: none; }
  .list > * { min-width: 0; }
  .head { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.125rem; padding-block: var(--s2) 0.25rem; border-bottom: 1px solid var(--line); }
  .sums { display: flex; align-items: center; flex-wrap: wrap; gap: 0.125rem var(--s3); padding: 0 var(--s3); min-height: 1.75rem; }
  .sections { display: flex; gap: 0.125rem; margin-inline-start: -0.375rem; }
  .sections button { --row: 1.625rem; padding-inline: 0.5rem; color: var(--ink-faint); font-weight: 540; }
  .sections button[aria-pressed="true"] { color: var(--ink); background: var(--pressed); }
  .sections .number { color: var(--ink-faint); font-weight: 440; }
  .note { flex: 1 1 8rem; min-width: 0; color: var(--ink-soft); }
  .lines { display: inline-flex; gap: 0.375rem; } .plus { color: var(--good); } .minus { color: var(--bad); }
  .progress { display: flex; align-items: center; flex: none; gap: var(--s2); margin-inline-start: auto; color: var(--ink-faint); font-size: var(--size-s); }
  progress { width: 3.5rem; height: 0.25rem; border: 0; border-radius: 99px; background: var(--pressed); overflow: hidden; appearance: none; }
  progress::-webkit-progress-bar { background: var(--pressed); } progress::-webkit-progress-value { background: var(--good); border-radius: 99px; transition: width var(--calm); } progress::-moz-progress-bar { background: var(--good); }
  @container panel (max-width: 44rem) { progress { display: none; } }
  .none { display: grid; place-content: center; justify-items: center; gap: var(--s3); padding: var(--s5); color: var(--ink-faint); text-align: center; line-height: 1.5; }
  .none .icon { font-size: 1.75rem; stroke-width: 1; } .none button .icon { font-size: 1rem; stroke-width: 1.4; }
  .none p { max-width: 24rem; } .none b { display: block; margin-bottom: var(--s1); color: var(--ink); font-weight: 600; }
  .ghosts { display: grid; align-content: start; gap: 1.125rem; padding: var(--s4); } .ghosts i { height: 0.625rem; border-radius: 99px; background: var(--hover); } .ghosts i:nth-child(even) { width: 70%; }
  .told { display: flex; align-items: center; gap: var(--s2); padding: 0.25rem 0.25rem 0.25rem var(--s3); border-bottom: 1px solid var(--line); color: var(--ink-soft); font-size: var(--size-s); overflow-wrap: anywhere; }
  .told > span { flex: 1; } .told.bad { background: var(--bad-soft); color: var(--bad); }
  .told.stale { padding: var(--s2) var(--s2) var(--s2) var(--s3); background: var(--warn-soft); } .told.stale > span { line-height: 1.45; } .told.stale .icon { color: var(--warn); } .told.stale b { color: var(--ink); font-weight: 600; } .told.stale button .icon { color: inherit; }
  .commit { --row: 1.75rem; background: var(--accent-soft); color: var(--accent-strong); font-weight: 560; margin-inline-start: auto; }
  .older { display: grid; place-items: center; padding: var(--s1); border-top: 1px solid var(--line); }
  details { padding: 0.25rem var(--s3); border-top: 1px solid var(--line); color: var(--ink-faint); font-size: var(--size-s); } summary { cursor: pointer; } details li { overflow-wrap: anywhere; }
  @container panel (min-width: 54rem) {
    .panes.two { grid-template: minmax(0, 1fr) / minmax(16rem, 23rem) minmax(0, 1fr); }
    .panes.two > boo-splitter { display: none; }
    .panes.two > .list { border-inline-end: 1px solid var(--line); }
    .detail { border-top: 0; }
  }
  @container panel (max-width: 34rem) {
    .panes.two { grid-template: minmax(0, 1fr) / minmax(0, 1fr); } .panes.two > .list, .panes.two > boo-splitter { display: none; }
    .panes.two > .detail { border-top: 0; }
  }
`
