/** The icons there are; they are drawn in `style/icons.ts`. */
export type IconName =
  | "alert" | "archive" | "arrowDown" | "arrowUp" | "back" | "bell" | "changes" | "chat" | "check" | "chevron" | "chevronDown" | "circle"
  | "clip" | "clock" | "copy" | "cross" | "dots" | "file" | "folder" | "globe" | "image" | "keyboard"
  | "list" | "menu" | "minus" | "moon" | "move" | "pause" | "pencil" | "play" | "plus" | "queue" | "refresh" | "undo"
  | "search" | "send" | "shield" | "sliders" | "stop" | "sun" | "terminal" | "thought" | "tool" | "trash"
