/** What dialogs about sessions' beginnings and ends have in common. */
import { css } from "lit"

export const guardStyle = css`
  :host { display: grid; align-content: start; gap: var(--s3); padding: 0 var(--s4) var(--s4); line-height: 1.5; }
  .actions { display: flex; flex-wrap: wrap; align-items: center; gap: var(--s2); margin-top: var(--s1); }
  .gap { flex: 1; }
  code { font-family: var(--mono); font-size: var(--size-s); }
  .faint { color: var(--ink-faint); font-size: var(--size-s); }
  .problem { display: flex; gap: var(--s2); color: var(--bad); }
  .quiet { color: var(--ink-soft); }
  .danger { background: var(--bad); color: var(--paper); font-weight: 560; }
  .danger:hover { background: var(--bad); filter: brightness(0.94); }
  @media (max-width: 46rem) { .actions { display: grid; } .actions .gap { display: none; } .actions button { min-height: 2.5rem; } }
`
