/** Where prompts are written: text that grows, pictures, slash commands, the agent and its settings, and one button that sends, queues or stops. */
import { html, LitElement, nothing, type TemplateResult } from "lit"
import { CommandMenu } from "../controller/CommandMenu.ts"
import { ask } from "../controller/intent.ts"
import { picturesIn, readPicture } from "../controller/pictures.ts"
import type { AgentInfo, SlashCommand } from "../../shared/Agent.ts"
import { type AgentFacts, type Chat, factsOf } from "../../shared/Chat.ts"
import type { AgentName } from "../../shared/Ids.ts"
import { base } from "../style/base.ts"
import { composer } from "../style/composer.ts"
import { icon } from "../style/icons.ts"
import { commandsOf, labelOf } from "../view/agents.ts"
import { actionOf, type Attachment, type ComposerAction, composerFaces, contentOf, contentProblem } from "../view/composer.ts"
import "./boo-agent-picker.ts"
import "./boo-continuity.ts"
import "./boo-settings.ts"

export class BooComposer extends LitElement {
  static override properties = {
    chat: { attribute: false }, agents: { attribute: false }, chosen: {}, refreshing: { type: Boolean }, stopping: { type: Boolean }, connected: { type: Boolean }, skew: { type: Number },
    text: { state: true }, pictures: { state: true }, problem: { state: true }
  }
  static override styles = [base, composer]

  chat: Chat | undefined
  agents: ReadonlyArray<AgentInfo> | undefined
  chosen: AgentName | undefined
  refreshing = false
  stopping = false
  connected = false
  skew = 0
  text = ""
  pictures: ReadonlyArray<Attachment> = []
  problem: string | undefined
  readonly #menu = new CommandMenu()

  /** Puts a text in place of what is there. */
  write(text: string, pictures: ReadonlyArray<Attachment> = []): void {
    this.text = text
    this.pictures = pictures
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

  get #action(): ComposerAction {
    return actionOf(this.chat, this.text.trim() === "" && this.pictures.length === 0)
  }

  get #facts(): AgentFacts | undefined {
    return this.chat === undefined || this.chosen === undefined ? undefined : factsOf(this.chat, this.chosen)
  }

  override willUpdate(): void {
    if (this.#menu.matches.length + this.pictures.length > 0) void import("./later.ts")
    this.#menu.read(this.text, commandsOf(this.chat, this.agents?.find(({ name }) => name === this.chosen)))
  }

  override render(): TemplateResult {
    return html`<form @submit=${this.#onSubmit} @dragover=${this.#onDrag} @drop=${(event: DragEvent) => this.#onPictures(event, event.dataTransfer)}>
      <boo-commands .commands=${this.#menu.matches} .at=${this.#menu.at} @take=${(event: CustomEvent<SlashCommand>) => this.#take(event.detail)}></boo-commands>
      <boo-attachments .pictures=${this.pictures} @pictures=${(event: CustomEvent<ReadonlyArray<Attachment>>) => { this.pictures = event.detail }}></boo-attachments>
      <textarea rows="1" aria-label="Prompt" enterkeyhint="send" placeholder=${`Ask ${labelOf(this.agents, this.chosen)}…`} .value=${this.text}
        @input=${this.#onInput} @keydown=${this.#onKey} @paste=${(event: ClipboardEvent) => this.#onPictures(event, event.clipboardData)}></textarea>
      ${this.problem === undefined ? nothing : html`<p class="problem" role="alert">${icon("alert")}${this.problem}</p>`}
      <div class="bar">
        <boo-agent-picker .agents=${this.agents} .chosen=${this.chosen} .refreshing=${this.refreshing}
          .settingsOf=${(agent: AgentName) => this.chat === undefined ? {} : factsOf(this.chat, agent).settings}></boo-agent-picker>
        <boo-continuity .chat=${this.chat} .agent=${this.agents?.find(({ name }) => name === this.chosen)} .connected=${this.connected} .skew=${this.skew}></boo-continuity>
        <boo-settings .facts=${this.#facts} .agent=${this.chosen}></boo-settings>
        <span class="space"></span>
        <label class="clip" title="Attach pictures"><span class="unseen">Attach pictures</span>${icon("clip")}<input class="unseen" type="file" accept="image/*" multiple @change=${this.#onFiles}></label>
        ${this.#button(this.#action)}
      </div>
    </form>`
  }

  #button(action: ComposerAction): TemplateResult {
    const face = composerFaces[action]
    const stops = action === "stop" && this.stopping
    const idle = action === "send" && ((this.text.trim() === "" && this.pictures.length === 0) || this.chosen === undefined)
    return html`<button class="act ${action}" title=${face.title} aria-label=${face.words} ?disabled=${idle || stops}>
      ${icon(face.icon)}<span>${stops ? "Stopping" : face.words}</span></button>`
  }

  #onSubmit(event: Event): void {
    event.preventDefault()
    if (this.#action === "stop") ask(this, "boo-stop", undefined)
    else this.#send()
  }

  #send(): void {
    const content = contentOf(this.text, this.pictures)
    if (content.length === 0 || this.chosen === undefined) return
    this.problem = contentProblem(content)
    if (this.problem !== undefined) return
    ask(this, "boo-prompt", { content, agent: this.chosen, settings: this.#facts?.settings ?? {} })
    this.write("")
    this.#draft("")
  }

  #take(command: SlashCommand): void {
    this.write(`/${command.name} `)
    this.#draft(this.text)
  }

  #onInput(event: Event): void {
    if (!(event.currentTarget instanceof HTMLTextAreaElement)) return
    this.text = event.currentTarget.value
    this.problem = undefined
    this.#grow()
    this.#draft(this.text)
  }

  #onKey(event: KeyboardEvent): void {
    if (event.isComposing) return
    const { own, taken } = this.#menu.press(event)
    if (taken !== undefined) this.#take(taken)
    const sends = !own && event.key === "Enter" && !event.shiftKey && !event.altKey
    if (sends) this.#send()
    if (own || sends) event.preventDefault()
    if (own) this.requestUpdate()
  }

  #grow(): void {
    const area = this.#area
    if (area === null) return
    area.style.height = "auto"
    area.style.height = `${area.scrollHeight}px`
  }

  #draft(text: string): void {
    this.dispatchEvent(new CustomEvent("draft", { detail: text }))
  }

  async #attach(files: ReadonlyArray<File>): Promise<void> {
    const read = await Promise.all(files.map(readPicture))
    this.pictures = [...this.pictures, ...read.filter((picture) => picture !== undefined)]
    this.problem = contentProblem(contentOf(this.text, this.pictures))
  }

  #onFiles(event: Event): void {
    if (!(event.currentTarget instanceof HTMLInputElement)) return
    void this.#attach([...event.currentTarget.files ?? []])
    event.currentTarget.value = ""
  }

  #onPictures(event: Event, data: DataTransfer | null): void {
    const files = picturesIn(data)
    if (files.length === 0) return
    event.preventDefault()
    void this.#attach(files)
  }

  #onDrag(event: DragEvent): void {
    if (event.dataTransfer?.types.includes("Files") === true) event.preventDefault()
  }
}

customElements.define("boo-composer", BooComposer)
