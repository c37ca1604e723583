import type { z } from 'zod';
import { HOSTED_ENDPOINTS, type HostedEndpoint } from '../../common/hosted-answers.js';
import * as hosted from '../hosted/schemas.js';
import { type JsonSchema, jsonSchemaOf } from './json-schemas.js';

const PATHS: Record<HostedEndpoint, { address: string; media: string | null }> = {
  video: { address: '/v1/expression/video/realtime', media: 'image/jpeg' },
  audio: { address: '/v1/expression/audio/realtime', media: 'audio/pcm' },
  stream: { address: '/v0/stream/models', media: null },
};
const common = { close: hosted.sessionCloseSchema, consent: hosted.consentUpdateSchema };
const RECEIVED: Record<HostedEndpoint, Record<string, z.ZodType>> = {
  video: { update: hosted.videoUpdateSchema, ...common },
  audio: { update: hosted.audioUpdateSchema, ...common },
  stream: { payload: hosted.streamPayloadSchema },
};
const SENT: Record<HostedEndpoint, Record<string, z.ZodType>> = {
  video: hosted.videoMessages,
  audio: hosted.audioMessages,
  stream: hosted.streamMessages,
};

interface Parts {
  channels: Record<string, JsonSchema>;
  operations: Record<string, JsonSchema>;
  messages: Record<string, JsonSchema>;
}

/** The endpoints of the hosted expression API (docs/hosted-protocol.md), as parts of an AsyncAPI document. */
export function hostedChannels(): Parts {
  const parts: Parts = { channels: {}, operations: {}, messages: {} };
  for (const endpoint of HOSTED_ENDPOINTS) {
    const { address, media } = PATHS[endpoint];
    const channel = `hosted.${endpoint}`;
    const add = (name: string, message: JsonSchema) => {
      const full = `${channel}.${name}`;
      parts.messages[full] = { name: full, ...message };
      return { $ref: `#/channels/${channel}/messages/${full}` };
    };
    const json = (way: string, schemas: Record<string, z.ZodType>) =>
      Object.entries(schemas).map(([name, schema]) => {
        return add(`${way}.${name}`, { contentType: 'application/json', payload: jsonSchemaOf(schema) });
      });
    const received = json('receive', RECEIVED[endpoint]);
    if (media) received.push(add('receive.media', { contentType: media, title: 'A binary message' }));
    const ref = { $ref: `#/channels/${channel}` };
    parts.operations[`${channel}.receive`] = { action: 'receive', channel: ref, messages: received };
    parts.operations[`${channel}.send`] = { action: 'send', channel: ref, messages: json('send', SENT[endpoint]) };
    const own = Object.keys(parts.messages).filter((name) => name.startsWith(`${channel}.`));
    parts.channels[channel] = {
      address,
      description: 'An access token as "X-Hume-Api-Key", or as a bearer token: docs/hosted-protocol.md.',
      messages: Object.fromEntries(own.map((name) => [name, { $ref: `#/components/messages/${name}` }])),
    };
  }
  return parts;
}
