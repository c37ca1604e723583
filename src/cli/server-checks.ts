import { REMOTE_ENGINE } from '../common/engine-names.js';
import { shippedModelFolder } from '../common/version.js';
import { loadConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { createEngine } from '../inference/engines.js';
import { remoteOptions } from '../inference/triton-backend.js';
import type { ServerState } from '../inference/types.js';
import { type Check, failed, ok } from './check.js';

/** Each inference server that the configuration (environment and file) names; none where it names another engine. */
export async function checkServers(file?: string, model?: string): Promise<Check[]> {
  let config: Config;
  try {
    config = loadConfig({ env: process.env, ...(file === undefined ? {} : { file }) });
  } catch {
    // The check before this one tells it.
    return [];
  }
  if (config.engine !== REMOTE_ENGINE) return [];
  let servers: ServerState[] = [];
  const engine = await createEngine(REMOTE_ENGINE, {
    remote: remoteOptions(config),
    onNews: (news) => (servers = news.servers),
  });
  try {
    const { name, version } = await engine.load(model ?? config.model ?? shippedModelFolder());
    return servers.map((server) => serverCheck(server, `has ${name} ${version} and computes`));
  } catch (error) {
    const down = servers.filter(({ up }) => !up);
    return down.length > 0 ? down.map((server) => serverCheck(server, '')) : [failed('inference servers', error, '')];
  } finally {
    await engine.dispose();
  }
}

const ADVICE = 'Give it what `npx emostream model export --format triton` makes of this model; see docs/triton.md.';

const serverCheck = ({ url, up, reason }: ServerState, good: string): Check =>
  up ? ok(`inference server ${url}`, good) : failed(`inference server ${url}`, reason, ADVICE);
