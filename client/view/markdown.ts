/**
 * Markdown: a text as blocks, each its own piece of HTML or code. Pure: it makes HTML and cleans none (`sanitize.ts`).
 *
 * A text that only grows is read again from its last block on, so that a long answer costs no more a frame than a
 * short one; the blocks before stay the same objects.
 */
import { Marked, type Token, type Tokens } from "marked"

export type Block =
  | { readonly _tag: "Html"; readonly html: string }
  /** `open`: its closing fence has not come yet. */
  | { readonly _tag: "Code"; readonly text: string; readonly language: string; readonly open: boolean }

export interface Document {
  readonly text: string
  readonly blocks: ReadonlyArray<Block>
  /** Where the part begins that more text may still change, and how many blocks stand before it. */
  readonly settledText: number
  readonly settledBlocks: number
}

export const emptyDocument: Document = { text: "", blocks: [], settledText: 0, settledBlocks: 0 }

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")

const reader = new Marked({
  gfm: true,
  breaks: false,
  renderer: {
    // markup in an answer is shown as what it is: text
    html: ({ text }) => escaped(text),
    table({ header, rows }) {
      const cell = (name: "td" | "th") => (one: Tokens.TableCell) =>
        `<${name}${one.align === null ? "" : ` align="${one.align}"`}>${this.parser.parseInline(one.tokens)}</${name}>`
      const body = rows.map((row) => `<tr>${row.map(cell("td")).join("")}</tr>`).join("")
      return `<div class="table"><table><thead><tr>${header.map(cell("th")).join("")}</tr></thead><tbody>${body}</tbody></table></div>`
    }
  }
})

const isCode = (token: Token): token is Tokens.Code => token.type === "code" && "text" in token && typeof token.text === "string"

const isClosed = (raw: string): boolean => {
  const fence = /^ {0,3}(`{3,}|~{3,})/.exec(raw)?.[1]
  return fence === undefined || new RegExp(`\\n {0,3}${fence}[${fence.charAt(0)}]*\\s*$`).test(raw)
}

const blockOf = (token: Token): Block =>
  isCode(token)
    ? { _tag: "Code", text: token.text, language: (token.lang ?? "").trim().split(/[\s{:,]/)[0] ?? "", open: !isClosed(token.raw) }
    : { _tag: "Html", html: reader.parser([token]) }

/** The whole of `text`; `before` is what this answered for an earlier state of the same text. */
export const readMarkdown = (text: string, before: Document = emptyDocument): Document => {
  if (text === before.text) return before
  const grows = text.startsWith(before.text)
  const from = grows ? before.settledText : 0
  const settled = grows ? before.blocks.slice(0, before.settledBlocks) : []
  const tokens = reader.lexer(text.slice(from))
  const blocks = tokens.filter(isShown).map(blockOf)
  // a list or a quote goes on after an empty line: what is followed by nothing but such lines is not settled
  const last = tokens.findLastIndex(isShown)
  const firm = last <= 0 ? 0 : last
  const settledText = from + tokens.slice(0, firm).reduce((length, token) => length + token.raw.length, 0)
  const settledBlocks = settled.length + tokens.slice(0, firm).filter(isShown).length
  // the lexer makes tabs and line ends uniform: only where lengths agree are places in its text places in ours
  const exact = tokens.reduce((length, token) => length + token.raw.length, 0) === text.length - from
  return { text, blocks: [...settled, ...blocks], settledText: exact ? settledText : from, settledBlocks: exact ? settledBlocks : settled.length }
}

const isShown = (token: Token): boolean => token.type !== "space" && token.type !== "def"
