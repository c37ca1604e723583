import { engine } from './engine.js';
import { mediaQuality } from './media-quality.js';
import { nodes } from './nodes.js';
import { build } from './page.js';
import { promise } from './promise.js';

/** Where Compose's Grafana finds them, and where Helm does, which reads nothing beside its chart. */
export const FOLDERS = ['deploy/grafana', 'deploy/helm/emostream/dashboards'];

/** The dashboards as text, by the names of their files; `npm run docs` writes them. */
export function dashboardFiles(): Map<string, string> {
  return new Map(
    [promise, mediaQuality, engine, nodes].map((page) => [
      `${page.uid}.json`,
      `${JSON.stringify(build(page), null, 2)}\n`,
    ]),
  );
}
