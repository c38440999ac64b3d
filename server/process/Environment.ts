/** The environment that the server was started with. Read here and nowhere else by what looks for programs or runs them. */
import { Context } from "effect"

export type Variables = Readonly<Record<string, string | undefined>>

export const Environment = Context.Reference<Variables>("boocode/process/Environment", { defaultValue: () => process.env })

/** The home folder of the server's user; empty where the environment names none. */
export const homeOf = (variables: Variables): string => variables["HOME"] ?? ""

/** `~` and `~/…` as the server's user means them; everything else as it is. */
export const expandHome = (path: string, home: string): string => {
  if (home === "" || (path !== "~" && !path.startsWith("~/"))) return path
  return path === "~" ? home : `${home.replace(/\/+$/, "")}${path.slice(1)}`
}
