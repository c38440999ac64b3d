/**
 * Intents: everything an element asks of whoever holds it, by name and with its details. Elements draw and dispatch;
 * the page's containers hear an intent and turn it into a call of a store.
 */
import type { ReactiveController, ReactiveControllerHost } from "lit"
import type { RequestAnswer } from "../../shared/AgentRequest.ts"
import type { ChangeId } from "../../shared/Change.ts"
import type { ContentBlock } from "../../shared/Content.ts"
import type { AgentName, ChatId, ProjectId, PromptId, RequestId, SessionId, TurnId } from "../../shared/Ids.ts"
import type { Project, Session } from "../../shared/Session.ts"
import type { TurnSettings } from "../../shared/Turn.ts"
import type { WorkTab } from "../view/workTab.ts"

/** What is asked before a session begins or ends. */
export type Guarded =
  | { readonly what: "base" | "setup"; readonly project: Project }
  | { readonly what: "archive" | "delete"; readonly session: Session }
  | { readonly what: "parked" }

export interface Intents {
  // one chat
  "boo-prompt": { readonly content: ReadonlyArray<ContentBlock>; readonly agent: AgentName; readonly settings: TurnSettings }
  "boo-stop": undefined
  "boo-answer": { readonly requestId: RequestId; readonly answer: RequestAnswer }
  "boo-change-prompt": { readonly promptId: PromptId; readonly content: ReadonlyArray<ContentBlock> }
  "boo-withdraw": { readonly promptId: PromptId }
  "boo-dismiss": { readonly promptId: PromptId }
  "boo-resume-queue": undefined
  "boo-choose-agent": { readonly agent: AgentName; readonly settings: TurnSettings }
  "boo-older": undefined
  /** What may be done at a prompt of the timeline. */
  "boo-from-here": { readonly turnId: TurnId; readonly promptId: PromptId; readonly words: string }
  /** Looks at what a rewind to a checkpoint would change. */
  "boo-undo-rewind": { readonly seq: number }
  "boo-fork": { readonly chatId: ChatId; readonly promptId: PromptId; readonly where: "session" | "beside" }
  "boo-show-agents": undefined
  "boo-wire": { readonly agent: AgentName }
  "boo-put-away": undefined
  // a file's diff
  "boo-hunk": { readonly changeId: ChangeId; readonly hunks: ReadonlyArray<number>; readonly way: "apply" | "reject" | "revert" }
  "boo-next-file": { readonly step: 1 | -1 }
  /** Shows all comments of the session. */
  "boo-comments": undefined
  "boo-edit-comment": { readonly id: string; readonly text: string }
  "boo-remove-comment": { readonly id: string }
  // the lists
  "boo-new-session": { readonly projectId: ProjectId; readonly base?: string }
  "boo-guard": Guarded
  "boo-new-chat": { readonly sessionId: SessionId }
  "boo-rename-session": { readonly sessionId: SessionId; readonly title: string }
  "boo-rename-chat": { readonly chatId: ChatId; readonly title: string }
  "boo-archive-session": { readonly sessionId: SessionId; readonly archived: boolean }
  "boo-archive-chat": { readonly chatId: ChatId; readonly archived: boolean }
  "boo-remove-project": { readonly projectId: ProjectId }
  "boo-fold-project": { readonly projectId: ProjectId }
  "boo-refresh-agents": undefined
  // the page
  "boo-go": { readonly sessionId: SessionId; readonly chatId: ChatId | undefined }
  "boo-open": "addProject" | "switcher" | "shortcuts" | "drills" | "inbox" | "sidebar"
  /** Opens the work panel at a tab, and a file in it, or closes it. */
  "boo-show-work": { readonly tab: WorkTab | undefined; readonly path?: string }
  "boo-theme": "auto" | "light" | "dark"
  "boo-token": { readonly token: string }
}

export type IntentName = keyof Intents

/** Goes up through every element that holds this one. */
export const ask = <Name extends IntentName>(from: EventTarget, name: Name, detail: Intents[Name]): void => {
  from.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }))
}

/** Hears the intents of everything inside its element, and lets them go no further. */
export class IntentController implements ReactiveController {
  readonly #host: ReactiveControllerHost & EventTarget
  readonly #listeners = new Map<string, (event: Event) => void>()

  constructor(host: ReactiveControllerHost & EventTarget) {
    this.#host = host
    host.addController(this)
  }

  on<Name extends IntentName>(name: Name, handler: (detail: Intents[Name]) => void): this {
    this.#listeners.set(name, (event) => {
      if (!(event instanceof CustomEvent)) return
      event.stopPropagation()
      handler(event.detail)
    })
    return this
  }

  hostConnected(): void {
    for (const [name, listener] of this.#listeners) this.#host.addEventListener(name, listener)
  }

  hostDisconnected(): void {
    for (const [name, listener] of this.#listeners) this.#host.removeEventListener(name, listener)
  }
}
