type Child = Node | string | null | undefined | false;
type Props<K extends keyof HTMLElementTagNameMap> = Partial<
  Omit<HTMLElementTagNameMap[K], 'style' | 'children' | 'dataset'>
> & {
  class?: string;
  data?: Record<string, string>;
  /** ARIA and other attributes that have no property. */
  attr?: Record<string, string>;
};

/** Makes an element: properties, attributes, children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props<K> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  const { class: className, data, attr, ...properties } = props;
  if (className) element.className = className;
  Object.assign(element.dataset, data);
  for (const [name, value] of Object.entries(attr ?? {})) element.setAttribute(name, value);
  Object.assign(element, properties);
  element.append(
    ...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false),
  );
  return element;
}

let nextId = 0;
/** An id for labels and descriptions, unique in the page. */
export const uniqueId = (stem: string): string => `${stem}-${nextId++}`;
