import { describe, expect, it } from 'vitest';
import { OverlayModel } from '../../client/lib/overlay/model.js';
import { en } from '../../client/lib/overlay/languages/en.js';
import type { EmotionEvent, RoomEvent } from '../../client/lib/index.js';
import { emotionEvent } from './support/scripted-server.js';

const ALL = { face: true, voice: true, words: true };
const NONE = { face: false, voice: false, words: false };
const at = { room: 'room-1', participant: 'p1', epoch: 'e1', seq: 1, at: 0 };

function overlay(...events: RoomEvent[]): OverlayModel {
  const model = new OverlayModel({ staleAfterMs: 3500 });
  for (const event of events) model.push(event, 0);
  return model;
}
const begin: RoomEvent = { type: 'begin', ...at, analysed: ALL };
const absent = { state: 'live', present: false, weight: 0, scores: null, quality: {} } as const;
const event = (change: Partial<EmotionEvent> = {}): EmotionEvent => emotionEvent(1, change);

describe('an overlay', () => {
  it('says that analysis is off until it is on', () => {
    const view = overlay().view(0);
    expect(view).toMatchObject({ status: 'off', headline: 'Analysis off', emotion: null, bars: null, box: null });
    expect(view.modalities.map(({ state }) => state)).toEqual(['off', 'off', 'off']);
  });

  it('waits for the first result after consent, then says that none comes', () => {
    const model = overlay();
    model.setAnalysed(ALL, 1000);
    expect(model.view(2000).status).toBe('starting');
    expect(model.view(4501).status).toBe('stale');
  });

  it('shows the likeliest emotion with its share, and what it is judged by', () => {
    const view = overlay(begin, event()).view(100);
    expect(view).toMatchObject({
      status: 'live',
      headline: 'Happy',
      detail: '60% likely, by face and voice',
      emotion: 'happy',
    });
    expect(view.bars?.filter((bar) => bar.top).map((bar) => bar.emotion)).toEqual(['happy']);
    expect(view.bars).toHaveLength(7);
    expect(view.modalities).toEqual([
      { modality: 'face', state: 'present', weight: 0.5, text: 'partly' },
      { modality: 'voice', state: 'present', weight: 0.5, text: 'partly' },
      { modality: 'words', state: 'off', weight: 0, text: 'off' },
    ]);
    expect(view.box).toEqual({ x: 0.4, y: 0.2, width: 0.2, height: 0.3 });
  });

  it('does not name an emotion it is not sure of', () => {
    const view = overlay(begin, event({ uncertain: true })).view(100);
    expect(view).toMatchObject({ headline: 'Not sure', detail: 'perhaps happy, 60% likely', emotion: null });
  });

  it('shows each other face at its box, and says at the main one what the headline says', () => {
    const alone = overlay(begin, event()).view(100);
    expect([alone.faces, alone.boxText]).toEqual([[], null]);
    const { scores, face } = event();
    const box = { x: 0.7, y: 0.1, width: 0.1, height: 0.2 };
    const faces = [
      { id: 'a', judged: true, box: face.box!, label: 'sad' as const, uncertain: false, scores },
      { id: 'b', judged: false, box, label: 'happy' as const, uncertain: false, scores },
      { id: 'c', judged: false, box, label: 'happy' as const, uncertain: true, scores },
      { id: 'd', judged: false, box, label: null, uncertain: true, scores: null },
    ];
    const model = overlay(begin, event({ faces }));
    const view = model.view(100);
    expect(view).toMatchObject({ headline: 'Happy', boxText: 'Happy' });
    expect(view.faces).toEqual([
      { id: 'b', box, emotion: 'happy', text: 'Happy' },
      { id: 'c', box, emotion: null, text: 'Happy?' },
      { id: 'd', box, emotion: null, text: '…' },
    ]);
    // Nothing of them is shown when results stop coming, or consent ends.
    expect(model.view(5000).faces).toEqual([]);
    model.setAnalysed(NONE, 200);
    expect(model.view(300).faces).toEqual([]);
  });

  const blank = { label: null, scores: null, valence: null, arousal: null } as const;
  const nobody = { face: { ...absent, box: null }, voice: absent, words: { ...absent, state: 'stalled' } } as const;

  it('says so when there is nothing to judge by, and shows nothing of before', () => {
    // What was smoothed over the last seconds still comes.
    const view = overlay(begin, event(), event({ ...blank, ...nobody, window: { start: 5000, end: 6000 } })).view(100);
    expect(view).toMatchObject({ headline: 'Nothing to judge by', detail: 'no face seen, no voice heard' });
    expect(view).toMatchObject({ emotion: null, trail: [], box: null });
    expect(view.bars?.map(({ share, top }) => [share, top])).toEqual(Array(7).fill([null, false]));
    expect(view.modalities.map(({ state, text }) => [state, text])).toEqual([
      ['absent', 'no face'],
      ['absent', 'silent'],
      ['absent', 'no words'],
    ]);
  });

  it('tells a camera that is switched off from one that hangs', () => {
    const model = overlay(begin, event({ face: { ...absent, state: 'stalled', box: null } }));
    expect(model.view(0).modalities[0]).toMatchObject({ state: 'stalled', text: 'no picture' });
    model.setSending({ face: false, voice: true });
    expect(model.view(0).modalities[0]).toMatchObject({ state: 'off', text: 'camera off' });
  });

  it('misses nothing of who agrees to face and voice, and has camera and microphone off from the beginning', () => {
    const model = overlay();
    model.setAnalysed({ face: true, voice: true, words: false }, 0);
    model.setSending({ face: false, voice: false });
    expect(model.view(60_000)).toMatchObject({ status: 'off', headline: 'Camera and microphone off', bars: null });
    model.setSending({ face: false, voice: true });
    expect(model.view(60_000).status).toBe('stale');
  });

  it('says nothing more of before when camera and microphone are switched off, not even what is on its way', () => {
    const model = overlay(begin, event());
    model.setSending({ face: false, voice: false });
    const off = { headline: 'Camera and microphone off', detail: 'nothing to judge by', emotion: null, box: null };
    for (const late of [event(), event({ ...blank, ...nobody })]) {
      expect(model.view(100)).toMatchObject(off);
      expect(model.view(100).bars?.every(({ share, top }) => share === null && !top)).toBe(true);
      expect(
        model
          .view(100)
          .modalities.slice(0, 2)
          .map(({ text }) => text),
      ).toEqual(['camera off', 'mic off']);
      model.push(late, 50);
    }
    // Words may be typed.
    model.setAnalysed(ALL, 60);
    model.push(event({ words: { ...event().voice, weight: 1 }, face: { ...absent, box: null }, voice: absent }), 70);
    expect(model.view(100)).toMatchObject({ headline: 'Happy', detail: '60% likely, by words' });
  });

  it('says nothing more of what was mostly judged by the face when the camera is switched off', () => {
    const { face, voice } = event();
    const mostly = event({ face: { ...face, weight: 0.6 }, voice: { ...voice, weight: 0.4 } });
    const model = overlay(begin, mostly);
    model.setSending({ face: true, voice: false });
    expect(model.view(100)).toMatchObject({ headline: 'Happy' });
    model.setSending({ face: false, voice: true });
    expect(model.view(100)).toMatchObject({ headline: 'Nothing to judge by', emotion: null, box: null });
  });

  it('is never quite sure, and says one number only', () => {
    const scores = { ...event().scores!, happy: 0.998, neutral: 0.002 };
    const view = overlay(begin, event({ scores, smoothed: scores, voice: absent })).view(100);
    expect(view.detail).toBe('> 99% likely, by face');
    expect(en.format.likelihood(view.bars!.find(({ top }) => top)!.share!)).toBe('> 99%');
  });

  it('says how much a source counted without a number, which would read as proof', () => {
    const texts = [0.05, 0.25, 0.59, 0.72, 1].map((weight) => {
      const view = overlay(begin, event({ voice: { ...event().voice, weight } })).view(0);
      return view.modalities[1]!.text;
    });
    expect(texts).toEqual(['a little', 'partly', 'partly', 'mostly', 'alone']);
  });

  it('claims nothing while nothing is heard of the server, and goes on as before', () => {
    const model = overlay(begin, event());
    model.setConnection('unknown');
    expect(model.view(100)).toMatchObject({ status: 'unknown', headline: 'Waiting for the server', emotion: null });
    model.setConnection('lost');
    expect(model.view(100)).toMatchObject({ status: 'unknown', headline: 'Connection lost', box: null, trail: [] });
    model.setConnection('open');
    expect(model.view(100)).toMatchObject({ status: 'live', headline: 'Happy' });
  });

  it('has the course of the last minute, until consent to any part of it is withdrawn', () => {
    const model = overlay(begin, event());
    model.push(emotionEvent(2, { window: { start: 2000, end: 3000 }, uncertain: true }), 1000);
    // A late revision of a second that is past is of the course alone.
    model.push(event({ revision: 1, label: 'sad' }), 1100);
    expect(model.view(1200).headline).toBe('Not sure');
    expect(model.view(1200).course.filter(Boolean)).toEqual([
      { label: 'sad', uncertain: false },
      { label: 'happy', uncertain: true },
    ]);
    model.setAnalysed({ ...ALL, voice: false }, 1300);
    expect(model.view(1400).course.filter(Boolean)).toEqual([]);
  });

  it('marks the last result as out of date when events stop, and takes the box away', () => {
    const model = overlay(begin, event());
    expect(model.view(3500).status).toBe('live');
    const stale = { status: 'stale', headline: 'No new result', detail: 'the analysis is late, 4 s by now', box: null };
    expect(model.view(3501)).toMatchObject(stale);
    expect(model.view(10_000).bars?.find(({ emotion }) => emotion === 'happy')?.share).toBe(0.6);
    // What is that old tells nothing any more.
    expect(model.view(10_001).bars?.every(({ share }) => share === null)).toBe(true);
  });

  it('says why events stopped when the server said it', () => {
    const gap: RoomEvent = { type: 'gap', ...at, window: { start: 0, end: 1000 }, reason: 'overloaded' };
    expect(overlay(begin, gap).view(9000).detail).toBe('the server is too busy, 9 s by now');
  });

  it('forgets everything at the withdrawal of consent', () => {
    const model = overlay(begin, event());
    model.setAnalysed(NONE, 10);
    expect(model.view(20)).toMatchObject({ status: 'off', bars: null, trail: [], emotion: null });
    model.push({ type: 'end', ...at, reason: 'consent-withdrawn' }, 30);
    expect(model.view(40).status).toBe('off');
  });

  it('forgets what it shows when a part of it is withdrawn, and takes nothing more with that part in it', () => {
    const less: RoomEvent = { type: 'begin', ...at, analysed: { ...ALL, face: false } };
    for (const withdraw of [
      (model: OverlayModel) => model.push(less, 10),
      (model: OverlayModel) => model.setAnalysed({ ...ALL, face: false }, 10),
    ]) {
      const model = overlay(begin, event());
      withdraw(model);
      const forgotten = { status: 'starting', emotion: null, bars: null, trail: [], box: null };
      expect(model.view(20)).toMatchObject(forgotten);
      model.push(emotionEvent(2), 30);
      expect(model.view(40)).toMatchObject(forgotten);
      model.push(emotionEvent(3, { face: { ...absent, state: 'off', box: null } }), 50);
      expect(model.view(60)).toMatchObject({ status: 'live', emotion: 'happy', box: null });
    }
  });

  it('keeps the course of who switches camera and microphone off, until they take consent back', () => {
    const model = overlay(begin, event());
    model.push({ type: 'end', ...at, reason: 'tracks-ended' }, 100);
    expect(model.view(200)).toMatchObject({ status: 'off', detail: 'camera and microphone off', bars: null });
    const told = () => model.view(200).course.filter(Boolean).length;
    expect(told()).toBe(1);
    model.push(begin, 200);
    expect([model.view(200).status, told()]).toEqual(['starting', 1]);
    model.push({ type: 'end', ...at, reason: 'tracks-ended' }, 200);
    model.setAnalysed({ ...ALL, words: false }, 200);
    expect(told()).toBe(0);
    // A camera that is off is no withdrawal where the page says what is consented to; nobody else can tell.
    const less: RoomEvent = { type: 'begin', ...at, analysed: { ...ALL, face: false } };
    const paged = overlay();
    paged.setAnalysed(ALL, 0);
    for (const each of [begin, event(), less]) paged.push(each, 10);
    expect([paged.view(20).status, paged.view(20).course.filter(Boolean).length]).toEqual(['starting', 1]);
    expect(overlay(begin, event(), less).view(20).course.filter(Boolean)).toEqual([]);
    // So it is of who was heard of only late.
    const late = overlay(event());
    late.setAnalysed({ ...ALL, face: false }, 10);
    expect(late.view(20).course.filter(Boolean)).toEqual([]);
  });

  it('keeps what it shows when more is agreed to', () => {
    const model = overlay({ type: 'begin', ...at, analysed: { ...ALL, words: false } }, event());
    model.push(begin, 10);
    expect(model.view(20)).toMatchObject({ status: 'live', emotion: 'happy' });
  });

  it('that hears of somebody only late takes from the result what is analysed', () => {
    expect(overlay(event()).view(0)).toMatchObject({
      status: 'live',
      analysed: { face: true, voice: true, words: false },
    });
  });

  it('stays off when a last result comes after the end', () => {
    const end: RoomEvent = { type: 'end', ...at, reason: 'consent-withdrawn' };
    expect(overlay(begin, event(), end, emotionEvent(3)).view(0)).toMatchObject({ status: 'off', box: null });
    expect(overlay(end, event()).view(0).status).toBe('off');
  });

  it('keeps the newest window when an older one is revised', () => {
    const newer = event({ window: { start: 2000, end: 3000 } });
    const older = event({ window: { start: 1000, end: 2000 }, revision: 1, uncertain: true });
    expect(overlay(begin, newer, older).view(100).headline).toBe('Happy');
  });

  it('replaces a window by its revision without a second point on the plot', () => {
    const revised = event({ revision: 1, valence: -0.5 });
    const view = overlay(begin, event(), revised).view(100);
    expect(view.trail).toEqual([{ valence: -0.5, arousal: 0.2 }]);
  });

  it('bounds the trail of the plot', () => {
    const model = overlay(begin);
    for (let seq = 1; seq <= 30; seq++) model.push(emotionEvent(seq), 0);
    expect(model.view(0).trail).toHaveLength(6);
  });
});
