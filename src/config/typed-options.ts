import { z } from 'zod';
import { configSchema } from './schema.js';
import { optionDocs } from './table.js';

/**
 * The options as a TypeScript interface with a docstring for each: src/embed/config-options.ts, written by `npm run docs`. (Types that
 * TypeScript infers from the schema carry none.)
 */
export function optionsInterface(): string {
  const fields = optionDocs().map(({ key, description, unit, fallback }) => {
    const of = configSchema.shape[key as keyof typeof configSchema.shape];
    const type = typeOf(of);
    const measure = type === 'number' && !['count', 'port'].includes(unit) ? `, ${unit}` : '';
    const standard =
      fallback === '–'
        ? ''
        : ` Default ${type === 'number' || type === 'boolean' ? fallback : `'${fallback}'`}${measure}.`;
    const unitAlone = standard === '' && measure !== '' ? ` In ${unit}.` : '';
    return `  /** ${description}${standard}${unitAlone} */\n  ${key}?: ${type} | undefined;`;
  });
  return [
    '/**',
    ' * What can be set of a server; docs/configuration.md has the same as a table. Generated from src/config/schema.ts: `npm run docs`.',
    ' */',
    'export interface ConfigOptions {',
    ...fields,
    '}\n',
  ].join('\n');
}

function typeOf(schema: z.core.$ZodType): string {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) return typeOf(schema.unwrap());
  if (schema instanceof z.ZodNumber) return 'number';
  if (schema instanceof z.ZodEnum) return schema.options.map((option) => `'${String(option)}'`).join(' | ');
  if (schema instanceof z.ZodUnion) {
    const [first] = schema.options;
    if (first instanceof z.ZodBoolean) return 'boolean';
    if (first instanceof z.ZodArray) return 'readonly string[]';
  }
  if (schema instanceof z.ZodString || schema instanceof z.ZodURL) return 'string';
  throw new Error('an option of a type that cannot be written yet');
}
