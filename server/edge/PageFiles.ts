/**
 * PageFiles: the built page, in memory.
 *
 * Owns reading what `scripts/build-page.ts` wrote: from `dist/page` in a checkout, from the binary's own files in the
 * binary. It serves nothing: paths, headers and conditional requests belong to the HTTP edge.
 */
import { Effect, FileSystem, Path, Schema } from "effect"
import { binaryAssets } from "../Assets.ts"

/** One file of the page, ready to be sent. */
export interface PageFile {
  /** `Content-Type`, with its charset. */
  readonly type: string
  /** A strong entity tag with its quotes: `"…"`. It names the content, so `body` and `gzip` share it. */
  readonly etag: string
  /** The name holds the content's hash: it may be cached for ever. */
  readonly immutable: boolean
  readonly body: Uint8Array
  /** The same content compressed; only where that is smaller. */
  readonly gzip: Uint8Array | undefined
}

export class PageError extends Schema.TaggedError<PageError>()("PageError", {
  reason: Schema.Literals(["missing", "unreadable"]),
  message: Schema.String
}) {}

/** What `scripts/build-page.ts` writes beside the files. */
const Manifest = Schema.Array(Schema.Struct({
  path: Schema.String,
  type: Schema.String,
  etag: Schema.String,
  immutable: Schema.Boolean,
  gzip: Schema.Boolean
}))
const decodeManifest = Schema.decodeUnknownEffect(Schema.fromJsonString(Manifest))

/** Every file of the page by its path (`/`, `/assets/main-….js`). Read it once, at the start of the server. */
export const loadPage = Effect.fn("PageFiles.loadPage")(function*(
  folder?: string
): Effect.fn.Return<ReadonlyMap<string, PageFile>, PageError, FileSystem.FileSystem | Path.Path> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const home = folder ?? (binaryAssets === undefined
    ? path.join(import.meta.dirname, "../../dist/page")
    : path.join(binaryAssets, "page"))
  const unreadable = (error: { readonly message: string }) =>
    new PageError({ reason: "unreadable", message: `The page in ${home} can't be read: ${error.message}` })

  const manifest = yield* fs.readFileString(path.join(home, "manifest.json")).pipe(
    Effect.mapError(() => new PageError({ reason: "missing", message: `There is no page in ${home}. Build it with: bun run build:page` }))
  )
  const rows = yield* decodeManifest(manifest).pipe(Effect.mapError(unreadable))
  const files = yield* Effect.forEach(rows, Effect.fnUntraced(function*(row) {
    const name = path.join(home, row.path === "/" ? "index.html" : row.path)
    const body = yield* fs.readFile(name)
    const gzip = row.gzip ? yield* fs.readFile(`${name}.gz`) : undefined
    return [row.path, { type: row.type, etag: row.etag, immutable: row.immutable, body, gzip }] satisfies [string, PageFile]
  }), { concurrency: 16 }).pipe(Effect.mapError(unreadable))
  return new Map(files)
})
