/**
 * Highlight: code as lines of coloured pieces. Loaded with the first code that is shown; each language when it first
 * occurs. Colours are classes, never styles: the page's policy allows no inline style, and both themes share them.
 */
import { createCssVariablesTheme, createHighlighterCore, type GrammarState, type HighlighterCore, type LanguageRegistration, type ThemedToken } from "shiki/core"
import { createJavaScriptRegexEngine } from "shiki/engine/javascript"

export interface Piece { readonly text: string; readonly colour: string | undefined }
export type Line = ReadonlyArray<Piece>

const languages: Readonly<Record<string, () => Promise<{ readonly default: Array<LanguageRegistration> }>>> = {
  bash: () => import("shiki/langs/bash.mjs"),
  c: () => import("shiki/langs/c.mjs"),
  cpp: () => import("shiki/langs/cpp.mjs"),
  csharp: () => import("shiki/langs/csharp.mjs"),
  css: () => import("shiki/langs/css.mjs"),
  dart: () => import("shiki/langs/dart.mjs"),
  diff: () => import("shiki/langs/diff.mjs"),
  docker: () => import("shiki/langs/docker.mjs"),
  elixir: () => import("shiki/langs/elixir.mjs"),
  go: () => import("shiki/langs/go.mjs"),
  graphql: () => import("shiki/langs/graphql.mjs"),
  haskell: () => import("shiki/langs/haskell.mjs"),
  html: () => import("shiki/langs/html.mjs"),
  ini: () => import("shiki/langs/ini.mjs"),
  java: () => import("shiki/langs/java.mjs"),
  javascript: () => import("shiki/langs/javascript.mjs"),
  json: () => import("shiki/langs/json.mjs"),
  jsx: () => import("shiki/langs/jsx.mjs"),
  kotlin: () => import("shiki/langs/kotlin.mjs"),
  lua: () => import("shiki/langs/lua.mjs"),
  make: () => import("shiki/langs/make.mjs"),
  markdown: () => import("shiki/langs/markdown.mjs"),
  nix: () => import("shiki/langs/nix.mjs"),
  perl: () => import("shiki/langs/perl.mjs"),
  php: () => import("shiki/langs/php.mjs"),
  python: () => import("shiki/langs/python.mjs"),
  ruby: () => import("shiki/langs/ruby.mjs"),
  rust: () => import("shiki/langs/rust.mjs"),
  scala: () => import("shiki/langs/scala.mjs"),
  scss: () => import("shiki/langs/scss.mjs"),
  sql: () => import("shiki/langs/sql.mjs"),
  svelte: () => import("shiki/langs/svelte.mjs"),
  swift: () => import("shiki/langs/swift.mjs"),
  toml: () => import("shiki/langs/toml.mjs"),
  tsx: () => import("shiki/langs/tsx.mjs"),
  typescript: () => import("shiki/langs/typescript.mjs"),
  vue: () => import("shiki/langs/vue.mjs"),
  xml: () => import("shiki/langs/xml.mjs"),
  yaml: () => import("shiki/langs/yaml.mjs"),
  zig: () => import("shiki/langs/zig.mjs")
}

const theme = createCssVariablesTheme({ name: "page", variablePrefix: "--code-", fontStyle: false })

let started: Promise<HighlighterCore> | undefined
const highlighter = (): Promise<HighlighterCore> =>
  started ??= createHighlighterCore({ themes: [theme], langs: [], engine: createJavaScriptRegexEngine({ forgiving: true }) })

/** Colours come as `var(--code-token-keyword)`: the class is `keyword`. */
const colourOf = (colour: string | undefined): string | undefined => /--code-token-([a-z-]+)/.exec(colour ?? "")?.[1]

/** At most this many characters are coloured. */
export const colourLimit = 60_000

const longestLine = 2000
/** Milliseconds for one line: the first one of a language compiles its rules. */
const patience = 4000

/** Ready to colour; `undefined` for a language that is not known. */
const loaded = async (language: string): Promise<HighlighterCore | undefined> => {
  const load = languages[language]
  if (load === undefined) return undefined
  const shiki = await highlighter()
  if (!shiki.getLoadedLanguages().includes(language)) await shiki.loadLanguage((await load()).default)
  return shiki
}

const lineOf = (tokens: ReadonlyArray<ThemedToken>): Line => tokens.map(({ color, content }) => ({ text: content, colour: colourOf(color) }))

/** `undefined` for what has no colours: a language that is not known, or too much of it. */
export const highlight = async (text: string, language: string): Promise<ReadonlyArray<Line> | undefined> => {
  if (text.length > colourLimit) return undefined
  const shiki = await loaded(language)
  if (shiki === undefined) return undefined
  const { tokens } = shiki.codeToTokens(text, { lang: language, theme: "page", tokenizeMaxLineLength: longestLine, tokenizeTimeLimit: patience })
  return tokens.map(lineOf)
}

/** Colours lines in their order, some at a time: each call goes on where the last one ended. */
export type LinePainter = (lines: ReadonlyArray<string>) => ReadonlyArray<Line>

export const linePainter = async (language: string): Promise<LinePainter | undefined> => {
  const shiki = await loaded(language)
  if (shiki === undefined) return undefined
  let state: GrammarState | undefined
  return (lines) => {
    const { grammarState, tokens } = shiki.codeToTokens(lines.join("\n"), {
      lang: language, theme: "page", tokenizeMaxLineLength: longestLine, tokenizeTimeLimit: patience, ...(state === undefined ? {} : { grammarState: state })
    })
    state = grammarState
    return tokens.map(lineOf)
  }
}
