/** What kind of image a content is, told by how it begins: pure. A name says nothing. */

const magics: ReadonlyArray<readonly [type: string, at: number, bytes: string]> = [
  ["image/png", 0, "\x89PNG\r\n\x1a\n"],
  ["image/jpeg", 0, "\xff\xd8\xff"],
  ["image/gif", 0, "GIF8"],
  ["image/webp", 8, "WEBP"],
  ["image/avif", 4, "ftypavif"],
  ["image/bmp", 0, "BM"],
  ["image/x-icon", 0, "\0\0\x01\0"]
]

/** Nothing but a declaration, comments and space before the drawing. */
const svg = /^\uFEFF?\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*|<!DOCTYPE svg[^>]*>\s*)*<svg[\s>]/is

/** So much of a content is looked at. */
const imageHead = 4096

export const imageTypeOf = (head: Uint8Array): string | null => {
  const bytes = Buffer.from(head.subarray(0, imageHead))
  const found = magics.find(([, at, magic]) => bytes.toString("latin1", at, at + magic.length) === magic)
  // a text may begin with BM
  if (found !== undefined && (found[0] !== "image/bmp" || bytes.includes(0))) return found[0]
  return svg.test(bytes.toString("utf8")) ? "image/svg+xml" : null
}
