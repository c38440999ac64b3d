/** Values by key, as JSON. Each is decoded by the schema of whoever asks. */
import { Context, Effect, Layer, Schema } from "effect"
import { asking } from "./Ask.ts"
import type { StoreError } from "./StoreError.ts"

/** A setting: its key, and what its value must be. */
export interface Setting<A> { readonly key: string; readonly schema: Schema.Codec<A> }

export class Settings extends Context.Service<Settings, {
  readonly get: <A>(setting: Setting<A>) => Effect.Effect<A | undefined, StoreError>
  readonly set: <A>(setting: Setting<A>, value: A) => Effect.Effect<void, StoreError>
}>()("boocode/store/Settings") {
  static readonly layer = Layer.effect(Settings, Effect.suspend(() => make))
}

const make = Effect.gen(function*() {
  const { ask, sql } = yield* asking
  return Settings.of({
    get: ({ key, schema }) => ask(`read the setting ${key}`)(sql`select value from settings where key = ${key}`.pipe(
      Effect.flatMap(([row]) => row === undefined ? Effect.undefined
        : Schema.decodeUnknownEffect(Schema.toCodecJson(schema))(row["value"])))),
    set: ({ key, schema }, value) => ask(`keep the setting ${key}`)(Schema.encodeEffect(Schema.toCodecJson(schema))(value).pipe(
      Effect.flatMap((json) => sql`insert into settings (key, value) values (${key}, ${JSON.stringify(json)})
        on conflict (key) do update set value = excluded.value`), Effect.asVoid))
  })
})
