import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callRecording } from '../../bench/support/call-recording.js';
import { makeRecording, type Recording, synthesise } from '../../bench/support/index.js';
import { type Consent, NO_CONSENT } from '../../src/common/consent.js';
import type { EmotionEvent } from '../../src/events/schema.js';
import { Call } from './support/call.js';

const ALL: Consent = { face: true, voice: true, words: true };
const SEEN: Consent = { face: true, voice: true, words: false };

let call: Call;
let person: Recording;
let nobody: Recording;

beforeAll(async () => {
  person = callRecording();
  nobody = makeRecording({
    video: {
      codec: 'VP8',
      width: 320,
      height: 180,
      framesPerSecond: 7.5,
      frames: 15,
      keyFrameEvery: 15,
      draw: (_, rgb) => rgb.fill(0),
    },
    audio: synthesise(2, () => 0),
  });
  call = await Call.start('states');
});

afterAll(async () => {
  await call.close();
});

const firsts = (participant: string) => call.of('emotion', participant).filter((event) => event.revision === 0);
const last = (participant: string): EmotionEvent | undefined => firsts(participant).at(-1);
/** Waits for `count` further first events and answers them. */
async function further(participant: string, count: number): Promise<EmotionEvent[]> {
  const have = firsts(participant).length;
  return call.until(`${String(count)} more events of ${participant}`, () => {
    const events = firsts(participant);
    return events.length >= have + count && events.slice(have);
  });
}

describe('a call', () => {
  it('gives an event for every second, with face, voice and words, in order and without holes', async () => {
    const anna = await call.join('anna', { recording: person, consent: ALL });
    anna.peer.start();
    await call.until('a face and a voice', () => firsts('anna').some((e) => e.face.present && e.voice.present));
    anna.say('I am so happy that this works');
    await call.until('words', () => call.of('emotion', 'anna').some((e) => e.words.present));
    const events = await further('anna', 4);
    for (const [i, event] of events.entries()) {
      expect(event.window.end - event.window.start).toBe(1000);
      if (i > 0) expect(event.window.start).toBe(events[i - 1]?.window.end);
      expect(event.face.present).toBe(true);
      expect(event.face.weight + event.voice.weight + event.words.weight).toBeCloseTo(1, 2);
      const sum = Object.values(event.scores ?? {}).reduce((a, b) => a + b, 0);
      expect(sum).toBeCloseTo(1, 2);
    }
    expect(call.of('begin', 'anna').at(-1)?.analysed).toEqual(ALL);
    anna.close();
    const end = await call.until('the end', () => call.of('end', 'anna')[0]);
    expect(end.reason).toBe('left');
  });

  it('revises the event of a window when its words come late', async () => {
    // Silent: no words are heard in it but those of the caption.
    const late = await call.join('late', { recording: nobody, consent: ALL });
    late.peer.start();
    await further('late', 4);
    const before = last('late');
    late.say('what a terrible thing to happen', 2000);
    const revision = await call.until('a revision', () => call.of('emotion', 'late').find((e) => e.revision > 0));
    expect(revision.words.present).toBe(true);
    expect(revision.window.start).toBeLessThanOrEqual(before?.window.start ?? 0);
    const first = firsts('late').find((e) => e.window.start === revision.window.start);
    expect(first?.words.present).toBe(false);
    expect(revision.seq).toBeGreaterThan(first?.seq ?? Infinity);
    late.close();
  });

  it('tells a frozen camera from a missing face, goes on with the voice, and sees the face again afterwards', async () => {
    const frozen = await call.join('frozen', { recording: person, consent: SEEN });
    frozen.peer.start();
    await call.until('a face', () => last('frozen')?.face.present);
    frozen.peer.setSending('video', false);
    const stalled = await call.until(
      'a stalled camera',
      () => last('frozen')?.face.state === 'stalled' && last('frozen'),
    );
    expect(stalled.face.present).toBe(false);
    expect(stalled.voice.state).toBe('live');
    await further('frozen', 2);
    frozen.peer.setSending('video', true);
    await call.until('the face again', () => last('frozen')?.face.present);
    frozen.close();
  });

  it('stops at once when consent is withdrawn, and begins again when it is given', async () => {
    const shy = await call.join('shy', { recording: person, consent: SEEN });
    shy.peer.start();
    await call.until('a face', () => last('shy')?.face.present);
    await shy.setConsent({ face: false, voice: false, words: false });
    const end = await call.until('the end', () => call.of('end', 'shy')[0]);
    expect(end.reason).toBe('consent-withdrawn');
    // Another person's next two seconds pass; nothing of the shy one may come in them.
    const other = await call.join('other', { recording: person, consent: SEEN });
    other.peer.start();
    await further('other', 3);
    expect(call.events.filter((e) => e.participant === 'shy' && e.seq > end.seq)).toEqual([]);
    await shy.setConsent({ face: true, voice: false, words: false });
    const again = await call.until('events again', () => firsts('shy').find((e) => e.seq > end.seq && e.face.present));
    expect(again.voice.state).toBe('off');
    shy.close();
    other.close();
  });

  it('tells nobody of a tap that is made anew, and of tracks that end for good', async () => {
    const swap = await call.join('swap', { recording: person, consent: SEEN });
    swap.peer.start();
    await call.until('a face', () => last('swap')?.face.present);
    const begins = call.of('begin', 'swap').length;
    await swap.setConsent(SEEN); // closes and opens the taps, as a change of simulcast layers does
    await call.until('a face again', () => last('swap')?.face.present);
    await further('swap', 2);
    expect(call.of('begin', 'swap').length).toBe(begins);
    expect(call.of('end', 'swap')).toEqual([]);
    swap.peer.videoProducer?.close();
    swap.peer.audioProducer?.close();
    swap.closeTaps();
    const end = await call.until('the end', () => call.of('end', 'swap')[0]);
    expect(end.reason).toBe('tracks-ended');
    swap.close();
    expect(call.of('end', 'swap').length).toBe(1);
  });

  it('tells subscribers what does not get through only of those who consent, from the moment of consent on', async () => {
    const dora = await call.join('dora', { recording: nobody, consent: NO_CONSENT });
    const told = () => call.of('media', 'dora').map(({ source, problem }) => `${source} ${problem}`);
    dora.analysis.mediaProblem('camera', 'not-connected');
    dora.analysis.mediaProblem('microphone', 'not-connected');
    expect(told()).toEqual([]);
    await dora.setConsent({ ...NO_CONSENT, face: true });
    expect(told()).toEqual(['camera not-connected']);
    await dora.setConsent({ ...NO_CONSENT, voice: true });
    dora.analysis.mediaProblem('camera', null);
    dora.analysis.mediaProblem('microphone', null);
    expect(told()).toEqual(['camera not-connected', 'microphone not-connected', 'microphone null']);
    dora.close();
  });

  it('frees decoders, tensors and participants: what was held before is held after', async () => {
    const before = await held();
    expect(before.analysis).toMatchObject({ participants: 0, tracks: 0, decoders: 0 });
    for (let round = 0; round < 2; round++) {
      const people = await Promise.all(
        [0, 1, 2].map((i) =>
          call.join(`leak-${String(round)}-${String(i)}`, { recording: person, consent: ALL, seed: 10 + i }),
        ),
      );
      for (const { peer } of people) peer.start();
      await call.until('everybody’s face', () =>
        [0, 1, 2].every((i) => last(`leak-${String(round)}-${String(i)}`)?.face.present),
      );
      expect(await inAll()).toMatchObject({ participants: 3, tracks: 6, decoders: 6 });
      for (const each of people) each.close();
    }
    expect(await held()).toEqual(before);
  });

  it('ends every thread it started', async () => {
    const before = threads();
    const second = await Call.start('short-lived');
    expect(threads()).toBeGreaterThan(before);
    await second.close();
    expect(threads()).toBe(before);
  });
});

/** In all analysis processes: on a busy machine there may be more than one. Of tensors each has what its networks are. */
async function inAll() {
  const processes = await call.app.analyser.inspect();
  const sum = (what: 'participants' | 'tracks' | 'decoders') => processes.reduce((all, each) => all + each[what], 0);
  return {
    participants: sum('participants'),
    tracks: sum('tracks'),
    decoders: sum('decoders'),
    tensors: [...new Set(processes.map(({ tensors }) => tensors))],
  };
}

/** All that a participant could leave behind: decoders, tensors of both threads, threads, mediasoup's consumers. */
async function held() {
  const dump = await call.router.dump();
  return {
    analysis: await inAll(),
    engineTensors: (await call.app.engineMemory()).tensors,
    threads: threads(),
    consumers: Object.keys(dump.mapConsumerIdProducerId),
  };
}

/** Threads of this process as the kernel counts them (proc(5), /proc/pid/task). */
const threads = () => readdirSync('/proc/self/task').length;
