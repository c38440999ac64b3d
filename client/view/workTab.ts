/** The tabs of the work panel: what the session's agents did, the files they work on, and a terminal among them. */
export type WorkTab = "changes" | "files" | "terminal"
