// Tables of the README that are made from measured figures, so that nobody types a figure.

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

/** @param {any} report what `npm run bench:call -- --json` writes; loosely typed, as it is read for print alone */
export function speedTable(report) {
  const { events, delayMs, cpu, memory, machine } = report;
  const cpuOf = (/** @type {string} */ name) => (1000 * (cpu.perParticipantSecond[name] ?? 0)).toFixed(1);
  const rows = [
    ['participants, each analysed for face, voice and words', report.participants],
    ['events expected / received / late by over 1 s', `${events.expected} / ${events.received} / ${events.late}`],
    [
      'event after its window’s end, p50 / p95 / p99',
      `${delayMs.p50.toFixed(0)} / ${delayMs.p95.toFixed(0)} / ${delayMs.p99.toFixed(0)} ms`,
    ],
    ['cores used in all', cpu.cores.toFixed(2)],
    ['CPU per participant-second: decoding and features', `${cpuOf('process analysis')} ms`],
    ['CPU per participant-second: network', `${cpuOf('thread inference')} ms`],
    ['CPU per participant-second: mediasoup', `${cpuOf('thread mediasoup')} ms`],
    ['peak memory of all processes (server, analysis, media)', `${memory.peakMiB} MiB`],
  ];
  return [
    `\`${report.command}\` at commit ${report.commit} on ${machine.cores} cores (${machine.cpu}), Node ${machine.node}, engine ${report.engine}:`,
    '',
    '| | |',
    '|---|---|',
    ...rows.map(([name, value]) => `| ${name} | ${value} |`),
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
