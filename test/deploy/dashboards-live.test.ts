import { afterEach, describe, expect, it } from 'vitest';
import { findPrometheus } from '../../scripts/setup/prometheus.mjs';
import { alerts, ASKED, type Asked, asQuestion, DASHBOARDS } from './dashboard-queries.js';
import { ObservedCall } from './observed-call.js';

const prometheus = findPrometheus()?.prometheus;
if (!prometheus) {
  console.warn('passed over: prometheus is not here (npm run setup says why, or install it on the path)');
}

/** What may be nothing but zeros in a call that goes wrong as this one does: panel, legend, why. */
const MAY_BE_ZERO: [RegExp, RegExp, string][] = [
  [/Died, or failed/, /unexpected|log lines/, 'nothing fails that nobody expected'],
  [/./, /^replayed$/, 'nothing is replayed'],
  [/gives way/, /./, 'this machine may be fast enough'],
  [/Media clocks/, /./, 'nobody sets their clock'],
  [/set aside/, /./, 'nobody goes beyond a limit of media'],
  [/^Waiting|^Queues/, /./, 'a queue may be empty at each scrape'],
  [/^Not judged/, /./, 'the engine may keep up'],
  [/./, /^(encoded|voice encoders)$/, 'encoded voices give way first on a slow machine'],
  [/Speech and words dropped/, /./, 'the recogniser may keep up'],
  [/^Voices/, /reason/, 'the encoders may keep up'],
  [
    /^Another engine took over|^Better engines passed over/,
    /./,
    'no engine is lost, and one that is named passes over none',
  ],
  [/^Died and replaced/, /./, 'a thread cannot be killed from outside'],
];

let call: ObservedCall | undefined;
afterEach(async () => {
  await call?.close();
  call = undefined;
});

describe.skipIf(!prometheus)('a call in real browsers, watched by a real Prometheus, with faults', () => {
  it('shows in every query of every panel, and is asked about by every alert', async () => {
    const { road, server, prometheus: watch } = (call = await ObservedCall.open(prometheus ?? ''));
    const more = (query: string, than = 0) =>
      watch.askUntil(query, (found) => found.length > 0 && found.every(({ value }) => value > than));
    // A counter has to be seen before it moves.
    await more('min(count_over_time(emostream_worker_restarts_total[1m]))', 1);
    const ready = (await (await fetch(`http://127.0.0.1:${call.port}/readyz`)).json()) as {
      speech: { state: string };
      voiceEncoder: { state: string };
    };
    await call.begin();
    await more('sum(emostream_events_total{type="emotion"})', 20);
    await more('emostream_encodings_total{when="window",modality=~"voice|words"}');
    if (ready.speech.state === 'on') await more('emostream_recognised_seconds_total{words="final"}');
    await more('emostream_tensors');
    await more('emostream_media_blocked{reason="not-connected"}');
    await call.otherWaysIn();
    await more('emostream_whip_sessions');
    await more('emostream_whip_requests_total{status="201"}');
    await more('sum(emostream_hosted_sessions)');
    await more('sum(emostream_hosted_answers_total)');

    // Labels of five people come out by the minute.
    await more('sum(emostream_emotion_seconds_total)');

    road.lossPercent = 20;
    await road.until(() => road.lost > 200);
    await more('emostream_rtp_lost_total', 10);
    await more('emostream_key_frame_requests_total');
    road.lossPercent = 0;

    await call.flood();
    await more('emostream_refused_total{what="message"}');
    // Stopped, not killed: the process that waits may take over so fast that no second is lost.
    process.kill(server.analysisProcesses()[0] ?? 0, 'SIGSTOP');
    await more('emostream_worker_restarts_total{worker="analysis"}');
    await more('sum(emostream_gap_seconds_total{reason="analysis-restarted"})');
    process.kill(server.workers()[0] ?? 0, 'SIGKILL');
    await more('emostream_worker_restarts_total{worker="mediasoup"}');
    await more('sum(rate(emostream_decoded_total[5s]))');

    await more('count(ALERTS{alertstate="firing"})');

    // A step ends it that lies after the last scrape: what moved last would lie between two.
    const step = 2;
    const time = { start: call.startedSeconds, end: Date.now() / 1000 + step, step };
    const absent = ({ legend, panel, page }: Asked) =>
      // Of many servers: what it asks for is looked for at real ones in test/cluster/cluster.test.ts.
      page === 'emostream: nodes' ||
      // The engine is one of this machine.
      /inference server/iu.test(panel) ||
      (ready.speech.state !== 'on' &&
        /words.*(final|partial)|Words: |words are recognised/.test(`${panel} ${legend}`)) ||
      (ready.voiceEncoder.state !== 'on' && /encoded|voice encoders/.test(legend));
    const problems: string[] = [];
    for (const asked of ASKED) {
      if (absent(asked)) continue;
      const values = (await watch.askRange(asked.expr, time))
        .flatMap((series) => series.values.map(([, value]) => value))
        .filter(Number.isFinite);
      const zero = MAY_BE_ZERO.some(([panel, legend]) => panel.test(asked.panel) && legend.test(asked.legend));
      const what = `${asked.page}, ${asked.panel}: ${asked.expr}`;
      if (values.length === 0) problems.push(`no data: ${what}`);
      else if (!zero && Math.max(...values) <= 0) problems.push(`nothing but zeros: ${what}`);
    }
    for (const { alert, expr } of await alerts()) {
      const found = await watch.askRange(asQuestion(expr), time);
      const values = found.flatMap((series) => series.values.map(([, value]) => value));
      if (!values.some((value) => value === 0 || value === 1))
        problems.push(`no answer to the alert ${alert}: ${expr}`);
    }
    await call.picture(DASHBOARDS, time);
    expect(problems).toEqual([]);

    const fired = await watch.askRange('count by (alertname) (ALERTS{alertstate=~"pending|firing"})', time);
    expect(fired.map(({ metric }) => metric.alertname)).toEqual(
      expect.arrayContaining(['EmostreamMediaBlocked', 'EmostreamWorkerRestarted']),
    );
  }, 900_000);
});
