/** The page's two columns, its bar, and the list as a drawer on a phone. */
import { css } from "lit"

export const page = css`
  :host { --listed: 0rem; display: grid; grid-template-columns: 0 minmax(0, 1fr) auto; height: 100%; overflow: hidden; transition: grid-template-columns var(--calm); }
  :host([list]) { --listed: var(--sidebar); grid-template-columns: var(--sidebar) minmax(0, 1fr) auto; }
  boo-sidebar { width: var(--sidebar); border-inline-end: 1px solid var(--line); transition: translate var(--calm); }
  :host(:not([list])) boo-sidebar { translate: -100%; }
  .veil { display: none; }
  main { display: flex; flex-direction: column; grid-column: 2; grid-row: 1; min-width: 0; height: 100%; min-height: 0; background: var(--paper); }
  /* above the page, and no row of it */
  boo-opened { position: fixed; }
  boo-chat, boo-welcome { flex: 1; min-height: 0; height: auto; }
  boo-work { grid-column: 3; grid-row: 1; min-height: 0; }
  .notice { display: flex; align-items: center; gap: var(--s2); padding: 0.375rem 0.375rem 0.375rem var(--s4); border-bottom: 1px solid var(--bad-line); background: var(--bad-soft); color: var(--bad); }
  .notice span { flex: 1; }

  @media (max-width: 46rem) {
    :host, :host([list]) { --listed: 0rem; grid-template-columns: 0 minmax(0, 1fr); }
    boo-sidebar { position: fixed; inset: 0 auto 0 0; z-index: 3; width: min(20rem, 86vw); }
    :host([list]) boo-sidebar { box-shadow: var(--shadow-3); }
    :host([list]) .veil { display: block; position: fixed; inset: 0; z-index: 2; background: var(--veil); }
  }
`
