/**
 * For programs that make style elements and write style attributes, which the page's policy forbids: what they put there
 * goes into sheets that a root adopts, and into the elements' own style, which is allowed.
 */

/** Stands where a style element would; its text is a sheet of `root`. */
const sheetElement = (root: ShadowRoot): HTMLElement => {
  const element = Document.prototype.createElement.call(document, "template")
  const sheet = new CSSStyleSheet()
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet]
  Object.defineProperty(element, "textContent", { set: (text: string) => { sheet.replaceSync(text) } })
  Object.defineProperty(element, "remove", { value: () => {
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((one) => one !== sheet)
    Element.prototype.remove.call(element)
  } })
  return element
}

/** Style elements that are made while it runs are sheets of `root`. */
export const withSheetsIn = (root: ShadowRoot, run: () => void): void => {
  const createElement = (name: string) => name === "style" ? sheetElement(root) : Document.prototype.createElement.call(document, name)
  Object.defineProperty(document, "createElement", { value: createElement, configurable: true })
  try {
    run()
  } finally {
    Reflect.deleteProperty(document, "createElement")
  }
}

/** From now on: a style attribute of a span, which would be refused, is its style. */
export const styleSpansByProperty = (): void => {
  Object.defineProperty(HTMLSpanElement.prototype, "setAttribute", { configurable: true, value(this: HTMLSpanElement, name: string, value: string) {
    if (name === "style") this.style.cssText = value
    else Element.prototype.setAttribute.call(this, name, value)
  } })
}
