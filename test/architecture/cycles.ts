import { dependenciesOf } from './imports.js';
import { resolveImport } from './stages.js';
import type { SourceTree } from './tree.js';

/**
 * Files that import in a circle, types included: such files can be read, tested and changed only together. One line for
 * each set of files that all reach each other, with a shortest way round: "a.ts → b.ts → a.ts (of 3 files)".
 */
export function findCycles(tree: SourceTree): string[] {
  const graph = new Map<string, string[]>();
  for (const [path, source] of tree) {
    const targets = dependenciesOf(path, source)
      .filter(({ specifier }) => specifier.startsWith('.'))
      .map(({ specifier }) => resolveImport(path, specifier, tree))
      .filter((target): target is string => target !== undefined && tree.has(target));
    graph.set(path, [...new Set(targets)].sort());
  }
  return knots(graph).map((knot) => describe(graph, knot));
}

/** Sets of files that all reach each other. The graph is small: what reaches whom is simply asked for each file. */
function knots(graph: ReadonlyMap<string, string[]>): Set<string>[] {
  const reach = new Map([...graph.keys()].map((path) => [path, reachable(graph, path)]));
  const seen = new Set<string>();
  const found: Set<string>[] = [];
  for (const path of [...graph.keys()].sort()) {
    if (seen.has(path) || !reach.get(path)!.has(path)) continue;
    const knot = new Set([...reach.get(path)!].filter((other) => reach.get(other)!.has(path)));
    for (const member of knot) seen.add(member);
    found.push(knot);
  }
  return found;
}

/** What a file imports, directly or through others: itself only if it stands in a circle. */
function reachable(graph: ReadonlyMap<string, string[]>, from: string): Set<string> {
  const found = new Set<string>();
  const open = [from];
  while (open.length > 0) {
    for (const target of graph.get(open.pop()!)!) {
      if (found.has(target)) continue;
      found.add(target);
      open.push(target);
    }
  }
  return found;
}

function describe(graph: ReadonlyMap<string, string[]>, knot: ReadonlySet<string>): string {
  const ways = [...knot].sort().map((from) => wayRound(graph, knot, from));
  const shortest = ways.reduce((best, way) => (way.length < best.length ? way : best));
  return `${shortest.join(' → ')} (of ${knot.size} ${knot.size === 1 ? 'file' : 'files'})`;
}

/** A shortest way from a file back to itself, breadth first. */
function wayRound(graph: ReadonlyMap<string, string[]>, knot: ReadonlySet<string>, from: string): string[] {
  const ways = [[from]];
  const seen = new Set<string>();
  for (const way of ways) {
    for (const target of graph.get(way.at(-1)!)!) {
      if (target === from) return [...way, from];
      if (!knot.has(target) || seen.has(target)) continue;
      seen.add(target);
      ways.push([...way, target]);
    }
  }
  throw new Error(`${from} stands in no circle`);
}
