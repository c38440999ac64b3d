/**
 * What every element of the page starts from: boxes, controls, focus, icons, words that only screen readers hear.
 * Values come from `tokens.css`; an element's own styles say what is particular to it.
 */
import { css } from "lit"

export const base = css`
  *, *::before, *::after { box-sizing: border-box; }
  :host { display: block; }
  [hidden] { display: none !important; }
  h1, h2, h3, p, ul, ol, pre, figure, fieldset, dl, dd { margin: 0; padding: 0; border: 0; min-inline-size: 0; }
  ul, ol { list-style: none; }
  pre, code, samp { font-family: var(--mono); }
  a { color: var(--accent); text-underline-offset: 2px; }

  button, input, select, textarea { font: inherit; color: inherit; letter-spacing: inherit; }
  button {
    display: inline-flex; align-items: center; justify-content: center; gap: 0.375rem;
    min-height: var(--row); padding: 0 0.625rem; border: 1px solid transparent; border-radius: var(--round-m);
    background: none; cursor: pointer; white-space: nowrap; user-select: none; -webkit-tap-highlight-color: transparent;
    transition: background var(--quick), border-color var(--quick), color var(--quick);
  }
  button:hover { background: var(--hover); }
  button:active { background: var(--pressed); }
  button:disabled { opacity: 0.5; cursor: default; }
  button.outline { border-color: var(--line-strong); background: var(--raised); box-shadow: var(--shadow-1); }
  button.outline:hover { border-color: var(--ink-faint); }
  button.primary { background: var(--accent); color: var(--on-accent); font-weight: 560; }
  button.primary:hover { background: var(--accent-strong); }
  button.icon-only { width: var(--row); padding: 0; color: var(--ink-faint); flex: none; }
  button.icon-only:hover { color: var(--ink); }

  input:not([type]), input[type="text"], input[type="password"], input[type="search"], input[type="email"], input[type="url"],
  input[type="number"], input[type="date"], input[type="datetime-local"], select, textarea {
    min-height: var(--row); padding: 0.25rem 0.625rem; border: 1px solid var(--line-strong); border-radius: var(--round-m); background: var(--raised);
  }
  input::placeholder, textarea::placeholder { color: var(--ink-faint); opacity: 1; }
  input[type="checkbox"] { accent-color: var(--accent); width: 1rem; height: 1rem; margin: 0; }

  :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
  :focus:not(:focus-visible) { outline: none; }

  .icon { width: 1em; height: 1em; flex: none; font-size: 1rem; fill: none; stroke: currentColor; stroke-width: 1.4; stroke-linecap: round; stroke-linejoin: round; }
  .icon.small { font-size: 0.875rem; }
  kbd {
    display: inline-block; min-width: 1.4em; padding: 0.06em 0.4em; border: 1px solid var(--line-strong); border-bottom-width: 2px; border-radius: var(--round-s);
    background: var(--raised); color: var(--ink-soft); font: var(--size-xs) / 1.5 var(--font); text-align: center;
  }
  .unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  .cut { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; }
  .faint { color: var(--ink-faint); }
  .mono { font-family: var(--mono); font-size: 0.94em; }
  code.inline { padding: 0.05em 0.3em; border-radius: 4px; background: var(--hover); font: 0.92em var(--mono); overflow-wrap: anywhere; }
  .figures { font-variant-numeric: tabular-nums; }

  /* a light that says: somebody is at work */
  .pulse { position: relative; width: 0.5rem; height: 0.5rem; flex: none; border-radius: 50%; background: var(--accent); }
  .pulse::after { content: ""; position: absolute; inset: 0; border-radius: 50%; background: inherit; animation: pulse 1.8s ease-out infinite; }
  .pulse.asks { background: var(--warn); }
  @keyframes pulse { from { transform: scale(1); opacity: 0.55; } to { transform: scale(2.6); opacity: 0; } }
  .spinner { width: 0.875rem; height: 0.875rem; flex: none; border: 1.5px solid var(--line-strong); border-top-color: var(--accent); border-radius: 50%; animation: turn 0.8s linear infinite; }
  @keyframes turn { to { transform: rotate(1turn); } }

  /* thin, quiet scroll bars */
  * { scrollbar-width: thin; scrollbar-color: var(--line-strong) transparent; }

  @media (prefers-reduced-motion: reduce) {
    *, *::before, *::after { animation-duration: 0.01ms !important; animation-iteration-count: 1 !important; transition: none !important; }
  }
`

/** Lists and forms that open above the page. */
export const floating = css`
  [popover] {
    position: fixed; inset: auto; margin: 0; padding: var(--s1); overflow: auto; border: 1px solid var(--line); border-radius: var(--round-l);
    background: var(--raised); color: var(--ink); box-shadow: var(--shadow-3);
  }
  dialog {
    width: min(34rem, calc(100vw - 2rem)); max-height: min(40rem, calc(100dvh - 2rem)); padding: 0; overflow: hidden;
    border: 1px solid var(--line); border-radius: var(--round-l); background: var(--raised); color: var(--ink); box-shadow: var(--shadow-3);
  }
  dialog[open] { display: flex; flex-direction: column; animation: rise var(--calm); }
  dialog::backdrop { background: var(--veil); }
  @keyframes rise { from { opacity: 0; transform: translateY(0.5rem); } }
  .menu { min-width: 11rem; }
  .menu:popover-open { display: grid; }
  .menu button { justify-content: flex-start; border-radius: var(--round-m); gap: var(--s2); }
  .menu .icon { color: var(--ink-faint); }
`
