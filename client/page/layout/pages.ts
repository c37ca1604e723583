/** Places on a page, the own among them. */
export const PEOPLE_ON_PAGE = 16;

export interface Paging {
  /** Of the others, those who are seen. */
  shown: string[];
  /** From 0; within what there is. */
  page: number;
  pages: number;
}

/** The others on one page; oneself is on every one. */
export function pageOf(others: readonly string[], wanted: number, onPage = PEOPLE_ON_PAGE - 1): Paging {
  const pages = Math.max(1, Math.ceil(others.length / onPage));
  const page = Math.min(Math.max(0, wanted), pages - 1);
  return { shown: others.slice(page * onPage, (page + 1) * onPage), page, pages };
}

/**
 * Whoever speaks on a later page changes places with the one of the first page who was silent for longest; those who are on the first page
 * stay where they are.
 * @param spokeMs when each spoke last; whoever is missing never did
 * @param kept stays on the first page whatever they do
 */
export function promote(
  others: readonly string[],
  speaker: string,
  spokeMs: ReadonlyMap<string, number>,
  kept: string | null = null,
  onPage = PEOPLE_ON_PAGE - 1,
): string[] {
  const at = others.indexOf(speaker);
  if (at < onPage) return [...others];
  const spoke = (id: string) => spokeMs.get(id) ?? -Infinity;
  const [leaving] = others
    .slice(0, onPage)
    .filter((id) => id !== kept)
    .sort((a, b) => spoke(a) - spoke(b));
  if (leaving === undefined) return [...others];
  const swapped: Record<string, string> = { [speaker]: leaving, [leaving]: speaker };
  return others.map((id) => swapped[id] ?? id);
}
