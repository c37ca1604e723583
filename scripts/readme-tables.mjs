// Tables of the pages that are made from measured figures, so that nobody types a figure.

const percent = (/** @type {number} */ share) => (100 * share).toFixed(1);

/**
 * Accuracy by test set. Conflict tests are left to the accuracy page: beside accuracy on people they would mislead.
 * @param {Record<string, {accuracy: number, uar: number, macro_f1: number, ece: number, n: number, protocol: string, ci95?: Record<string, [number, number]>}>} metrics
 */
export function accuracyTable(metrics) {
  const rows = Object.entries(metrics)
    .filter(([name]) => !name.startsWith('synthetic_conflict'))
    .map(([name, m]) => {
      const cell = (/** @type {'accuracy' | 'uar' | 'macro_f1'} */ key) => {
        const interval = m.ci95?.[key];
        return interval ? `${percent(m[key])} [${interval.map(percent).join('–')}]` : percent(m[key]);
      };
      return `| ${name} | ${m.n} | ${cell('accuracy')} | ${cell('uar')} | ${cell('macro_f1')} | ${m.ece.toFixed(3)} | ${m.protocol} |`;
    });
  return [
    '| test set | n | accuracy % [95 % interval] | mean recall % | macro-F1 % | calibration error | protocol |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

/**
 * The same call with words recognised and without.
 * @param {any} on what `npm run bench:call -- --json` writes; loosely typed, as it is read for print alone @param {any} off
 */
export function speedTable(on, off) {
  const cpuOf = (/** @type {any} */ { cpu }, /** @type {string} */ name) =>
    1000 * (cpu.perParticipantSecond[name] ?? 0);
  const ms = (/** @type {number} */ value) => `${value.toFixed(1)} ms`;
  /** @type {[string, (report: any) => string | number][]} */
  const rows = [
    ['participants, each analysed for face, voice and words', ({ participants }) => participants],
    [
      'of them speaking at a time',
      ({ participants, speakingShare }) => Math.round(participants * (speakingShare ?? 1)),
    ],
    [
      'events expected / received / late by over 1 s',
      ({ events }) => `${events.expected} / ${events.received} / ${events.late}`,
    ],
    [
      'event after its window’s end, p50 / p95 / p99',
      ({ delayMs }) => `${delayMs.p50.toFixed(0)} / ${delayMs.p95.toFixed(0)} / ${delayMs.p99.toFixed(0)} ms`,
    ],
    ['cores used in all', ({ cpu }) => cpu.cores.toFixed(2)],
    [
      'CPU per participant-second: decoding and features',
      (report) =>
        ms(cpuOf(report, 'process analysis') - cpuOf(report, 'thread speech') - cpuOf(report, 'thread voice-encoder')),
    ],
    ['CPU per participant-second: recognising words', (report) => ms(cpuOf(report, 'thread speech'))],
    ['CPU per participant-second: encoding voices', (report) => ms(cpuOf(report, 'thread voice-encoder'))],
    ['CPU per participant-second: network', (report) => ms(cpuOf(report, 'thread inference'))],
    ['CPU per participant-second: mediasoup', (report) => ms(cpuOf(report, 'thread mediasoup'))],
    ['peak memory of all processes (server, analysis, media)', ({ memory }) => `${memory.peakMiB} MiB`],
  ];
  const { command, commit, machine, engine } = on;
  return [
    `\`${command}\` at commit ${commit} on ${machine.cores} cores (${machine.cpu}), Node ${machine.node}, engine ${engine}; and \`${off.command}\`:`,
    '',
    '| | words recognised (`--speech on`) | not |',
    '|---|---|---|',
    ...rows.map(([name, value]) => `| ${name} | ${value(on)} | ${value(off)} |`),
  ].join('\n');
}

/**
 * This project's face alone beside other libraries' emotion nets, on the same pictures.
 * @param {Record<string, any>} metrics models/metrics.json @param {any[]} peers models/peers.json, for print alone
 */
export function peersTable(metrics, peers) {
  const own = metrics['ferplus_test'];
  const rows = [
    ['emostream, face alone', own.n, own.accuracy, own.uar, own.macro_f1, own.protocol],
    ...peers.map((p) => [`${p.name} ${p.version}: ${p.model}`, p.n, p.accuracy, p.uar, p.macro_f1, p.protocol]),
  ].map(([name, n, accuracy, uar, macroF1, protocol]) => {
    const figures = [accuracy, uar, macroF1].map(percent).join(' | ');
    return `| ${name} | ${n} | ${figures} | ${protocol} |`;
  });
  const [first] = peers;
  return [
    '| | n | accuracy % | mean recall % | macro-F1 % | protocol |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    `Peers: \`${first.command}\` at commit ${first.commit}. What their makers trained on is theirs to say: that these pictures were not among it is not known.`,
  ].join('\n');
}

/**
 * What a viewer waits for, in a sentence.
 * @param {any} shown what `npm run bench:shown` writes; undefined: not measured yet
 */
export function shownText(shown) {
  const how =
    'A face appears before a camera, and in another page of a real Chromium the overlay that shows it is painted (`npm run bench:shown`)';
  if (!shown) return `${how}.`;
  const ms = (/** @type {{ p50: number, p95: number }} */ { p50, p95 }) =>
    `${p50.toFixed(0)} ms (p95 ${p95.toFixed(0)})`;
  return (
    `${how}: ${ms(shown.sinceSecondMs)} after the end of the second in which it appeared, which is ${ms(shown.sinceFlashMs)} after it ` +
    `appeared, as it appeared at any moment of a second. ${shown.flashes} times, ${shown.machine.cores} cores of ${shown.machine.cpu}, browser and server on one machine${shown.beside ? `, beside ${shown.beside}` : ''}.`
  );
}
