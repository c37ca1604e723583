// What `bench/RESULTS.md` says of voices, faces, words and of parity.
import { number, table, where } from './markdown.mjs';

/** @param {any} voice what `npm run bench:voice-activity` writes; `before` null where nothing was measured beside it */
export function voiceText({ commit, against, machine, command, split, sounds, speech, laughs, cpu }) {
  /** @typedef {{ windows: number, before: number | null, after: number }} Found */
  const share = (/** @type {number} */ part, /** @type {number} */ windows) =>
    `${((100 * part) / windows).toFixed(1)} %`;
  const cells = (/** @type {Found} */ { windows, before, after }) => [
    windows,
    before === null ? '–' : share(before, windows),
    share(after, windows),
  ];
  const most = Math.max(...sounds.map((/** @type {Found} */ { windows, after }) => after / windows));
  const missed = speech.filter((/** @type {{ snrDb: number }} */ { snrDb }) => snrDb === 20);
  const worst = Math.max(...missed.map((/** @type {Found} */ { windows, after }) => after / windows));
  const head = ['', 'seconds', against ? `commit ${against}` : 'before', 'now'];
  return [
    `${where({ command, commit, machine })}; beside it, in the same run, what was there before: a rule of energy and its variation. As in a call: chunks of 20 ms, voice activity (Silero), log-mel, windows of a second.`,
    `Seconds in which a voice is found where there is none. *Aim: at most 5 % of each synthetic sound: ${most <= 0.05 ? 'met' : 'NOT met'}.* The last row is real laughter (EmoGator, class amusement, every third speaker): voice activity takes much of it for speech, and what is left of that after the rule of repetition is judged.`,
    table(head, [
      ...sounds.map((/** @type {Found & { name: string }} */ of) => [of.name, ...cells(of)]),
      ...(laughs ? [['real laughter', ...cells(laughs)]] : []),
    ]),
    `Seconds of speech (at least 200 ms within 25 dB of the clip's loudest) that are missed, speakers of the ${split} set, white noise under the clip's mean power. *Aim: at most 3 % at 20 dB: ${worst <= 0.03 ? 'met' : 'NOT met'}.*`,
    table(
      head,
      speech.map((/** @type {Found & { corpus: string, snrDb: number }} */ of) => [
        `${of.corpus} at ${of.snrDb} dB`,
        ...cells(of),
      ]),
    ),
    `CPU of all of that (voice activity, log-mel, features) per second of sound, over ${cpu.seconds} s: ${cpu.before ?? '–'} → ${cpu.after} ms. In silence nothing but a look at the samples is done.`,
  ].join('\n\n');
}

/** @param {any} faces what `npm run bench:faces` writes; `before` null where nothing was measured beside it */
export function facesText({ commit, against, machine, command, rooms, faces, empty, note }) {
  /** @typedef {{ first: number, soon: number, astray: number, firstMs: number, allMs: number }} Counts */
  /** @typedef {{ what: string, tuned: boolean, pictures: number, before: Counts | null, after: Counts }} Row */
  const both = (/** @type {Row} */ { before, after }, /** @type {(of: Counts) => string} */ of) =>
    `${before ? `${of(before)} → ` : ''}${of(after)}`;
  const share = (/** @type {Row} */ row, /** @type {'first' | 'soon' | 'astray'} */ key) =>
    both(row, (of) => `${((100 * of[key]) / row.pictures).toFixed(1)} %`);
  const name = (/** @type {Row} */ { what, tuned }) => `${what}${tuned ? ', *chosen on*' : ''}`;
  const whole = faces.find((/** @type {Row} */ { what, tuned }) => !tuned && what === 'as it is');
  const found = whole.after.soon / whole.pictures;
  const judged = empty.filter((/** @type {Row} */ { tuned }) => !tuned);
  const more =
    note?.after > note?.before ||
    judged.some((/** @type {Row} */ { before, after }) => before && after.soon > before.soon);
  const slower =
    note?.slower ||
    [...faces, ...judged].some(
      (/** @type {Row} */ { before, after }) => before && after.firstMs > 1.05 * before.firstMs,
    );
  return [
    `${where({ command, commit, machine })}${against ? `; commit ${against} → now, picture by picture in turn` : ''}. Pictures stand still and go through the search, the close-up that confirms it and the start of the track, as a call's do: at once, and with the three searches of the first two seconds, the third at full detail. Thresholds were chosen on every fourth person and every fourth file, whose rows say so.`,
    `Portraits (the collection muxspace, press photographs cut around the head to 160 pixels) in which the face is found. *Aim: at least 98.5 % of them as they are: ${found >= 0.985 ? 'met' : 'NOT met'}.* "Elsewhere": what is found is not in the middle of the picture, or is smaller than a third of it; counted among the found.`,
    table(
      ['', 'pictures', 'first search', 'within three', 'of it elsewhere', 'CPU of the first search, ms'],
      faces.map((/** @type {Row} */ row) => [
        name(row),
        row.pictures,
        share(row, 'first'),
        share(row, 'soon'),
        share(row, 'astray'),
        both(row, ({ firstMs }) => number(firstMs)),
      ]),
    ),
    `Pictures of nobody in which a face is found (parts cut at random of ${rooms.files} pictures: ${rooms.are}; and drawn ones: noise, gradients, checkerboards, stripes, waves, tiles, clouds, blobs). *Aim: no more than before: ${more ? 'NOT met' : 'met'}. No slower: ${slower ? 'NOT met' : 'met'}.*${note ? ` ${note.text}` : ''}`,
    table(
      ['', 'pictures', 'first search', 'within three', 'CPU of the first search, ms', 'of all three, ms'],
      empty.map((/** @type {Row} */ row) => [
        name(row),
        row.pictures,
        both(row, ({ first }) => String(first)),
        both(row, ({ soon }) => String(soon)),
        both(row, ({ firstMs }) => number(firstMs)),
        both(row, ({ allMs }) => number(allMs)),
      ]),
    ),
  ].join('\n\n');
}

/** @param {any} words what `npm run bench:words` writes, with its table as Markdown */
export function wordsText({ machine, command, commit, model, language, table }) {
  return [
    `${where({ command, commit, machine })}; ${model} (${language}), no hot words. Clips are drawn by a fixed seed and spoken one after the other at the microphones of people in a real call (Opus, RTP, mediasoup, taps, analysis process); offline they go through the same voice activity, pieces and recogniser, each piece once. Case and punctuation do not count, numbers are written out. When a word was said is estimated from its clip: by letters, within the loud parts. What goes to the recogniser around a piece (how much before it, silence, the pause that ends it) was chosen by looking at clips of the same actors, some of them among these: the corpus has no part that was kept apart for it. Its clips were coded as Opus once before; the call codes them again, which alone makes about as many words wrong as the cutting does.`,
    table,
  ].join('\n\n');
}

/** @param {any} parity what `npm run bench:parity -- --json` writes, and the same as a table; `silent`: likewise, without the noise of a room */
export function parityText(parity) {
  const { lost, examples } = parity.results.face;
  const lostFaces = Math.round((100 * lost) / examples);
  return [
    'Test examples of the accuracy page sent through the real media path (encoded, sent as RTP into a real mediasoup worker, tapped, decoded, put into windows, judged by the engine) and the same examples offline. *Aim: accuracy in the call within 2 points of offline.* The interval is of the difference.',
    `\`${parity.command}\` on ${parity.machine.cores} cores (${parity.machine.cpu}), Node ${parity.machine.node}:`,
    parity.table,
    'The clips that are judged offline have digital silence around them; a room has not. The same voices in a room without any noise:',
    `\`${parity.silent.command}\`:`,
    parity.silent.table,
    `Offline in the same windows → live, the accuracy of voices changes by ${changeOfSound(parity)} points in that room and by ${changeOfSound(parity.silent)} in a silent one.`,
    `*Lost*: the call gave no answer (no face found, no voice heard, or a window without an event). *Voice, offline in the same windows*: the clips cut offline where the call cut them; what is left to the call is what coding and decoding do. FER+ pictures are cut close, without hair, ears and neck; pasted into a room, the face finder misses ${lostFaces} % of them. So "all" says little of faces in a call, which have a head.`,
    'Eight people speak at the same time here, and their windows end at the same instant: the voice encoders do not keep up with that in the time that a window waits for them, and the voices that are `late` are judged without.',
  ].join('\n\n');
}

/** @param {any} parity @returns {string} what the call's sound does to a voice, where it is cut being the same */
function changeOfSound({ results }) {
  const { offline, live } = results['voice, offline in the same windows'].answered;
  const points = 100 * (live - offline);
  return `${points < 0 ? '' : '+'}${points.toFixed(1)}`;
}
