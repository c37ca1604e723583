import { parsers } from 'prettier/plugins/yaml';

/** What YAML can say, as JSON. */
export type Yaml = null | boolean | number | string | Yaml[] | { [key: string]: Yaml };

interface Node {
  type: string;
  value?: string;
  anchor?: { value: string } | null;
  children?: (Node | null)[];
}

const SCALARS = new Set(['quoteSingle', 'quoteDouble', 'blockLiteral', 'blockFolded']);

/** The first document of a text, read by the parser that formats it; anchors, aliases and merge keys are followed. */
export async function parseYaml(text: string): Promise<Yaml> {
  const root = (await parsers.yaml.parse(text, {} as never)) as Node;
  const body = root.children?.[0]?.children?.find((node) => node?.type === 'documentBody');
  return value(body?.children?.[0] ?? null, new Map());
}

function value(node: Node | null, anchors: Map<string, Yaml>): Yaml {
  const found = bare(node, anchors);
  if (node?.anchor) anchors.set(node.anchor.value, found);
  return found;
}

function bare(node: Node | null, anchors: Map<string, Yaml>): Yaml {
  if (!node || node.type === 'null') return null;
  const children = node.children ?? [];
  if (node.type === 'plain') return plain(node.value ?? '');
  if (SCALARS.has(node.type)) return node.value ?? '';
  if (node.type === 'alias') return anchors.get(node.value ?? '') ?? null;
  if (/[sS]equence$/.test(node.type)) return children.map((item) => value(item?.children?.[0] ?? item, anchors));
  if (!/[mM]apping$/.test(node.type)) throw new Error(`no reading of YAML's ${node.type}`);
  const entries: [string, Yaml][] = [];
  for (const item of children) {
    const [key, of] = item?.children ?? [];
    const name = String(value(key?.children?.[0] ?? null, anchors) as string);
    const held = value(of?.children?.[0] ?? null, anchors);
    if (name === '<<') entries.unshift(...Object.entries(held as Record<string, Yaml>));
    else entries.push([name, held]);
  }
  return Object.fromEntries(entries);
}

/** The core schema's scalars (YAML 1.2.2, 10.3.2). */
function plain(text: string): Yaml {
  if (/^(null|~|)$/.test(text)) return null;
  if (/^(true|false)$/.test(text)) return text === 'true';
  return /^[-+]?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
