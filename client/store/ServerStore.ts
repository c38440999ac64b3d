/** ServerStore: the connection's state and what the server says of itself. */
import type { ServerInfo } from "../../shared/Server.ts"
import type { ConnectionState } from "../rpc/ConnectionState.ts"
import type { Remote } from "../rpc/Remote.ts"
import { Observable } from "./Observable.ts"

export class ServerStore extends Observable {
  connection: ConnectionState = { _tag: "Connecting" }
  /** The last that was heard; `undefined` before the first. */
  info: ServerInfo | undefined

  constructor(remote: Pick<Remote, "onState" | "watchServer">) {
    super()
    remote.onState((state) => {
      this.connection = state
      this.changed()
    })
    remote.watchServer({
      onValue: (info) => {
        this.info = info
        this.changed()
      },
      onFailure: () => {}
    })
  }
}
