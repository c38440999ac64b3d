/**
 * Takes out of an agent's text what a plugin of the agent wove into it for the model's eyes: elements like
 * `<note id="1">…</note>`, with what is in them, and tags that stand alone. A chunk may end anywhere, also in the middle of a tag:
 * what may still become one is held back. Pure: one `Stripping` per part of text, folded over its chunks.
 */

export interface Stripping {
  /** What was not passed on yet: the beginning of a tag, or an element that is still open. */
  readonly held: string
}
export const newStripping: Stripping = { held: "" }

/** An element longer than this is none: its tag is dropped and its text shown. In characters. */
const elementLimit = 16 * 1024
/** A tag longer than this is none. */
const tagLimit = 1024

export interface TagStripper {
  /** What can be shown of the text so far, beyond what was shown before. */
  readonly push: (state: Stripping, chunk: string) => readonly [Stripping, string]
  /** The part is over: what is left to be shown of it. */
  readonly end: (state: Stripping) => string
}

const pass: TagStripper = { push: (state, chunk) => [state, chunk], end: () => "" }

interface Tag { readonly name: string; readonly closes: boolean; readonly empty: boolean; readonly length: number }

const isName = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 45 || code === 46 || code === 95 || code === 58

/** `undefined`: no tag of these names begins here. `partial`: it may yet become one. */
const readTag = (text: string, at: number, names: ReadonlySet<string>): Tag | "partial" | undefined => {
  const closes = text[at + 1] === "/"
  const from = at + (closes ? 2 : 1)
  let to = from
  while (to < text.length && isName(text.charCodeAt(to) | 0x20)) to += 1
  const name = text.slice(from, to).toLowerCase()
  if (to === text.length) return [...names].some((known) => known.startsWith(name)) ? "partial" : undefined
  if (!names.has(name)) return undefined
  const after = text[to] ?? ""
  if (after !== ">" && after !== "/" && after.trim() !== "") return undefined
  const close = text.indexOf(">", to)
  if (close === -1) return text.length - at > tagLimit ? undefined : "partial"
  return { name, closes, empty: text[close - 1] === "/", length: close + 1 - at }
}

/**
 * Where the element's closing tag ends. `alone` where it opens once more before that: then the first tag was only spoken
 * of, and what stands between the two is text.
 */
const endOfElement = (text: string, from: number, name: string, names: ReadonlySet<string>): number | "alone" | undefined => {
  for (let at = text.indexOf("<", from); at !== -1; at = text.indexOf("<", at + 1)) {
    const tag = readTag(text, at, names)
    if (typeof tag !== "object" || tag.name !== name || tag.empty) continue
    return tag.closes ? at + tag.length : "alone"
  }
  return undefined
}

const strip = (text: string, names: ReadonlySet<string>, last: boolean): readonly [shown: string, held: string] => {
  let shown = ""
  let from = 0
  for (let at = text.indexOf("<"); at !== -1; at = text.indexOf("<", Math.max(at + 1, from))) {
    const tag = readTag(text, at, names)
    if (tag === undefined || (tag === "partial" && last)) continue
    shown += text.slice(from, at)
    if (tag === "partial") return [shown, text.slice(at)]
    const end = tag.closes || tag.empty ? "alone" : endOfElement(text, at + tag.length, tag.name, names)
    if (end === undefined && !last && text.length - at < elementLimit) return [shown, text.slice(at)]
    from = typeof end === "number" ? end : at + tag.length
  }
  return [shown + text.slice(from), ""]
}

/** `tags` are names of elements; none of them: everything is passed on as it comes. */
export const tagStripper = (tags: ReadonlyArray<string> = []): TagStripper => {
  const names = new Set(tags.map((name) => name.toLowerCase()))
  if (names.size === 0) return pass
  return {
    push: ({ held }, chunk) => {
      const [shown, left] = strip(held + chunk, names, false)
      return [{ held: left }, shown]
    },
    end: ({ held }) => strip(held, names, true)[0]
  }
}
