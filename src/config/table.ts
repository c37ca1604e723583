import { z } from 'zod';
import { configKeys, envName, flagName } from './load.js';
import { configSchema } from './schema.js';

export interface OptionDoc {
  key: string;
  flag: string;
  env: string;
  unit: string;
  fallback: string;
  description: string;
}

/** Every option as the schema describes it. */
export function optionDocs(): OptionDoc[] {
  const defaults: Record<string, unknown> = configSchema.parse({});
  return configKeys.map((key) => {
    const meta = z.globalRegistry.get(configSchema.shape[key]) as { description?: string; unit?: string } | undefined;
    const value = defaults[key];
    return {
      key,
      flag: flagName(key),
      env: envName(key),
      unit: meta?.unit ?? (typeof value === 'boolean' ? 'true, false' : ''),
      fallback:
        value === undefined || (Array.isArray(value) && value.length === 0) ? '–' : String(value as string | number),
      description: meta?.description ?? '',
    };
  });
}

/** The table of docs/configuration.md. */
export function configTable(): string {
  const rows = optionDocs().map(
    (o) =>
      `| \`${o.key}\` | \`${o.env}\` | ${o.fallback === '–' ? '–' : `\`${o.fallback}\``} | ${o.unit} | ${o.description} |`,
  );
  return ['| option | environment | default | unit | what it does |', '|---|---|---|---|---|', ...rows].join('\n');
}
