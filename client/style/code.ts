/** Colours of code, as the classes that `view/highlight.ts` names. */
import { css } from "lit"

export const codeColours = css`
  .comment { color: var(--code-comment); font-style: italic; }
  .keyword { color: var(--code-keyword); }
  .string, .string-expression { color: var(--code-string); }
  .constant { color: var(--code-constant); }
  .function { color: var(--code-function); }
  .parameter { color: var(--code-parameter); }
  .punctuation { color: var(--code-punctuation); }
  .link { color: var(--code-link); }
`
