/**
 * Paths in a worktree as text, and back to their bytes: pure. git's paths are bytes without NUL; rows, wire and page want
 * text. A path that is UTF-8 stands as it is; any other, and one that begins with a quotation mark, stands as git quotes
 * it: in quotation marks, with `\351` for a byte that is no character. So every path has one text and every text one path.
 */
import { isUtf8 } from "node:buffer"

const quote = 0x22, backslash = 0x5c

const octal = (byte: number): string => `\\${byte.toString(8).padStart(3, "0")}`

const quotedByte = (byte: number): string => {
  if (byte === quote || byte === backslash) return `\\${String.fromCharCode(byte)}`
  return byte < 0x20 || byte >= 0x7f ? octal(byte) : String.fromCharCode(byte)
}

/** Names that are UTF-8 stay readable, those that are not give each of their bytes. */
const quotedName = (name: Buffer): string =>
  isUtf8(name) ? name.toString("utf8").replace(/["\\]|[\x01-\x1f\x7f]/g, (sign) => quotedByte(sign.charCodeAt(0))) : Array.from(name, quotedByte).join("")

const namesOf = (path: Buffer): ReadonlyArray<Buffer> => {
  const slash = path.indexOf(0x2f)
  return slash === -1 ? [path] : [path.subarray(0, slash), ...namesOf(path.subarray(slash + 1))]
}

export const textOfPath = (path: Buffer): string =>
  path[0] !== quote && isUtf8(path) ? path.toString("utf8") : `"${namesOf(path).map(quotedName).join("/")}"`

export const bytesOfPath = (text: string): Buffer => {
  if (!text.startsWith("\"")) return Buffer.from(text, "utf8")
  const pieces = text.slice(1, -1).match(/\\[0-7]{3}|\\.|[^\\]+/gs) ?? []
  return Buffer.concat(pieces.map((piece) => {
    if (/^\\[0-7]{3}$/.test(piece)) return Buffer.from([Number.parseInt(piece.slice(1), 8)])
    return Buffer.from(piece.startsWith("\\") ? piece.slice(1) : piece, "utf8")
  }))
}

/** The fields of a list that git writes with `-z`. */
export const splitNul = (list: Buffer): ReadonlyArray<Buffer> => {
  const fields: Array<Buffer> = []
  for (let from = 0; from < list.length;) {
    const end = list.indexOf(0, from)
    fields.push(list.subarray(from, end === -1 ? list.length : end))
    from = end === -1 ? list.length : end + 1
  }
  return fields
}

/** A list as git reads it with `-z`. */
export const joinNul = (fields: ReadonlyArray<Uint8Array>): Buffer => Buffer.concat(fields.flatMap((field) => [field, nul]))

const nul = Buffer.from([0])
