import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { projectFile } from '../../bench/support/project-file.js';
import { roomEventSchema } from '../../src/events/schema.js';
import * as hosted from '../../src/server/hosted/schemas.js';
import { notificationSchema, requestSchema, responseSchema } from '../../src/server/protocol.js';

const PAGES = ['README.md', 'client/README.md', ...readdirSync(projectFile('docs')).map((name) => `docs/${name}`)];

/** Messages in a page's examples: JSON with comments and with "…" for what is left out. */
function messages(page: string): unknown[] {
  const blocks = [...page.matchAll(/```jsonc?\n([\s\S]*?)```/g)].map(([, text]) => text!);
  const inline = [...page.matchAll(/`(\{"type".*?\})`/g)].map(([, text]) => text!);
  return [...blocks, ...inline].flatMap((text) => {
    const bare = text
      .replace(/(^|\s)\/\/.*$/gm, '')
      .replace(/,?\s*…,?(?=\s*[}\]])/g, '')
      .replace(/,(?=\s*[}\]])/g, '');
    // Several in a block stand each in a line of its own, or one over many lines.
    const whole = bare.trim();
    const parts = /^\{.*\}$/m.test(whole) ? whole.split('\n').filter((line) => line.trim()) : [whole];
    return parts.map((part) => JSON.parse(part) as unknown);
  });
}

const told: readonly z.ZodType[] = [...roomEventSchema.options, ...notificationSchema.options];
const schemaOf = ({ type, id }: { type: string; id?: number }): z.ZodType => {
  if (type === 'response') return responseSchema;
  if (id !== undefined) return requestSchema;
  const known = [...roomEventSchema.options, ...notificationSchema.options].findIndex(
    ({ shape }) => shape.type.value === type,
  );
  return told[known] ?? notificationSchema;
};

/** Messages of another protocol, on a page of its own. */
const HOSTED = 'docs/hosted-protocol.md';
const hostedSchema = z.union<readonly z.ZodType[]>([
  ...[hosted.videoUpdateSchema, hosted.audioUpdateSchema, hosted.sessionCloseSchema, hosted.consentUpdateSchema],
  ...[hosted.videoMessages, hosted.audioMessages, hosted.streamMessages].flatMap((all) =>
    Object.values<z.ZodType>(all),
  ),
]);

/** What is wrong with it, but for what was left out. */
function problems(schema: z.ZodType, message: unknown): string[] {
  const parsed = schema.safeParse(message, { reportInput: true });
  if (parsed.success) return [];
  const flat = (issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] =>
    issues.flatMap((issue) =>
      issue.code === 'invalid_union'
        ? issue.errors.length === 0
          ? [issue]
          : issue.errors.map(flat).sort((a, b) => a.length - b.length)[0]!
        : [issue],
    );
  return flat(parsed.error.issues)
    .filter((issue) => !(issue.code === 'invalid_type' && issue.input === undefined))
    .map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}

const isTyped = (value: unknown): value is { type: string; id?: number } =>
  (value as { type?: unknown })?.type !== undefined;

it('messages in the pages are messages of the protocol', () => {
  const found: string[] = [];
  for (const path of PAGES.filter((name) => name.endsWith('.md'))) {
    for (const message of messages(readFileSync(projectFile(path), 'utf8'))) {
      if (!isTyped(message)) continue;
      if (path !== HOSTED) found.push(message.type);
      const schema = path === HOSTED ? hostedSchema : schemaOf(message);
      expect(problems(schema, message), `${path}: ${message.type}`).toEqual([]);
    }
  }
  expect(new Set(found)).toEqual(new Set(['emotion', 'words', 'beat', 'subscribe', 'response']));
});

it('an example with a wrong field is noticed', () => {
  expect(problems(schemaOf({ type: 'emotion' }), { type: 'emotion', room: 'demo', label: 'gleeful' })).toHaveLength(1);
  expect(problems(requestSchema, { type: 'subscribe', id: 1, wish: 1 })).toHaveLength(1);
});
