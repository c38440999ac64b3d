/** Languages: which language a fence or a file's name means. Pure and small: the colours themselves are loaded later. */

const aliases: Readonly<Record<string, string>> = {
  cc: "cpp", cjs: "javascript", "c++": "cpp", cs: "csharp", conf: "ini", console: "bash", cts: "typescript", dockerfile: "docker",
  env: "ini", ex: "elixir", exs: "elixir", golang: "go", h: "c", hpp: "cpp", hs: "haskell", htm: "html", js: "javascript",
  json5: "json", jsonc: "json", jsonl: "json", kt: "kotlin", makefile: "make", md: "markdown", mjs: "javascript", mk: "make",
  mts: "typescript", patch: "diff", pl: "perl", py: "python", rb: "ruby", rs: "rust", sass: "scss", sh: "bash", shell: "bash",
  shellscript: "bash", svg: "xml", ts: "typescript", yml: "yaml", zsh: "bash"
}

/** A fence's word or a file's ending as the name under which its colours are known. */
export const languageNamed = (name: string): string => {
  const word = name.toLowerCase()
  return aliases[word] ?? word
}

export const languageOfPath = (path: string): string => {
  const name = path.split("/").at(-1) ?? ""
  return languageNamed(name.includes(".") ? name.split(".").at(-1) ?? "" : name)
}
