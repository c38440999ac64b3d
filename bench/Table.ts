/** Results as a person reads them: a title, a table with its columns aligned, and notes below. */

export interface Table {
  readonly title: string
  readonly head: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
  readonly notes?: ReadonlyArray<string>
}

export const render = ({ head, notes = [], rows, title }: Table): string => {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)))
  // names to the left, figures to the right
  const line = (row: ReadonlyArray<string>) => widths.map((width, column) =>
    column === 0 ? (row[column] ?? "").padEnd(width) : (row[column] ?? "").padStart(width)).join("  ").trimEnd()
  const rule = widths.map((width) => "─".repeat(width)).join("  ")
  return ["", title, "", line(head), rule, ...rows.map(line), ...notes.map((note) => `  ${note}`), ""].join("\n")
}
