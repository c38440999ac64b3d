/** Large texts by the SHA-256 of their UTF-8: the same text is kept once. */
import { Context, Effect, Layer, Schema } from "effect"
import { Digest } from "effect/crypto"
import { SqlSchema } from "effect/sql"
import { asking } from "./Ask.ts"
import type { StoreError } from "./StoreError.ts"

export class Blobs extends Context.Service<Blobs, {
  /** Gives the hash, in lowercase hex. */
  readonly put: (text: string) => Effect.Effect<string, StoreError>
  readonly get: (hash: string) => Effect.Effect<string | undefined, StoreError>
}>()("boocode/store/Blobs") {
  static readonly layer = Layer.effect(Blobs, Effect.suspend(() => make)).pipe(Layer.provide(Digest.layerWebCrypto))
}

const Stored = Schema.Struct({ content: Schema.Uint8Array })

const make = Effect.gen(function*() {
  const { ask, sql } = yield* asking
  const { digestHex } = yield* Digest.Digest
  const get = SqlSchema.findAll({ Request: Schema.String, Result: Stored,
    execute: (hash) => sql`select content from blobs where hash = ${hash}` })
  return Blobs.of({
    put: Effect.fn("Blobs.put")(function*(text) {
      const content = new TextEncoder().encode(text)
      const hash = yield* digestHex(Digest.sha256, content)
      yield* ask("keep a text")(sql`insert into blobs (hash, bytes, content) values (${hash}, ${content.length}, ${content})
        on conflict (hash) do nothing`)
      return hash
    }),
    get: (hash) => Effect.map(ask("find a text")(get(hash)), ([blob]) => blob && new TextDecoder().decode(blob.content))
  })
})
