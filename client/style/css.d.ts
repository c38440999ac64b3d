/** Style sheets of packages, imported as text: they are adopted, for the page's policy allows no inline style. */
declare module "*.css" {
  const text: string
  export { text as default }
}
