import { describe, expect, test } from "vitest"
import type { LineComment } from "../../shared/LineComment.ts"
import { commentPrompt } from "./commentPrompt.ts"

const comment = (change: Partial<LineComment>): LineComment =>
  ({ id: "1", path: "src/a.ts", side: "new", blob: null, from: 3, to: 3, quoted: "const a = 1", text: "Name it.", at: 0, ...change })

describe("the prompt that comments become", () => {
  test("names each file and its lines, quotes them and says what was commented, in the order of the files", () => {
    const text = commentPrompt([
      comment({ id: "2", path: "src/b.py", side: "old", from: 7, to: 8, quoted: "x\ny", text: "  Keep these.\n" }), comment({ from: 9, to: 9, quoted: "later" }), comment({})
    ], ({ from }) => from === 9)
    expect(text).toBe(`I have 3 comments on the changes in 2 files. Please go through them:

1. \`src/a.ts\`, line 3:

\`\`\`typescript
const a = 1
\`\`\`

Name it.

2. \`src/a.ts\`, line 9 (the file has changed since):

\`\`\`typescript
later
\`\`\`

Name it.

3. \`src/b.py\`, lines 7 to 8 of the file before the change:

\`\`\`python
x
y
\`\`\`

Keep these.`)
  })

  test("one comment, on code that holds a fence itself", () => {
    const text = commentPrompt([comment({ path: "a.md", quoted: "````js\na\n````" })])
    expect(text).toContain("I have 1 comment on the changes in one file. Please go through it:")
    expect(text).toContain("`````markdown\n````js\na\n````\n`````")
  })
})
