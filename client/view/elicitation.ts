/** Elicitation: the values of its form as the answer, and an answer in words. Pure. The form itself is shared with the server. */
import { type ElicitationForm, formOf, isRaw, parsed } from "../../shared/Elicitation.ts"

/** What was filled in, by the field's name; several values where several were chosen. */
export type Filled = ReadonlyMap<string, ReadonlyArray<string>>

/** The answer as JSON text: fields left empty are left out. */
export const contentOf = (form: ElicitationForm, filled: Filled): string => {
  const content: Record<string, string | number | boolean | ReadonlyArray<string>> = {}
  for (const field of form.fields) {
    const values = filled.get(field.name) ?? [], [value] = values
    if (field.kind === "boolean") content[field.name] = value !== undefined
    else if (field.kind === "choices") {
      if (values.length > 0 || field.required) content[field.name] = values
    } else if (value !== undefined && value !== "") content[field.name] = field.kind === "number" ? Number(value) : value
  }
  return JSON.stringify(content)
}

/** An accepted answer, in words: `Colour: red · Size: 3`. */
export const answerWords = (schema: string, content: string): string => {
  const labels = new Map(formOf(schema)?.fields.map(({ label, name }) => [name, label]))
  const values = parsed(content)
  if (!isRaw(values)) return content
  return Object.entries(values).map(([name, value]) => `${labels.get(name) ?? name}: ${Array.isArray(value) ? value.join(", ") : String(value)}`).join(" · ")
}
