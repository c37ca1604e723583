/** The language of the place where an element stands: the nearest `lang`, also outside of the shadow tree that it may be in. */
export function languageAt(element: Element): string {
  const marked = element.closest('[lang]');
  if (marked) return marked.getAttribute('lang') ?? '';
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? languageAt(root.host) : '';
}
