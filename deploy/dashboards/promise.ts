import { by, increase, of, quantileBy, quantiles, rate } from './queries.js';
import type { Page } from './page.js';

const emotions = `sum(${rate('emostream_events_total', 'type="emotion"')})`;
/** What people bring about by changing their consent is nobody's loss. */
const lost = `sum(${rate('emostream_gap_seconds_total', 'reason!="consent-changed"')})`;

/** Whether people get what is promised: an event about each of them each second, soon, or word of why not. */
export const promise: Page = {
  uid: 'emostream-promise',
  title: 'emostream: the promise',
  about: 'An event about everybody who is analysed, every second, soon after it; and what is missing is told.',
  rows: [
    {
      title: 'At this moment',
      figures: [
        {
          title: 'Servers that answer',
          about: 'To Prometheus.',
          unit: 'none',
          limit: { value: 1, better: 'above' },
          queries: [{ expr: `sum(${of('up', 'job="emostream"')})`, legend: '' }],
        },
        {
          title: 'Alerts',
          about: 'That fire; deploy/runbook.md has a part on each.',
          unit: 'none',
          limit: { value: 1, better: 'below' },
          queries: [
            { expr: `count(${of('ALERTS', 'alertname=~"Emostream.*",alertstate="firing"')}) or vector(0)`, legend: '' },
          ],
        },
        {
          title: 'Rooms',
          about: 'Open ones.',
          unit: 'none',
          queries: [{ expr: `sum(${of('emostream_rooms')})`, legend: '' }],
        },
        {
          title: 'Participants',
          about: 'In all rooms.',
          unit: 'none',
          queries: [{ expr: `sum(${of('emostream_participants')})`, legend: '' }],
        },
        {
          title: 'Senders by WHIP',
          about: 'Of the participants: who sends by HTTP (OBS, FFmpeg, …).',
          unit: 'none',
          queries: [{ expr: `sum(${of('emostream_whip_sessions')})`, legend: '' }],
        },
        {
          title: 'Analysed',
          about: 'Participants of whom anything is analysed.',
          unit: 'none',
          queries: [{ expr: `sum(${of('emostream_analysed_participants')})`, legend: '' }],
        },
        {
          title: 'Subscribers',
          about: 'Sockets that events go to.',
          unit: 'none',
          queries: [{ expr: `sum(${of('emostream_subscribers')})`, legend: '' }],
        },
      ],
    },
    {
      title: 'Freshness',
      graphs: [
        {
          title: 'Event after its window’s end',
          about: 'From the end of a second, by the clock of its media, to its event. Promised are 0.3 s (95 of 100).',
          unit: 's',
          limit: { value: 0.3, better: 'below' },
          queries: quantiles('emostream_event_delay_seconds', [0.5, 0.95, 0.99]),
        },
        {
          title: 'Since the last event',
          about: 'While anybody is analysed there is one every second; at 15 s there is an alert.',
          unit: 's',
          limit: { value: 15, better: 'below' },
          queries: [
            {
              expr: `time() - (${of('emostream_last_event_timestamp_seconds')} > 0) and (${of('emostream_analysed_participants')} > 0)`,
              legend: '{{instance}}',
            },
          ],
        },
        {
          title: 'Capture to event',
          about: 'From the newest picture or sound of a window, as it was taken, to the event.',
          unit: 's',
          queries: quantiles('emostream_capture_to_event_seconds', [0.5, 0.95, 0.99]),
        },
        {
          title: 'Words: from being said to an event',
          about: 'From the end of a word to the first event that it is in.',
          unit: 's',
          queries: quantiles('emostream_words_delay_seconds', [0.5, 0.9, 0.99]),
        },
      ],
      across: 4,
    },
    {
      title: 'Completeness',
      graphs: [
        {
          title: 'Analysed seconds with an event',
          about:
            'Those without have a gap event with its reason. Below 95 % there is an alert. Changes of consent are not counted.',
          unit: 'percentunit',
          max: 1,
          limit: { value: 0.95, better: 'above' },
          queries: [{ expr: `${emotions} / (${emotions} + ${lost})`, legend: 'with an event' }],
        },
        {
          title: 'Seconds without an event, by reason',
          about: 'Per second; of everybody who is analysed.',
          unit: 'short',
          queries: [{ expr: by('reason', rate('emostream_gap_seconds_total')), legend: '{{reason}}' }],
        },
        {
          title: 'Events, by type',
          about: 'Per second. A revision is an emotion event for a window that had one.',
          unit: 'short',
          queries: [
            { expr: by('type', rate('emostream_events_total')), legend: '{{type}}' },
            { expr: `sum(${rate('emostream_replayed_events_total')})`, legend: 'replayed' },
          ],
        },
        {
          title: 'Dropped, by stage and reason',
          about:
            'Per second. Nothing is dropped that is not counted here; media quality and engine have it by what it was.',
          unit: 'short',
          queries: [
            { expr: `${by('stage, reason', rate('emostream_dropped_total'))} > 0`, legend: '{{stage}}: {{reason}}' },
          ],
        },
        {
          title: 'Windows, by what closed them',
          about: 'Per second. By deadline: media of one kind were late, and what there was is judged.',
          unit: 'short',
          queries: [{ expr: by('closed_by', rate('emostream_windows_total')), legend: '{{closed_by}}' }],
        },
        {
          title: 'Died, or failed without being expected',
          about: 'Each is one too many.',
          unit: 'none',
          queries: [
            { expr: by('worker', increase('emostream_worker_restarts_total')), legend: 'restarted: {{worker}}' },
            { expr: by('closed', increase('emostream_uncaught_total')), legend: 'unexpected, closed: {{closed}}' },
            { expr: `sum(${increase('emostream_log_lines_lost_total')})`, legend: 'log lines lost' },
          ],
        },
      ],
    },
    {
      title: 'Latency by stage',
      graphs: [
        {
          title: 'Time by stage, p95',
          about:
            'For one picture, chunk of sound, window or batch. window_close is the wait for late media; words are recognised beside the windows.',
          unit: 's',
          queries: [{ expr: quantileBy('emostream_stage_duration_seconds', 0.95, 'stage'), legend: '{{stage}}' }],
        },
        {
          title: 'Time by stage, median',
          about: 'As beside.',
          unit: 's',
          queries: [{ expr: quantileBy('emostream_stage_duration_seconds', 0.5, 'stage'), legend: '{{stage}}' }],
        },
      ],
      across: 2,
    },
    {
      title: 'Saturation',
      graphs: [
        {
          title: 'What gives way',
          about:
            '0 nothing, 1 encoded voices and partial words, 2 and 3 pictures, 4 faces and newcomers; of the analysis process that has most to do.',
          unit: 'none',
          max: 4,
          limit: { value: 1, better: 'below' },
          queries: [{ expr: of('emostream_load_step'), legend: '{{instance}}' }],
        },
        {
          title: 'CPU, by thread',
          about: 'Cores. inference, speech and voice-encoder are threads; analysis and mediasoup are processes.',
          unit: 'short',
          queries: [{ expr: by('thread', rate('emostream_thread_cpu_seconds_total')), legend: '{{thread}}' }],
        },
        {
          title: 'Event-loop delay, p99',
          about: 'How long a thread kept what came waiting.',
          unit: 's',
          queries: [
            { expr: `max by (thread) (${of('emostream_thread_event_loop_lag_seconds')})`, legend: '{{thread}}' },
          ],
        },
        {
          title: 'Queues',
          about: 'Items waiting; each queue is bounded, and what it gives up is in “Dropped”.',
          unit: 'short',
          queries: [{ expr: by('queue', of('emostream_queue_depth')), legend: '{{queue}}' }],
        },
        {
          title: 'Memory of the server’s process',
          about: 'Without the processes of analysis and media.',
          unit: 'bytes',
          queries: [{ expr: of('process_resident_memory_bytes', 'job="emostream"'), legend: '{{instance}}' }],
        },
        {
          title: 'Events kept for those who resume',
          about: 'Of all rooms; journalBytes is the most.',
          unit: 'bytes',
          queries: [{ expr: of('emostream_journal_bytes'), legend: '{{instance}}' }],
        },
        {
          title: 'Open files, of those allowed',
          about: 'Sockets are files. Without room for more, people are turned away.',
          unit: 'percentunit',
          limit: { value: 0.8, better: 'below' },
          queries: [
            {
              expr: `${of('process_open_fds', 'job="emostream"')} / ${of('process_max_fds', 'job="emostream"')}`,
              legend: '{{instance}}',
            },
          ],
        },
        {
          title: 'Refused for its amount',
          about: 'Per second, by what was asked for too much.',
          unit: 'short',
          queries: [{ expr: `${by('what', rate('emostream_refused_total'))} > 0`, legend: '{{what}}' }],
        },
        {
          title: 'WHIP, by status',
          about:
            'Answers per second to senders by WHIP. 406: an offer that is not to be had here; 428 and 412: a client that has not read the ETag.',
          unit: 'short',
          queries: [{ expr: `${by('status', rate('emostream_whip_requests_total'))} > 0`, legend: '{{status}}' }],
        },
        {
          title: 'Programs of the hosted API',
          about: 'Open sockets, and what they are answered per second, by endpoint.',
          unit: 'short',
          queries: [
            { expr: by('endpoint', of('emostream_hosted_sessions')), legend: '{{endpoint}}: sockets' },
            {
              expr: `${by('endpoint, answer', rate('emostream_hosted_answers_total'))} > 0`,
              legend: '{{endpoint}}: {{answer}}',
            },
          ],
        },
        {
          title: 'Errors, by code',
          about: 'Per second. Most are answers to a client; INTERNAL is ours.',
          unit: 'short',
          queries: [{ expr: `${by('code', rate('emostream_errors_total'))} > 0`, legend: '{{code}}' }],
        },
        {
          title: 'Changes of what gives way',
          about: 'By the step that an analysis process came to.',
          unit: 'none',
          queries: [{ expr: by('step', increase('emostream_load_steps_total')), legend: 'to step {{step}}' }],
        },
      ],
    },
  ],
};
