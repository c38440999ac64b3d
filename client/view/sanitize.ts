/**
 * Sanitize: what may stand in a page of what an agent wrote. Needs a document. No scripts, styles, forms or frames;
 * pictures only from this page or in place; links leave in a tab of their own and don't say where they were.
 */
import createPurifier from "dompurify"

const purifier = createPurifier(window)

const isOutside = (address: string): boolean => /^(https?:|mailto:)/i.test(address)
const isOwnPicture = (address: string): boolean => /^(data:image\/|blob:|\/(?![/\\\s]))/i.test(address)

const mendLink = (link: Element): void => {
  if (isOutside(link.getAttribute("href") ?? "")) {
    link.setAttribute("target", "_blank")
    link.setAttribute("rel", "noopener noreferrer")
    return
  }
  // a path in the project, which this page has no address for
  link.removeAttribute("href")
  link.classList.add("path")
}

const mendPicture = (picture: Element): void => {
  const address = picture.getAttribute("src") ?? ""
  if (isOwnPicture(address)) return
  const link = document.createElement("a")
  link.textContent = picture.getAttribute("alt") || address
  link.setAttribute("href", address)
  mendLink(link)
  picture.replaceWith(link)
}

purifier.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName === "A") mendLink(node)
  if (node.tagName === "IMG") mendPicture(node)
})

const config = {
  ALLOWED_TAGS: [
    "a", "b", "blockquote", "br", "code", "del", "div", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "input", "kbd",
    "li", "mark", "ol", "p", "pre", "s", "span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul"
  ],
  ALLOWED_ATTR: ["align", "alt", "checked", "class", "disabled", "href", "src", "start", "title", "type"],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false
}

export const sanitize = (html: string): string => purifier.sanitize(html, config)
