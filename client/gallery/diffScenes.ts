/** Diffs as a server would send them, for looking at: an edit with everything in it, a new file, pictures, a large one. */
import { structuredPatch } from "diff"
import type { CountedChange } from "../../shared/Change.ts"
import type { DiffFrame, DiffHunk, DiffLine, DiffOrder } from "../../shared/Diff.ts"
import type { DiffRemote } from "../store/DiffStore.ts"

const module = (name: string, n: number): string => `/** Spans of time in words, part ${n}. */
export const ${name} = (milliseconds: number): string => {
  const seconds = Math.round(milliseconds / 1000)
  if (seconds < 60) return \`\${seconds} s\`
  const minutes = Math.floor(seconds / 60)
  return \`\${minutes} min \${seconds % 60} s\`
}
`
const before = `${Array.from({ length: 9 }, (_, n) => module(`span${n}`, n)).join("\n")}
/*
 * What comes below is older
 * than the rest.
 */
export class Clock {
  readonly #start = Date.now()

  get elapsed(): number {
    return Date.now() - this.#start
  }
}

export const unused = true`
const after = before
  .replace("  const seconds = Math.round(milliseconds / 1000)\n  if (seconds < 60) return `${seconds} s`", "  const span = Math.max(0, milliseconds)\n  if (span < 950) return `${(span / 1000).toFixed(1)} s`\n  const seconds = Math.round(span / 1000)\n  if (seconds < 60) return `${seconds} seconds`")
  .replace("part 4. */\nexport const span4 = (milliseconds: number): string", "part 4: never negative, and never longer than what anybody would want to read in one line of a narrow column beside a chat. */\nexport const span4 = (milliseconds: number, now = Date.now()): string")
  .replace("than the rest.", "than the rest, and to be replaced.").replace("return Date.now() - this.#start", "return Math.max(0, Date.now() - this.#start)")
  .replace("\n\nexport const unused = true", "\n")

/** Compared as git does it: what git says of newlines is a line of its own. */
export const hunksOf = (old: string, now: string, context: number): ReadonlyArray<DiffHunk> => {
  const patch = structuredPatch("a", "b", old, now, "", "", { context })
  return patch.hunks.map(({ lines, newLines, newStart, oldLines, oldStart }, nth) => ({
    nth, oldStart: Math.max(1, oldStart), oldLines, newStart: Math.max(1, newStart), newLines, heading: nth === 0 ? "" : "export const span = (milliseconds: number): string => {",
    lines: lines.map((line): DiffLine => ({ sign: line.startsWith("+") ? "+" : line.startsWith("-") ? "-" : line.startsWith("\\") ? "\\" : " ", text: line.slice(1) }))
  }))
}

const picture = (hue: number, label: string): string => btoa(`<svg xmlns="http://www.w3.org/2000/svg" width="320" height="200"><rect width="320" height="200" rx="24" fill="hsl(${hue} 70% 60%)"/><circle cx="${120 + hue / 3}" cy="100" r="52" fill="white"/><text x="160" y="108" font-size="28" text-anchor="middle">${label}</text></svg>`)

const blob = (digit: string): string => digit.repeat(40)
const edit = { path: "client/view/duration.ts", oldPath: null, operation: "edit", oldMode: "100644", mode: "100644", baseBlob: blob("1"), blob: blob("2"), binary: false, added: 9, removed: 8 } as const

export const diffScenes: Readonly<Record<string, CountedChange>> = {
  diff: edit,
  diffSplit: { ...edit, path: "client/view/a/rather/deep/folder/of/a/project/duration.ts" },
  diffComments: edit,
  diffNew: { ...edit, operation: "create", oldMode: null, mode: "100755", baseBlob: null, path: "scripts/spans.ts", added: 80, removed: 0 },
  diffRename: { ...edit, operation: "rename", oldPath: "client/duration.ts", blob: blob("1"), added: 0, removed: 0 },
  diffMode: { ...edit, mode: "100755" },
  diffReturns: { ...edit, path: "notes.txt", blob: blob("3") },
  diffBinary: { ...edit, path: "model.bin", binary: true, blob: blob("4") },
  diffPictures: { ...edit, path: "client/asset/mark.png", binary: true, blob: blob("5") },
  diffLarge: { ...edit, path: "generated/table.ts", blob: blob("6"), added: 60_000, removed: 60_000 },
  diffCut: { ...edit, path: "generated/table.json", blob: blob("7"), added: 60_000, removed: 0 },
  diffFailed: { ...edit, blob: blob("8") },
  diffWaits: { ...edit, blob: blob("9") }
}

const head = (change: Partial<Extract<DiffFrame, { readonly _tag: "Head" }>> = {}): DiffFrame =>
  ({ _tag: "Head", binary: false, image: null, oldBytes: before.length, newBytes: after.length, choosable: true, ...change })

const large = (lines: number): ReadonlyArray<DiffFrame> => Array.from({ length: lines / 500 }, (_, nth): DiffFrame => ({
  _tag: "Hunks", hunks: [{
    nth, oldStart: nth * 1000 + 1, oldLines: 250, newStart: nth * 1000 + 1, newLines: 250, heading: "", lines: Array.from({ length: 500 }, (_, n): DiffLine => (
      { sign: n % 10 < 5 ? "-" : "+", text: `  row${nth}_${n % 5}_${Math.floor(n / 10)}: { id: ${nth * 500 + n}, name: "row ${n}", tags: ["a", "b"] },` }))
  }]
}))

const framesOf = ({ baseBlob, blob: now, context, ignoreSpace }: DiffOrder): ReadonlyArray<DiffFrame> => {
  switch (now?.[0]) {
    case "3": return [head(), { _tag: "Hunks", hunks: hunksOf("one\ntwo\nthree\n", ignoreSpace === true ? "one\ntwo!\r\nthree\n" : "one\r\ntwo!\r\nthree\r\n", 3) }]
    case "4": return [head({ binary: true, oldBytes: 84_000, newBytes: 91_000 })]
    case "5": return [head({ binary: true, image: "image/svg+xml", oldBytes: 2100, newBytes: 2400 })]
    case "6": return [head({ newBytes: 8_000_000, oldBytes: 8_000_000 }), ...large(120_000)]
    case "7": return [head(), ...large(2000), { _tag: "Cut", why: "lines", anyway: true }]
    default: return [head(baseBlob === null ? { oldBytes: null, choosable: false } : {}), { _tag: "Hunks", hunks: hunksOf(baseBlob === null ? "" : before, after, context ?? 3) }]
  }
}

export const fakeDiffs: DiffRemote = {
  diff: async (order, onFrame) => {
    if (order.blob === blob("9")) return new Promise<never>(() => {})
    if (order.blob === blob("8")) return { _tag: "Refused", message: "git could not compare the two: the object is missing. Run `git fsck` in the project." }
    for (const frame of framesOf(order)) {
      onFrame(frame)
      if (order.blob === blob("6")) await new Promise((resolve) => { setTimeout(resolve) })
    }
    return { _tag: "Done", value: undefined }
  },
  content: ({ blob: wanted }) => Promise.resolve({ _tag: "Done", value: { type: "image/svg+xml", base64: wanted === blob("1") ? picture(20, "old") : picture(220, "new") } })
}
