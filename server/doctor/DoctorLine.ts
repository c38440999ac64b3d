/** One line of the doctor's report: what was looked at, whether it is well, and what it is or what to do. */
import { Schema } from "effect"

export const DoctorLine = Schema.Struct({
  name: Schema.String,
  ok: Schema.Boolean,
  detail: Schema.String,
  /** boocode can't serve without it. */
  needed: Schema.Boolean
})
export type DoctorLine = typeof DoctorLine.Type

export const well = (name: string, detail: string): DoctorLine => ({ name, ok: true, detail, needed: true })
/** Has to be mended before the server can be used. */
export const bad = (name: string, detail: string): DoctorLine => ({ name, ok: false, detail, needed: true })
/** Good to have, and what to do to have it. */
export const lacking = (name: string, detail: string): DoctorLine => ({ name, ok: false, detail, needed: false })
