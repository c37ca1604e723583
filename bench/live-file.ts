import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { useWasmBackend } from '../src/common/tfjs-wasm.js';
import { loadConfig } from '../src/config/load.js';
import type { EmotionEvent } from '../src/events/schema.js';
import { analyseFile, EVENTS_FILE } from '../src/files/analyse-file.js';
import { eventsOf } from '../src/files/event-file.js';
import { openJudge } from '../src/files/open-judge.js';
import { createLogger } from '../src/telemetry/logger.js';
import { defaultPreparedFolder } from '../src/training/data/prepared.js';
import { agreementOf } from './live-file/agreement.js';
import { encodedAgain } from './live-file/again.js';
import { writeMkv } from './live-file/write-mkv.js';
import { clips, faces } from './parity/examples.js';
import { faceTrack, PICTURE_MS, TAPPED_LAYER } from './parity/face-track.js';
import { LiveCall } from './parity/live-call.js';
import { QUIET_ROOM_DB, voiceTrack } from './parity/voice-track.js';
import { measured } from './support/measured.js';
import { OPUS_DELAY_MS } from './support/encode-audio.js';
import type { Recording } from './support/recording.js';
import './support/quiet.js';
import { writeJson } from './support/write-json.js';

/**
 * `npm run bench:live-file`: people of validation pictures and clips as files, analysed by `emostream analyze`, and the files' own packets
 * sent in a call at their pace, not encoded again; then once more, encoded again. Compared second by second.
 */
const options = new Command('bench:live-file')
  .option('--prepared <folder>', 'folder of `emostream data prepare`', defaultPreparedFolder())
  .option('-n, --people <count>', 'files, and people in the call at a time', '2')
  .option('--seconds <count>', 'length of each, about', '240')
  .addOption(new Option('--speech <state>', 'whether words are recognised').choices(['on', 'off']).default('on'))
  .option('--engine <name>', 'what the network runs on', 'wasm')
  .option('--json <file>', 'write the figures as JSON')
  .parse()
  .opts<{ prepared: string; people: string; seconds: string; speech: string; engine: string; json?: string }>();

/** A face is shown so long, with the empty room before it; a clip takes about as long, with the silence after it. */
const FACE_SECONDS = 5;
const CLIP_SECONDS = 7.5;
const SEED = 1;

const [people, wanted] = [Number(options.people), Number(options.seconds)];
const { engine, speech } = options;
const config = loadConfig({ env: process.env, flags: { engine, speech, httpPort: 0 } });
const folder = mkdtempSync(join(tmpdir(), 'emostream-live-file-'));
const log = (line: string) => process.stderr.write(`${line}\n`);

// Voice activity of the examples is judged in this very thread.
await useWasmBackend();
const shown = await faces(options.prepared, 'valid', people * Math.ceil(wanted / FACE_SECONDS), SEED);
const said = await clips(options.prepared, 'valid', people * Math.ceil(wanted / CLIP_SECONDS), SEED, null);
const of = <T>(items: readonly T[], person: number) => items.filter((_, i) => i % people === person);
const films: { path: string; recording: Recording; seconds: number }[] = [];
for (let person = 0; person < people; person++) {
  const seed = SEED + person;
  const seen = faceTrack(
    of(shown, person).map(({ shown: image }, example) => ({ example, image })),
    TAPPED_LAYER,
    seed,
  );
  const heard = voiceTrack(
    of(said, person).map(({ shown: samples }, example) => ({ example, samples })),
    seed,
    QUIET_ROOM_DB,
  );
  const recording = { video: seen.recording.video, audio: heard.recording.audio };
  const path = join(folder, `person-${String(person)}.mkv`);
  await writeMkv(path, recording, TAPPED_LAYER, PICTURE_MS / 2);
  films.push({ path, recording, seconds: Math.min(seen.seconds, heard.seconds) });
}

log('analysing the files');
const judge = await openJudge(config, () => undefined);
const inFile: EmotionEvent[][] = [];
for (const { path, seconds } of films) {
  const out = `${path}.emostream`;
  const { failure } = await analyseFile({
    ...{ path, out, captions: null, resume: false, smoothingMs: config.smoothing },
    ...{ engine: judge.engine, identity: judge.identity, settings: judge.settings },
  });
  if (failure !== null) throw new Error(String(failure));
  const emotions = [...eventsOf(join(out, EVENTS_FILE))].filter((event) => event.type === 'emotion');
  // What is told last of a second counts, here as there.
  const last = new Map(emotions.map((event) => [event.window.start, event]));
  inFile.push([...last.values()].filter(({ window }) => window.end <= seconds * 1000));
}
await judge.engine.dispose();

const call = await LiveCall.start(config, createLogger('error'));
const runs: Record<string, ReturnType<typeof agreementOf>> = {};
const again = films.map(({ path }) =>
  encodedAgain(path, { ...TAPPED_LAYER, framesPerSecond: 1000 / PICTURE_MS, keyFrameEvery: 40 }),
);
for (const [name, recordings] of [
  ['own packets', films.map(({ recording }) => recording)],
  ['encoded again', again],
] as const) {
  log(`${name}: ${String(people)} people, ${String(films[0]?.seconds)} s`);
  const played = await call.playAll(
    name.replace(' ', '-'),
    recordings.map((recording, i) => ({ recording, seconds: films[i]!.seconds })),
    { laterMs: { video: PICTURE_MS / 2, audio: OPUS_DELAY_MS } },
  );
  const pairs = inFile.flatMap((events, person) =>
    events.map((file) => ({ file, live: played(person, file.window.start) })),
  );
  runs[name] = agreementOf(pairs);
  const { seconds, lost, same, samePresence, sure, sameWhereSure, probabilityDifference } = runs[name];
  const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
  console.log(
    `${name}: ${percent(same)} of ${String(seconds)} seconds have the same label (${String(lost)} lost), ` +
      `${percent(samePresence)} the same modalities; of ${String(sure)} that are sure ${percent(sameWhereSure)}; ` +
      `probabilities differ by ${probabilityDifference.toFixed(4)}`,
  );
  console.table(runs[name].byModality);
}
const [gaps, dropped] = [call.gaps, await call.dropped()];
if (Object.keys(dropped).length > 0) log(`dropped: ${JSON.stringify(dropped)}`);
await call.close();
if (options.json) {
  const head = { benchmark: 'live-file', ...measured('bench:live-file') };
  writeJson(options.json, { ...head, ...judge.identity, people, seconds: wanted, speech, gaps, dropped, runs });
}
rmSync(folder, { recursive: true, force: true });
setTimeout(() => process.exit(), 1000).unref();
