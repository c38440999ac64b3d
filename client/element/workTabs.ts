/**
 * What the work panel can show beside a chat: one row a tab, in their order. A tab is there once its row is; what it shows
 * is loaded when it is first shown.
 */
import { html, type TemplateResult } from "lit"
import type { ChatRow, Session } from "../../shared/Session.ts"
import type { Preferences } from "../store/Preferences.ts"
import type { Stores } from "../store/Stores.ts"
import type { WorkStore } from "../store/WorkStore.ts"
import type { IconName } from "../view/iconName.ts"
import type { WorkTab } from "../view/workTab.ts"

/** What a tab is drawn from. */
export interface WorkPlace {
  readonly stores: Stores
  readonly session: Session
  /** The session's; `undefined` until the page has loaded what it needs for it. */
  readonly work: WorkStore | undefined
  /** The chat beside the panel. */
  readonly chat: ChatRow | undefined
  readonly preferences: Preferences
  /** The file that the address asks for. */
  readonly path: string | undefined
}

export interface WorkTabRow {
  readonly tab: WorkTab
  readonly label: string
  readonly icon: IconName
  readonly load: () => Promise<unknown>
  readonly draw: (place: WorkPlace) => TemplateResult
}

export const workTabs: ReadonlyArray<WorkTabRow> = [
  {
    tab: "changes", label: "Changes", icon: "changes", load: () => import("./boo-changes.ts"),
    draw: ({ chat, path, preferences, session, stores, work }) => html`<boo-changes .work=${work} .stores=${stores} .session=${session} .chat=${chat} .preferences=${preferences} .path=${path}></boo-changes>`
  },
  {
    tab: "files", label: "Files", icon: "folder", load: () => import("./later.ts"),
    draw: ({ path, session, work }) => html`<boo-files .store=${work?.files} .path=${path} .worktree=${session.worktree}></boo-files>`
  },
  {
    tab: "terminal", label: "Terminal", icon: "terminal", load: () => import("./boo-terminals.ts"),
    draw: ({ preferences, work }) => html`<boo-terminals .store=${work?.terminals} .preferences=${preferences}></boo-terminals>`
  }
]
