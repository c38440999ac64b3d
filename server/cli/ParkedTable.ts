/** Parked work as `boocode parked` prints it, and how one of it is called: pure. */
import type { ParkedWork } from "../../shared/Guard.ts"
import type { Project } from "../../shared/Session.ts"
import { alignColumns, plain } from "../agent/catalog/AgentTable.ts"

/** Digits of a name where no other is alike. The end of an id is random in every kind of UUID. */
const short = 8

const digitsOf = (id: string): string => id.replaceAll("-", "").toLowerCase()

export interface NamedWork extends ParkedWork { readonly name: string }

/** The end of its id, as much of it as tells it from the others. */
export const named = (parked: ReadonlyArray<ParkedWork>): ReadonlyArray<NamedWork> => {
  const all = parked.map(({ id }) => digitsOf(id))
  const nameOf = (digits: string): string => {
    let length = short
    while (length < digits.length && all.filter((other) => other.endsWith(digits.slice(-length))).length > 1) length += 4
    return digits.slice(-length)
  }
  return parked.map((one) => ({ name: nameOf(digitsOf(one.id)), ...one }))
}

/** Those that a person may mean: by the end of the id, the whole id, or the ref. */
export const called = <One extends ParkedWork>(name: string, parked: ReadonlyArray<One>): ReadonlyArray<One> => {
  const digits = digitsOf(name.slice(name.lastIndexOf("/") + 1))
  return /^[0-9a-f]{4,32}$/.test(digits) ? parked.filter(({ id }) => digitsOf(id).endsWith(digits)) : []
}

const moment = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short" })

const projectOf = (projects: ReadonlyArray<Project>, { projectId }: ParkedWork) => projects.find(({ id }) => id === projectId)

const filesOf = ({ files, leftCount }: ParkedWork): string => leftCount === 0 ? `${files}` : `${files}, without ${leftCount} ignored`

export const parkedTable = (parked: ReadonlyArray<NamedWork>, projects: ReadonlyArray<Project>): string => parked.length === 0 ? "Nothing is parked." : alignColumns([
  ["NAME", "PARKED", "PROJECT", "SESSION", "FILES", "MADE BY"],
  ...parked.map((one) => [
    one.name, moment.format(one.parkedAt), projectOf(projects, one)?.name ?? "", one.sessionId === null ? one.title : `${one.title} (archived)`, filesOf(one), one.makers.join(", ")
  ].map(plain))
]).join("\n")

/** A JSON array: each as the contract has it, with its name and its project's path. */
export const parkedJson = (parked: ReadonlyArray<NamedWork>, projects: ReadonlyArray<Project>): string =>
  JSON.stringify(parked.map((one) => ({ ...one, project: projectOf(projects, one)?.path ?? null })), null, 2)
