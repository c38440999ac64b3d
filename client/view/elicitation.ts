/**
 * Elicitation: a flat JSON Schema as the fields of a form, and the form's values as the answer. Pure. ACP allows
 * strings, numbers, booleans and choices; what is anything else is not asked, and said so.
 */

type Raw = Readonly<Record<string, unknown>>

const isRaw = (value: unknown): value is Raw => typeof value === "object" && value !== null && !Array.isArray(value)
const raw = (value: unknown): Raw => isRaw(value) ? value : {}
const text = (value: unknown): string | undefined => typeof value === "string" ? value : undefined
const number = (value: unknown): number | undefined => typeof value === "number" && Number.isFinite(value) ? value : undefined
const list = (value: unknown): ReadonlyArray<unknown> | undefined => Array.isArray(value) ? value : undefined
const texts = (value: unknown): ReadonlyArray<string> => list(value)?.filter((one) => typeof one === "string") ?? []

const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

interface Named { readonly name: string; readonly label: string; readonly hint: string | undefined; readonly required: boolean }
export type Field = Named & (
  | { readonly kind: "text"; readonly input: "text" | "email" | "url" | "date" | "datetime-local"; readonly value: string
      readonly minLength: number | undefined; readonly maxLength: number | undefined }
  | { readonly kind: "number"; readonly whole: boolean; readonly value: string; readonly minimum: number | undefined; readonly maximum: number | undefined }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "choice"; readonly value: string; readonly choices: ReadonlyArray<{ readonly value: string; readonly label: string }> }
)

const inputs: Readonly<Record<string, "email" | "url" | "date" | "datetime-local">> = {
  email: "email", uri: "url", date: "date", "date-time": "datetime-local"
}

const choicesOf = (property: Raw) => {
  const one = list(property["oneOf"])?.map(raw)
  if (one !== undefined) return one.map((choice) => ({ value: text(choice["const"]) ?? "", label: text(choice["title"]) ?? text(choice["const"]) ?? "" }))
  if (list(property["enum"]) === undefined) return undefined
  const names = texts(property["enumNames"])
  return texts(property["enum"]).map((value, index) => ({ value, label: names[index] ?? value }))
}

const fieldOf = (name: string, property: Raw, required: boolean): Field | undefined => {
  const named: Named = { name, label: text(property["title"]) ?? name, hint: text(property["description"]), required }
  const preset = property["default"]
  const choices = choicesOf(property)
  if (choices !== undefined) return { ...named, kind: "choice", value: text(preset) ?? "", choices }
  switch (property["type"]) {
    case "boolean": return { ...named, kind: "boolean", value: preset === true }
    case "number": case "integer": return {
      ...named, kind: "number", whole: property["type"] === "integer", value: number(preset)?.toString() ?? "",
      minimum: number(property["minimum"]), maximum: number(property["maximum"])
    }
    case "string": return {
      ...named, kind: "text", input: inputs[text(property["format"]) ?? ""] ?? "text", value: text(preset) ?? "",
      minLength: number(property["minLength"]), maxLength: number(property["maxLength"])
    }
    default: return undefined
  }
}

export interface ElicitationForm {
  readonly fields: ReadonlyArray<Field>
  /** Names of what this form can't ask. */
  readonly unasked: ReadonlyArray<string>
}

/** `undefined` for a schema that is no form at all. */
export const formOf = (schema: string): ElicitationForm | undefined => {
  const form = parsed(schema)
  if (!isRaw(form)) return undefined
  const required = texts(form["required"])
  const fields: Array<Field> = [], unasked: Array<string> = []
  for (const [name, property] of Object.entries(raw(form["properties"]))) {
    const field = fieldOf(name, raw(property), required.includes(name))
    if (field === undefined) unasked.push(name)
    else fields.push(field)
  }
  return { fields, unasked }
}

/** The answer as JSON text: fields left empty are left out. */
export const contentOf = (form: ElicitationForm, values: ReadonlyMap<string, string>): string => {
  const content: Record<string, string | number | boolean> = {}
  for (const field of form.fields) {
    const value = values.get(field.name)
    if (field.kind === "boolean") content[field.name] = value !== undefined
    else if (value !== undefined && value !== "") content[field.name] = field.kind === "number" ? Number(value) : value
  }
  return JSON.stringify(content)
}

/** An accepted answer, in words: `Colour: red · Size: 3`. */
export const answerWords = (schema: string, content: string): string => {
  const labels = new Map(formOf(schema)?.fields.map(({ label, name }) => [name, label]))
  const values = parsed(content)
  if (!isRaw(values)) return content
  return Object.entries(values).map(([name, value]) => `${labels.get(name) ?? name}: ${String(value)}`).join(" · ")
}
