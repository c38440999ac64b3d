/** The token in what was pasted: itself, the address that carries it, or the server's whole ready line. Pure. */
export const tokenIn = (pasted: string): string | undefined => {
  const carried = /[?&]token=([^&\s#]+)/.exec(pasted)?.[1]
  const token = carried === undefined ? pasted.trim() : decodeURIComponent(carried)
  return token === "" || /\s/.test(token) ? undefined : token
}
