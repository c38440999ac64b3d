/** Where prompts are written: text that grows, pictures, slash commands, the agent and its settings, and one button that sends, queues or stops. */
import { html, LitElement, nothing, type TemplateResult } from "lit"
import { ask } from "../controller/intent.ts"
import { picturesIn, readPicture } from "../controller/pictures.ts"
import type { AgentInfo, SlashCommand } from "../../shared/Agent.ts"
import { type Chat, factsOf } from "../../shared/Chat.ts"
import type { AgentName } from "../../shared/Ids.ts"
import { base } from "../style/base.ts"
import { composer } from "../style/composer.ts"
import { icon } from "../style/icons.ts"
import { commandsOf, labelOf, matchingCommands, typedCommand } from "../view/agents.ts"
import { actionOf, type Attachment, type ComposerAction, contentOf, contentProblem } from "../view/composer.ts"
import type { IconName } from "../view/iconName.ts"
import "./boo-agent-picker.ts"
import "./boo-commands.ts"
import "./boo-settings.ts"

const faces: Record<ComposerAction, { readonly words: string; readonly icon: IconName; readonly title: string }> = {
  send: { words: "Send", icon: "send", title: "Send (Enter)" },
  queue: { words: "Queue", icon: "queue", title: "Queue: it is sent when the agent is done (Enter)" },
  stop: { words: "Stop", icon: "stop", title: "Stop the agent (Esc)" }
}

export class BooComposer extends LitElement {
  static override properties = {
    chat: { attribute: false }, agents: { attribute: false }, chosen: {}, refreshing: { type: Boolean }, stopping: { type: Boolean },
    text: { state: true }, attachments: { state: true }, problem: { state: true }, at: { state: true }, hushed: { state: true }
  }
  static override styles = [base, composer]

  chat: Chat | undefined
  agents: ReadonlyArray<AgentInfo> | undefined
  chosen: AgentName | undefined
  refreshing = false
  stopping = false
  text = ""
  attachments: ReadonlyArray<Attachment> = []
  problem: string | undefined
  /** The command that is chosen in the list, and the text for which the list was put away. */
  at = 0
  hushed: string | undefined

  /** Puts a text in place of what is there. */
  write(text: string, attachments: ReadonlyArray<Attachment> = []): void {
    this.text = text
    this.attachments = attachments
    this.problem = undefined
    void this.updateComplete.then(() => {
      this.#grow()
      this.#area?.setSelectionRange(text.length, text.length)
    })
  }

  override focus(): void {
    this.#area?.focus()
  }

  get #area(): HTMLTextAreaElement | null {
    return this.renderRoot.querySelector("textarea")
  }

  get #info(): AgentInfo | undefined {
    return this.agents?.find(({ name }) => name === this.chosen)
  }

  get #matches(): ReadonlyArray<SlashCommand> {
    const typed = typedCommand(this.text)
    return typed === undefined || this.hushed === this.text ? [] : matchingCommands(commandsOf(this.chat, this.#info), typed)
  }

  get #empty(): boolean {
    return this.text.trim() === "" && this.attachments.length === 0
  }

  override render(): TemplateResult {
    const action = actionOf(this.chat, this.#empty)
    const matches = this.#matches
    return html`<form @submit=${this.#onSubmit} @dragover=${this.#onDrag} @drop=${this.#onDrop}>
      <boo-commands .commands=${matches} .at=${Math.min(this.at, matches.length - 1)} @take=${(event: CustomEvent<SlashCommand>) => this.#take(event.detail)}></boo-commands>
      ${this.attachments.length === 0 ? nothing : html`<ul class="attached">${this.attachments.map((picture) => this.#attached(picture))}</ul>`}
      <textarea rows="1" aria-label="Prompt" enterkeyhint="send" placeholder=${`Ask ${labelOf(this.agents, this.chosen)}…`} .value=${this.text}
        @input=${this.#onInput} @keydown=${this.#onKey} @paste=${this.#onPaste}></textarea>
      ${this.problem === undefined ? nothing : html`<p class="problem" role="alert">${icon("alert")}${this.problem}</p>`}
      <div class="bar">
        <boo-agent-picker .agents=${this.agents} .chosen=${this.chosen} .refreshing=${this.refreshing}
          .settingsOf=${(agent: AgentName) => this.chat === undefined ? {} : factsOf(this.chat, agent).settings}></boo-agent-picker>
        <boo-settings .facts=${this.chat === undefined || this.chosen === undefined ? undefined : factsOf(this.chat, this.chosen)} .agent=${this.chosen}></boo-settings>
        <span class="space"></span>
        <label class="clip" title="Attach pictures"><span class="unseen">Attach pictures</span>${icon("clip")}<input class="unseen" type="file" accept="image/*" multiple @change=${this.#onFiles}></label>
        ${this.#button(action)}
      </div>
    </form>`
  }

  #button(action: ComposerAction): TemplateResult {
    const face = faces[action]
    const idle = action === "send" && (this.#empty || this.chosen === undefined)
    return html`<button class="act ${action}" title=${face.title} ?disabled=${idle || (action === "stop" && this.stopping)}>
      ${icon(face.icon)}<span>${this.stopping && action === "stop" ? "Stopping" : face.words}</span></button>`
  }

  #attached(picture: Attachment): TemplateResult {
    return html`<li><img src=${`data:${picture.mimeType};base64,${picture.data}`} alt=${picture.name}>
      <button type="button" aria-label=${`Remove ${picture.name}`} @click=${() => {
        this.attachments = this.attachments.filter((other) => other !== picture)
      }}>${icon("cross")}</button></li>`
  }

  #onSubmit(event: Event): void {
    event.preventDefault()
    const action = actionOf(this.chat, this.#empty)
    if (action === "stop") ask(this, "boo-stop", undefined)
    else this.#send()
  }

  #send(): void {
    if (this.#empty || this.chosen === undefined) return
    const content = contentOf(this.text, this.attachments)
    this.problem = contentProblem(content)
    if (this.problem !== undefined) return
    const settings = this.chat === undefined ? {} : factsOf(this.chat, this.chosen).settings
    ask(this, "boo-prompt", { content, agent: this.chosen, settings })
    this.write("")
    this.#draft()
  }

  #take(command: SlashCommand): void {
    this.write(`/${command.name} `)
    this.#draft()
  }

  #onInput(event: Event): void {
    if (!(event.currentTarget instanceof HTMLTextAreaElement)) return
    this.text = event.currentTarget.value
    this.at = 0
    this.problem = undefined
    this.#grow()
    this.#draft()
  }

  #onKey(event: KeyboardEvent): void {
    if (event.isComposing) return
    const matches = this.#matches
    const chosen = matches[Math.min(this.at, matches.length - 1)]
    if (chosen !== undefined && this.#inList(event, chosen, matches.length)) return
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault()
      this.#send()
    }
  }

  /** Keys of the list of commands; answers whether this was one. */
  #inList(event: KeyboardEvent, chosen: SlashCommand, count: number): boolean {
    switch (event.key) {
      case "ArrowDown": this.at = (this.at + 1) % count; break
      case "ArrowUp": this.at = (this.at + count - 1) % count; break
      case "Escape": this.hushed = this.text; break
      case "Tab": this.#take(chosen); break
      case "Enter":
        // a command that is typed in full is sent as it stands
        if (event.shiftKey || this.text === `/${chosen.name}`) return false
        this.#take(chosen)
        break
      default: return false
    }
    event.preventDefault()
    return true
  }

  #grow(): void {
    const area = this.#area
    if (area === null) return
    area.style.height = "auto"
    area.style.height = `${area.scrollHeight}px`
  }

  #draft(): void {
    this.dispatchEvent(new CustomEvent("draft", { detail: this.text }))
  }

  async #attach(files: ReadonlyArray<File>): Promise<void> {
    const read = await Promise.all(files.map(readPicture))
    this.attachments = [...this.attachments, ...read.filter((picture) => picture !== undefined)]
    this.problem = contentProblem(contentOf(this.text, this.attachments))
  }

  #onFiles(event: Event): void {
    if (!(event.currentTarget instanceof HTMLInputElement)) return
    void this.#attach([...event.currentTarget.files ?? []])
    event.currentTarget.value = ""
  }

  #onPaste(event: ClipboardEvent): void {
    const files = picturesIn(event.clipboardData)
    if (files.length === 0) return
    event.preventDefault()
    void this.#attach(files)
  }

  #onDrag(event: DragEvent): void {
    if (event.dataTransfer?.types.includes("Files") === true) event.preventDefault()
  }

  #onDrop(event: DragEvent): void {
    const files = picturesIn(event.dataTransfer)
    if (files.length === 0) return
    event.preventDefault()
    void this.#attach(files)
  }
}

customElements.define("boo-composer", BooComposer)
