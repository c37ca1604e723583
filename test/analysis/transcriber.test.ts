import { afterAll, describe, expect, it } from 'vitest';
import { callRecording } from '../../bench/support/call-recording.js';
import { projectFile } from '../../bench/support/project-file.js';
import { loadTranscriber } from '../../src/analysis/child/load-transcriber.js';
import { Call } from './support/call.js';

describe('server-side transcriber', () => {
  let call: Call | undefined;
  afterAll(() => call?.close());

  it('hears the sound of those who consent to voice and words, and its words reach the events', async () => {
    call = await Call.start('heard', { transcriber: projectFile('test/fixtures/echo-transcriber.mjs') });
    const here = call;
    const recording = callRecording();
    const both = await here.join('both', { recording, consent: { face: false, voice: true, words: true } });
    const voiceOnly = await here.join('voice-only', {
      recording,
      consent: { face: false, voice: true, words: false },
      seed: 2,
    });
    both.peer.start();
    voiceOnly.peer.start();
    await here.until('words', () => here.of('emotion', 'both').some((event) => event.words.present));
    await here.until('two more seconds', () => here.of('emotion', 'voice-only').length >= 2);
    expect(here.of('emotion', 'voice-only').every((event) => event.words.state === 'off')).toBe(true);
    both.close();
    voiceOnly.close();
  });

  it('refuses a module that is missing or has no createTranscriber', async () => {
    await expect(loadTranscriber('./no-such-module.mjs')).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(loadTranscriber('node:path')).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
