/** The mark's colours. */
import { css } from "lit"

export const markStyle = css`
  .mark { flex: none; }
  .mark .body { fill: var(--accent); }
  .mark .face { fill: none; stroke: var(--on-accent); stroke-width: 1.7; stroke-linecap: round; stroke-linejoin: round; }
`
