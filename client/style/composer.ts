/** The composer's look. */
import { css } from "lit"

export const composer = css`
  :host { container-type: inline-size; }
  form { position: relative; display: grid; border: 1px solid var(--line-strong); border-radius: var(--round-l); background: var(--raised); box-shadow: var(--shadow-2); transition: border-color var(--quick); }
  form:focus-within { border-color: var(--accent); box-shadow: var(--shadow-2), 0 0 0 3px var(--accent-soft); }
  textarea { width: 100%; min-height: 2.75rem; max-height: min(40dvh, 22rem); padding: 0.75rem 0.9375rem 0.25rem; border: 0; border-radius: var(--round-l); background: none; resize: none; font-size: var(--size-l); line-height: 1.5; overflow-y: auto; }
  textarea:focus-visible { outline: none; }
  .bar { display: flex; align-items: center; gap: 0.125rem; padding: 0.25rem 0.375rem 0.375rem; min-width: 0; }
  .space { flex: 1; }
  .clip { display: grid; place-items: center; width: var(--row); height: var(--row); border-radius: var(--round-m); color: var(--ink-faint); cursor: pointer; flex: none; }
  .clip:hover { background: var(--hover); color: var(--ink); }
  .clip:focus-within { outline: 2px solid var(--accent); outline-offset: 1px; }
  .act { margin-inline-start: var(--s1); padding-inline: 0.625rem 0.75rem; background: var(--accent); color: var(--on-accent); font-weight: 560; flex: none; }
  .act:hover { background: var(--accent-strong); }
  .act:disabled { background: var(--hover); color: var(--ink-faint); opacity: 1; }
  .act.stop { background: var(--ink); color: var(--paper); }
  .act.queue { background: var(--accent-soft); color: var(--accent-strong); box-shadow: inset 0 0 0 1px var(--accent-line); }
  .problem { display: flex; align-items: flex-start; gap: var(--s2); padding: 0.25rem 0.9375rem; color: var(--bad); font-size: var(--size-s); }
  @media (max-width: 46rem) { .bar { flex-wrap: wrap; } textarea { font-size: 1rem; } .act span { display: none; } .act { width: var(--row); padding: 0; border-radius: 50%; } }
`
