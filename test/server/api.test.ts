import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectFile } from '../../bench/support/project-file.js';
import { apiDocuments } from '../../src/server/api/documents.js';
import type { EmotionEvent } from '../../src/events/schema.js';
import { requestSchema, serverMessageSchema } from '../../src/server/protocol.js';
import { emotionEvent } from './support/emotion-event.js';
import { startServer, type TestServer } from './support/test-server.js';

const documents = apiDocuments();
const document = (path: string) => JSON.parse(documents.get(path)!) as Record<string, never>;
const schema = (name: string) => document(`/schema/${name}.json`);

/** By file name, as the schemas refer to each other. */
function validators(): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  for (const path of documents.keys()) {
    if (path.startsWith('/schema/')) ajv.addSchema(document(path), path.slice('/schema/'.length));
  }
  return ajv;
}

it('docs/api is what the schemas say: run `npm run docs:api` where this fails', () => {
  const folder = projectFile('docs/api');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const found = new Map(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(folder.length), readFileSync(path, 'utf8')];
    }),
  );
  expect([...found.keys()].sort()).toEqual([...documents.keys()].sort());
  for (const [path, text] of documents) expect(found.get(path), path).toBe(text);
});

it('asyncapi.json is AsyncAPI 3.0, and everything that it refers to is there', () => {
  const spec = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0.json') as object;
  const ajv = new Ajv({ strict: false, validateFormats: false, meta: false, validateSchema: false });
  const asyncApi = document('/asyncapi.json');
  expect(ajv.validate(spec, asyncApi), JSON.stringify(ajv.errors?.slice(0, 3))).toBe(true);
  const refs = [...JSON.stringify(asyncApi).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path!);
  expect(refs.length).toBeGreaterThan(50);
  for (const ref of refs) {
    let at: unknown = asyncApi;
    for (const part of ref.split('/')) at = (at as Record<string, unknown> | undefined)?.[part];
    expect(at, ref).toBeDefined();
  }
});

it('openapi.json is OpenAPI 3.1', async () => {
  const result = await new Validator().validate(document('/openapi.json'));
  expect(result.errors).toBeUndefined();
  expect(result.valid).toBe(true);
});

describe('the JSON Schemas', () => {
  const ajv = validators();
  const fits = (name: string, message: unknown) => ajv.getSchema(`${name}.json`)!(message) as boolean;
  const event = { ...(emotionEvent(1) as EmotionEvent), epoch: 'e1', seq: 1 };

  it('take what the server sends, with fields that a later one adds, and refuse what lacks one', () => {
    expect(fits('event', event)).toBe(true);
    expect(fits('event.emotion', { ...event, mood: 1, face: { ...event.face, gaze: 1 } })).toBe(true);
    for (const field of Object.keys(event)) {
      const rest = Object.fromEntries(Object.entries(event).filter(([name]) => name !== field));
      expect(fits('event.emotion', rest), field).toBe(serverMessageSchema.safeParse(rest).success);
    }
    expect(fits('event.end', { ...event, type: 'end', at: 0, reason: 'abducted' })).toBe(true);
  });

  it('refuse requests that say more, as the server does', () => {
    for (const request of [
      { type: 'subscribe', id: 1 },
      { type: 'subscribe', id: 1, every: 10, types: ['gap'], participants: ['a'] },
      { type: 'subscribe', id: 1, every: 0 },
      { type: 'subscribe', id: 1, quietly: true },
      { type: 'roster', id: -1 },
      { type: 'dance', id: 1 },
      { type: 'setConsent', id: 1, consent: { face: true, voice: true, words: false } },
    ]) {
      expect(fits('request', request), JSON.stringify(request)).toBe(requestSchema.safeParse(request).success);
    }
  });

  it('say what each field is', () => {
    const { properties } = schema('event.emotion') as unknown as {
      properties: Record<string, { description?: string }>;
    };
    expect(properties.uncertain?.description).toMatch(/guess/);
  });
});

describe('a server', () => {
  let subject: TestServer;
  beforeAll(async () => {
    subject = await startServer({ openDoor: true });
  });
  afterAll(() => subject.close());

  it('answers every path of openapi.json with a status and a body that it names', async () => {
    interface Answer {
      content?: Record<string, { schema: object }>;
    }
    interface Operation {
      requestBody?: object;
      responses: Record<string, Answer>;
    }
    const { paths, components } = document('/openapi.json') as never as {
      paths: Record<string, Partial<Record<(typeof methods)[number], Operation>>>;
      components: object;
    };
    const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;
    expect(Object.keys(paths).length).toBeGreaterThan(6);
    for (const [path, operations] of Object.entries(paths)) {
      const filled = path.replace('{name}', 'event.emotion').replace('{room}', 'a').replace('{session}', 'none');
      const url = `http://127.0.0.1:${subject.server.port}${filled}`;
      const headers = { 'content-type': 'application/json' };
      const requests = methods
        .filter((method) => operations[method])
        .flatMap((method) =>
          (operations[method]?.requestBody ? ['{"room":"a"}', '[]'] : [undefined]).map((body) => ({
            method: method.toUpperCase(),
            documentedAs: method,
            ...(body === undefined ? {} : { headers, body }),
          })),
        );
      for (const { documentedAs, ...request } of requests) {
        const response = await fetch(url, request);
        const documented = operations[documentedAs]!.responses[String(response.status)];
        expect(documented, `${documentedAs} ${path} ${response.status}`).toBeDefined();
        const told = documented?.content?.['application/json'];
        const body = await response.text();
        // What telemetry answers is a stand-in's here.
        if (!told || /readyz/.test(path)) continue;
        const ajv = new Ajv2020({ strict: false, validateFormats: false });
        const whole = { ...told.schema, components };
        expect(ajv.validate(whole, JSON.parse(body)), `${path}: ${JSON.stringify(ajv.errors)}`).toBe(true);
      }
    }
  });

  it('gives out the documents to pages of any origin, and no other', async () => {
    const at = (path: string) =>
      fetch(`http://127.0.0.1:${subject.server.port}${path}`, { headers: { origin: 'https://a.example' } });
    for (const path of ['/asyncapi.json', '/schema/event.emotion.json']) {
      const response = await at(path);
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      expect(await response.text()).toBe(documents.get(path));
    }
    expect((await at('/schema/../package.json')).status).toBe(404);
    expect((await at('/schema/nothing.json')).status).toBe(404);
  });
});
