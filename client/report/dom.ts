type Child = Node | string | null;

/** An element with what is in it. Text is never markup. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  { className, ...attributes }: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Sets custom properties, which an inline style sheet may not. */
export function vary(element: HTMLElement, values: Record<string, string>): void {
  for (const [name, value] of Object.entries(values)) element.style.setProperty(name, value);
}
