/** The frame of a file's diff: its bar, what stands where there are no lines, and the comments on what isn't shown. */
import { css } from "lit"

export const fileDiff = css`
  :host { display: grid; grid-template: auto auto minmax(0, 1fr) auto / minmax(0, 1fr); height: 100%; min-height: 0; background: var(--paper); }
  header { display: flex; align-items: center; gap: 0.125rem; min-height: 2.375rem; padding: 0.1875rem var(--s2) 0.1875rem var(--s3); border-bottom: 1px solid var(--line); }
  h3 { display: flex; min-width: 3rem; overflow: hidden; white-space: nowrap; font: 400 var(--size-m) / 1.5 var(--font); margin-inline-end: var(--s2); }
  h3 .parent { flex: 0 1 auto; overflow: hidden; text-overflow: ellipsis; direction: rtl; color: var(--ink-faint); }
  h3 b { flex: none; font-weight: 600; }
  .note { flex: none; max-width: 16rem; margin-inline-end: var(--s2); padding: 0 0.4375rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; border-radius: 1rem; background: var(--hover); color: var(--ink-soft); font-size: var(--size-xs); line-height: 1.7; }
  .figures { flex: none; font-size: var(--size-s); }
  .plus { color: var(--good); } .minus { color: var(--bad); }
  .hunks { display: inline-flex; align-items: center; flex: none; margin-inline-start: var(--s3); color: var(--ink-faint); font-size: var(--size-s); white-space: nowrap; }
  .hunks button:first-of-type { margin-inline-start: var(--s1); }
  .space { flex: 1; }
  .comments { min-height: 1.625rem; color: var(--accent-strong); font-size: var(--size-s); }
  :host([bare]) header { --row: 1.75rem; min-height: 2rem; padding-block: 0; }
  @media (pointer: coarse) { :host([bare]) header { --row: 2.25rem; } }
  header :focus-visible { outline-offset: -2px; }
  header .icon { font-size: 0.9375rem; }
  .toggle[aria-pressed="true"] { background: var(--accent-soft); color: var(--accent-strong); }
  .body { display: grid; grid-row: 3; grid-template: minmax(0, 1fr) / minmax(0, 1fr); min-height: 0; }
  .none { display: grid; place-content: center; justify-items: center; gap: var(--s2); padding: var(--s5); color: var(--ink-soft); text-align: center; }
  .none > .icon { font-size: 1.5rem; color: var(--ink-faint); }
  .none p { max-width: 30rem; }
  .none.late { grid-auto-flow: column; align-items: center; color: var(--ink-faint); animation: late 400ms; }
  @keyframes late { from, 60% { opacity: 0; } }
  .none button { margin-top: var(--s2); }
  footer { display: flex; grid-row: 4; align-items: center; justify-content: center; gap: var(--s3); padding: 0.375rem var(--s3); border-top: 1px solid var(--line); background: var(--warn-soft); color: var(--ink-soft); font-size: var(--size-s); }
  .elsewhere { grid-row: 2; max-height: 40vh; overflow: auto; border-bottom: 1px solid var(--line); background: var(--sunk); }
  .elsewhere summary { display: flex; align-items: center; gap: var(--s2); padding: 0.375rem var(--s3); color: var(--ink-soft); font-size: var(--size-s); cursor: pointer; }
  .other { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--s1); padding: 0 var(--s3) var(--s3); }
  .other pre { max-height: 8rem; overflow: auto; padding: var(--s1) var(--s2); border-inline-start: 2px solid var(--line-strong); color: var(--ink-faint); font: var(--size-s) / 1.5 var(--mono); }
  @media (max-width: 46rem) { footer { flex-wrap: wrap; } .note { max-width: 7rem; } }
`
