/**
 * Tells the style sheets how high an element is, so that what floats stands clear of it.
 * @param property of the page, px
 * @returns ends it
 */
export function tellHeight(element: HTMLElement, property: `--${string}`): () => void {
  const { style } = document.documentElement;
  const observer = new ResizeObserver(() => style.setProperty(property, `${element.offsetHeight}px`));
  observer.observe(element);
  return () => {
    observer.disconnect();
    style.removeProperty(property);
  };
}
