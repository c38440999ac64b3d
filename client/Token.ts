/**
 * Token: how this page comes to the server's token and where it keeps it. The address of the first visit carries it, and
 * is cleaned at once; the websocket needs it afterwards, as no cookie opens that.
 */
import type { Kept } from "./store/Kept.ts"

/** From the address, else what was kept. */
export const takeToken = (kept: Kept): string | undefined => {
  const address = new URL(location.href)
  const given = address.searchParams.get("token")
  if (given === null || given === "") return kept.get("token")
  kept.set("token", given)
  address.searchParams.delete("token")
  history.replaceState(history.state, "", `${address.pathname}${address.search}${address.hash}`)
  return given
}

/** Opens the page anew by the address that carries the token: the server answers with the cookie for its files. */
export const openWith = (token: string): void => {
  location.assign(`/?token=${encodeURIComponent(token)}${location.hash}`)
}
