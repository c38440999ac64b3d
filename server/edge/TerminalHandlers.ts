/** The terminal group of the contract, onto `Terminals`. */
import { Effect } from "effect"
import { TerminalRpc } from "../../shared/rpc/TerminalRpc.ts"
import { Terminals } from "../terminal/Terminals.ts"

export const terminalHandlers = TerminalRpc.toLayer(Effect.gen(function*() {
  const terminals = yield* Terminals
  return TerminalRpc.of({
    "terminal.Open": (order) => terminals.open(order),
    "terminal.Watch": ({ sessionId }) => terminals.watch(sessionId),
    "terminal.Attach": ({ terminalId, cursor }) => terminals.attach(terminalId, cursor),
    "terminal.Write": ({ terminalId, keys }) => terminals.write(terminalId, keys),
    "terminal.Resize": ({ terminalId, size }) => terminals.resize(terminalId, size),
    "terminal.Close": ({ terminalId }) => terminals.close(terminalId)
  })
}))
