import type { Config } from './schema.js';

export const NODE_OPTIONS = ['nats', 'nodeUrl', 'nodeInnerUrl', 'host', 'jwtSecret', 'jwksUrl'] as const;
type NodeOptions = Pick<Config, (typeof NODE_OPTIONS)[number]>;

/** What is wrong with how a node is reached, and let into, as one of many. */
export function nodeProblems({ nats, nodeUrl, nodeInnerUrl, host, jwtSecret, jwksUrl }: NodeOptions) {
  const problems: { option: keyof NodeOptions; message: string }[] = [];
  const tell = (wrong: boolean, option: keyof NodeOptions, message: string) => {
    if (wrong) problems.push({ option, message });
  };
  for (const [option, url] of Object.entries({ nodeUrl, nodeInnerUrl }) as ['nodeUrl' | 'nodeInnerUrl', string?][]) {
    if (url === undefined) continue;
    tell(nats.length === 0, option, 'is of nats: set that, too');
    tell(!isNodeUrl(url), option, 'must be the address of this node, as in https://node-1.calls.example/');
  }
  const anyAddress = host === '0.0.0.0' || host === '::';
  tell(nats.length > 0 && nodeUrl === undefined && anyAddress, 'nodeUrl', `is needed: ${host} says nothing to clients`);
  // A random secret is this node's alone: its tokens would open nothing at the others.
  const shared = jwtSecret !== undefined || jwksUrl !== undefined;
  tell(nats.length > 0 && !shared, 'jwtSecret', 'nodes take each other’s tokens: set the same on all of them');
  return problems;
}

function isNodeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && !username && !password && !search && !hash;
}
