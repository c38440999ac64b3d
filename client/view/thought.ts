/** One line of a thought: its first while it is finished, its newest while it goes on. Pure. */
export const thoughtPreview = (text: string, live: boolean): string => {
  const lines = text.split("\n").map((line) => line.replace(/[*_`#>]+/g, "").trim()).filter((line) => line !== "")
  return (live ? lines.at(-1) : lines[0])?.slice(0, 200) ?? ""
}
