/**
 * The form that an elicitation asks for, read from its JSON Schema, and whether an answer is one. Pure, the same for the
 * page that draws the form and the server that takes the answer. ACP allows a flat object of texts, numbers, booleans and
 * choices; what is anything else is left to the agent. So are `pattern` and `format`: an agent's pattern could run for ever.
 */
import { cutText, textFault } from "./Text.ts"

type Raw = Readonly<Record<string, unknown>>

export const isRaw = (value: unknown): value is Raw => typeof value === "object" && value !== null && !Array.isArray(value)
const raw = (value: unknown): Raw => isRaw(value) ? value : {}
const text = (value: unknown): string | undefined => typeof value === "string" ? value : undefined
const number = (value: unknown): number | undefined => typeof value === "number" && Number.isFinite(value) ? value : undefined
const list = (value: unknown): ReadonlyArray<unknown> | undefined => Array.isArray(value) ? value : undefined
const texts = (value: unknown): ReadonlyArray<string> => list(value)?.filter((one) => typeof one === "string") ?? []

/** `undefined` for what is no JSON. */
export const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

interface Choice { readonly value: string; readonly label: string }
interface Named { readonly name: string; readonly label: string; readonly hint: string | undefined; readonly required: boolean }
export type Field = Named & (
  | { readonly kind: "text"; readonly input: "text" | "email" | "url" | "date" | "datetime-local"; readonly value: string
      readonly minLength: number | undefined; readonly maxLength: number | undefined }
  | { readonly kind: "number"; readonly whole: boolean; readonly value: string; readonly minimum: number | undefined; readonly maximum: number | undefined }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "choice"; readonly value: string; readonly choices: ReadonlyArray<Choice> }
  | { readonly kind: "choices"; readonly values: ReadonlyArray<string>; readonly choices: ReadonlyArray<Choice>
      readonly minItems: number | undefined; readonly maxItems: number | undefined }
)

const inputs: Readonly<Record<string, "email" | "url" | "date" | "datetime-local">> = {
  email: "email", uri: "url", date: "date", "date-time": "datetime-local"
}

const choicesOf = (property: Raw): ReadonlyArray<Choice> | undefined => {
  const one = (list(property["oneOf"]) ?? list(property["anyOf"]))?.map(raw)
  if (one !== undefined) return one.map((choice) => ({ value: text(choice["const"]) ?? "", label: text(choice["title"]) ?? text(choice["const"]) ?? "" }))
  if (list(property["enum"]) === undefined) return undefined
  const names = texts(property["enumNames"])
  return texts(property["enum"]).map((value, index) => ({ value, label: names[index] ?? value }))
}

const fieldOf = (name: string, property: Raw, required: boolean): Field | undefined => {
  const named: Named = { name, label: text(property["title"]) ?? name, hint: text(property["description"]), required }
  const preset = property["default"]
  if (property["type"] === "array") {
    const choices = choicesOf(raw(property["items"]))
    return choices && { ...named, kind: "choices", values: texts(preset), choices, minItems: number(property["minItems"]), maxItems: number(property["maxItems"]) }
  }
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

const contentLimit = 64 * 1024
const nameOf = (name: string): string => JSON.stringify(cutText(name, 80))

/** "1 to 3", "at least 1", "at most 3". */
const span = (least: number | undefined, most: number | undefined): string =>
  least === undefined ? `at most ${most ?? ""}` : most === undefined ? `at least ${least}` : `${least} to ${most}`
const isWithin = (value: number, least: number | undefined, most: number | undefined): boolean =>
  (least === undefined || value >= least) && (most === undefined || value <= most)

const choiceFault = (value: string, choices: ReadonlyArray<Choice>): string | undefined =>
  choices.some((choice) => choice.value === value) ? undefined : `must be one of its choices, not ${nameOf(value)}`

const valueFault = (field: Field, value: unknown): string | undefined => {
  switch (field.kind) {
    case "boolean": return typeof value === "boolean" ? undefined : "must be true or false"
    case "number": {
      if (number(value) === undefined || (field.whole && !Number.isInteger(value))) return field.whole ? "must be a whole number" : "must be a number"
      return isWithin(Number(value), field.minimum, field.maximum) ? undefined : `must be ${span(field.minimum, field.maximum)}`
    }
    case "text": {
      if (typeof value !== "string") return "must be a text"
      // characters, as JSON Schema counts them
      return isWithin(Array.from(value).length, field.minLength, field.maxLength) ? undefined : `must have ${span(field.minLength, field.maxLength)} characters`
    }
    case "choice": return typeof value === "string" ? choiceFault(value, field.choices) : "must be one of its choices"
    case "choices": {
      const chosen = texts(value)
      if (chosen.length !== list(value)?.length || new Set(chosen).size !== chosen.length) return "must be a list of its choices, each once"
      if (!isWithin(chosen.length, field.minItems, field.maxItems)) return `must have ${span(field.minItems, field.maxItems)} choices`
      return chosen.map((one) => choiceFault(one, field.choices)).find((fault) => fault !== undefined)
    }
  }
}

/** What ACP lets an answer hold. */
const isAnswerValue = (value: unknown): boolean =>
  typeof value === "string" || typeof value === "boolean" || number(value) !== undefined || (list(value)?.every((one) => typeof one === "string") ?? false)

const holdsBadText = (value: unknown): boolean => [value].flat().some((one) => typeof one === "string" && textFault(one) !== undefined)

/** What is wrong with an accepted answer, as the rest of a sentence. */
export const contentFault = (schema: string, content: string): string | undefined => {
  if (content.length > contentLimit) return `it has more than ${contentLimit / 1024} KB.`
  const values = parsed(content)
  if (!isRaw(values)) return "it is no JSON object."
  for (const field of formOf(schema)?.fields ?? []) {
    const value = Object.hasOwn(values, field.name) ? values[field.name] : undefined
    if (value === undefined && !field.required) continue
    const fault = value === undefined ? "is missing" : valueFault(field, value)
    if (fault !== undefined) return `${nameOf(field.name)} ${fault}.`
  }
  for (const [name, value] of Object.entries(values)) {
    if (!isAnswerValue(value)) return `${nameOf(name)} must be a text, a number, true or false, or a list of texts.`
    if (holdsBadText(name) || holdsBadText(value)) return `${nameOf(name)} holds a character that can't be kept.`
  }
  return undefined
}
