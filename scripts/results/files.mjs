// What `bench/RESULTS.md` says of recordings: how fast they are analysed, and whether a call says the same.
import { number, table, where } from './markdown.mjs';

const met = (/** @type {boolean} */ is) => (is ? 'met' : 'NOT met');
const AIMS = { pace: 30, searched: 3, tracked: 10, same: 0.97 };

/** @param {any} analyze what `npm run bench:analyze -- --json` writes */
export function analyzeText(analyze) {
  const { engine, speech, runs, byFaces, faces } = analyze;
  const { searched, tracked, peer } = faces;
  const of360p = runs.find((/** @type {any} */ { clip }) => clip === '360p');
  const stages = [...new Set(runs.flatMap((/** @type {any} */ { msPerSecond }) => Object.keys(msPerSecond)))];
  const cell = (/** @type {number | undefined} */ value) => (value === undefined ? '–' : number(value));
  const times = (/** @type {any} */ { pace }) => (pace / peer.pace).toFixed(1);
  return [
    `${where(analyze)}, engine ${engine.name}, words ${speech === 'on' ? 'recognised' : 'not recognised'}. Clips of one portrait that moves, 30 pictures a second, and of somebody who speaks all the time. Stages run side by side in several threads: their sum is more than the time taken.`,
    `*Aim: ${AIMS.pace} times real time for 360p with wasm on two cores. Measured: ${number(of360p.pace)}: ${met(of360p.pace >= AIMS.pace)}.*`,
    table(
      ['', ...runs.map((/** @type {any} */ { clip }) => clip)],
      [
        ['times real time', ...runs.map((/** @type {any} */ { pace }) => number(pace))],
        ['CPU for a second of it, ms', ...runs.map((/** @type {any} */ run) => number(run.cpuMsPerSecond))],
        ...stages.map((stage) => [
          `at work for a second of it, ms: ${stage}`,
          ...runs.map((/** @type {any} */ { msPerSecond }) => cell(msPerSecond[stage])),
        ]),
      ],
    ),
    '**Faces: cost by number.** Clips in 360p of one, two and four portraits that move side by side, and of somebody who speaks; each face is followed and judged (`--faces all`).',
    table(
      ['', 'times real time', 'CPU for a second of it, ms', 'more for each face beyond the first, ms'],
      byFaces.map((/** @type {any} */ { faces: count, pace, cpuMsPerSecond }) => [
        count === 1 ? '1 face' : `${count} faces`,
        number(pace),
        number(cpuMsPerSecond),
        count === 1 ? '–' : number((cpuMsPerSecond - byFaces[0].cpuMsPerSecond) / (count - 1)),
      ]),
    ),
    `Faces of the 360p clip alone, ${searched.pictures} pictures each (8 a second), decoded and scaled by the same code, every one judged by itself, one after the other in one process. *Aims: ${AIMS.searched} times the peer where every picture is searched: ${met(searched.pace / peer.pace >= AIMS.searched)}; ${AIMS.tracked} times where faces are followed: ${met(tracked.pace / peer.pace >= AIMS.tracked)}.*`,
    table(
      ['', 'times real time', `times ${peer.name}`],
      [
        ['every picture searched', number(searched.pace), times(searched)],
        ['followed from picture to picture, as calls and files are', number(tracked.pace), times(tracked)],
        [
          `${peer.name} ${peer.version}: face detector and emotion net, every picture searched`,
          number(peer.pace),
          times(peer),
        ],
      ],
    ),
    'Not measured: py-feat 2.1.5 and deepface 0.0.103. Their packages in the Python index carry no weights; they fetch them from elsewhere.',
  ].join('\n\n');
}

/** @param {any} liveFile what `npm run bench:live-file -- --json` writes */
export function liveFileText(liveFile) {
  const { runs, people, gaps, dropped, name, model } = liveFile;
  const percent = (/** @type {number} */ share) => (100 * share).toFixed(1);
  const list = Object.entries(dropped).map(([what, count]) => `${what} ${count}`);
  const own = runs['own packets'];
  const modality = (/** @type {any} */ run, /** @type {string} */ one) =>
    `${percent(run.byModality[one].same)} of ${run.byModality[one].seconds}`;
  return [
    `${where(liveFile)}, engine ${name}, ${model}. ${people} recordings of faces (FER+, validation) and voices (RAVDESS and EMO-DB, validation speakers) as files, analysed by the code of \`emostream analyze\`; then their own packets (VP8, Opus) sent into a call at their pace, and once more what comes of decoding and encoding them again. Sound and pictures are sent so that the call's windows begin where the file's do. Seconds without an event: ${gaps}${list.length > 0 ? `; dropped in the calls: ${list.join('; ')}` : ''}.`,
    `*Aim: the same label in at least ${percent(AIMS.same)} % of seconds by the file's own packets. Measured: ${percent(own.same)} %: ${met(own.same >= AIMS.same)}.* A label that is \`uncertain\` counts as any other.`,
    table(
      [
        '',
        'seconds',
        'lost',
        'same label %',
        'same where both are sure %',
        'same modalities %',
        'mean difference of a probability',
        'face alone, same %',
        'voice alone, same %',
        'words alone, same %',
      ],
      Object.entries(runs).map(([run, figures]) => [
        run,
        figures.seconds,
        figures.lost,
        percent(figures.same),
        `${percent(figures.sameWhereSure)} of ${figures.sure}`,
        percent(figures.samePresence),
        figures.probabilityDifference.toFixed(4),
        modality(figures, 'face'),
        modality(figures, 'voice'),
        modality(figures, 'words'),
      ]),
    ),
  ].join('\n\n');
}

/** @param {any} encoders what `npm run bench:voice-encoders -- --json` writes */
export function voiceEncodersText(encoders) {
  return [
    `${where(encoders)}. CPU time for a second of speech, ms, ten and ninety of a hundred around the middle. The last two rows are a yardstick: the aim of 10 ms was set where the recogniser’s encoder takes 4 ms of a core for a second.`,
    table(
      ['', 'median', '10 %', '90 %'],
      Object.entries(encoders.cpuMs).map(([name, { p10, median, p90 }]) => [
        name,
        number(median),
        number(p10),
        number(p90),
      ]),
    ),
  ].join('\n\n');
}
