/**
 * Pictures alone stand in a row of buttons whose labels do not fit into one line, in whatever language and however large the letters.
 * @returns ends it
 */
export function fitLabels(row: HTMLElement): () => void {
  const observer = new ResizeObserver(() => {
    row.classList.remove('bare');
    const tops = [...row.children].map((child) => (child as HTMLElement).offsetTop);
    // What is not shown has no place.
    row.classList.toggle('bare', new Set(tops.filter((top) => top > 0)).size > 1);
  });
  observer.observe(row);
  return () => observer.disconnect();
}
