import { by, increase, of, quantileBy, rate } from './queries.js';
import type { Page } from './page.js';

const dropped = (stages: string) => ({
  expr: `${by('stage, reason', rate('emostream_dropped_total', `stage=~"${stages}"`))} > 0`,
  legend: '{{stage}}: {{reason}}',
});
const packets = by('kind', rate('emostream_rtp_packets_total'));
const lost = by('kind', rate('emostream_rtp_lost_total'));

/** What comes of people's cameras and microphones: the road, the decoders, and what of it can be judged. */
export const mediaQuality: Page = {
  uid: 'emostream-media',
  title: 'emostream: media quality',
  about: 'What comes of cameras and microphones: over the road, through the decoders, and into windows.',
  rows: [
    {
      title: 'At this moment',
      figures: [
        {
          title: 'Participants',
          about: 'In all rooms.',
          unit: 'none',
          queries: [{ expr: `sum(${of('emostream_participants')})`, legend: '' }],
        },
        {
          title: 'Analysed tracks',
          about: 'Each with its owner’s consent.',
          unit: 'none',
          queries: [{ expr: by('modality', of('emostream_taps')), legend: '{{modality}}' }],
        },
        {
          title: 'Tracks that do not get through',
          about: 'Their owners are told so.',
          unit: 'none',
          limit: { value: 1, better: 'below' },
          queries: [{ expr: `sum(${of('emostream_media_blocked')})`, legend: '' }],
        },
      ],
    },
    {
      title: 'The road',
      graphs: [
        {
          title: 'Tracks that do not get through, by reason',
          about: 'not-connected: no way at all; no-packets: a way, and nothing comes. The others went beyond a limit.',
          unit: 'none',
          queries: [{ expr: by('reason', of('emostream_media_blocked')), legend: '{{reason}}' }],
        },
        {
          title: 'Packets lost',
          about: 'Of those tapped for analysis; what was sent again in time is not lost.',
          unit: 'percentunit',
          limit: { value: 0.05, better: 'below' },
          queries: [{ expr: `${lost} / (${packets} + ${lost})`, legend: '{{kind}}' }],
        },
        {
          title: 'Packets, and those lost',
          about: 'Per second.',
          unit: 'short',
          queries: [
            { expr: packets, legend: '{{kind}}' },
            { expr: lost, legend: 'lost: {{kind}}' },
          ],
        },
        {
          title: 'Packets and reports dropped',
          about:
            'Per second. late: past the time it is waited for; old-stream and discontinuity: the sender began anew.',
          unit: 'short',
          queries: [dropped('sfu|rtp|media-clock|analysis')],
        },
        {
          title: 'Key frames asked for',
          about: 'Per second. Each makes the sender’s next picture larger, for everybody.',
          unit: 'short',
          queries: [{ expr: `sum(${rate('emostream_key_frame_requests_total')})`, legend: 'asked for' }],
        },
        {
          title: 'Media clocks that jumped',
          about: 'By over a second: a sender’s clock was set, or its capture stood still.',
          unit: 'none',
          queries: [{ expr: `sum(${increase('emostream_media_clock_steps_total')})`, legend: 'jumps' }],
        },
      ],
    },
    {
      title: 'Decoding',
      graphs: [
        {
          title: 'Decoded',
          about: 'Pictures and chunks of sound per second.',
          unit: 'short',
          queries: [{ expr: by('kind', rate('emostream_decoded_total')), legend: '{{kind}}' }],
        },
        {
          title: 'Time to decode and to observe, p95',
          about: 'One picture or chunk of sound: decoding, finding the face or framing it, voice activity.',
          unit: 's',
          queries: [
            {
              expr: quantileBy('emostream_stage_duration_seconds', 0.95, 'stage', 'stage=~".*_decode|face.*|voice"'),
              legend: '{{stage}}',
            },
          ],
        },
        {
          title: 'Pictures and sound dropped',
          about:
            'Per second. thinned: more pictures than are judged, on purpose; waiting: for a key frame after a loss.',
          unit: 'short',
          queries: [dropped('video|audio|face')],
        },
        {
          title: 'Tracks set aside',
          about: 'They went beyond a limit, or ended the process that decodes them again and again.',
          unit: 'none',
          queries: [{ expr: by('reason', increase('emostream_set_asides_total')), legend: '{{reason}}' }],
        },
        {
          title: 'Consumers on media workers',
          about: 'Tracks on their way to a person or to analysis; about 500 fill a worker.',
          unit: 'none',
          limit: { value: 500, better: 'below' },
          queries: [{ expr: of('emostream_worker_consumers'), legend: '{{instance}} {{worker}}' }],
        },
        {
          title: 'Observed, and not in a window',
          about: 'Per second. Before consent, for a window that has closed, or after it was switched off.',
          unit: 'short',
          queries: [dropped('align|consent|publish')],
        },
      ],
    },
    {
      title: 'Voices and words',
      graphs: [
        {
          title: 'Sound in which words are recognised',
          about: 'Seconds a second: final words once, partial ones again and again while somebody speaks.',
          unit: 'short',
          queries: [{ expr: by('words', rate('emostream_recognised_seconds_total')), legend: '{{words}}' }],
        },
        {
          title: 'Voices: seconds encoded, and why not',
          about:
            'Speech that the pretrained encoders heard, and that they did not hear in time for its window; a late second serves the two windows after it.',
          unit: 'short',
          queries: [
            { expr: `sum(${rate('emostream_encoded_voice_seconds_total')})`, legend: 'encoded' },
            { expr: by('reason', rate('emostream_dropped_total', 'stage="voice-encoder"')), legend: '{{reason}}' },
          ],
        },
        {
          title: 'Speech and words dropped',
          about: 'Per second, by stage and reason.',
          unit: 'short',
          queries: [
            {
              expr: by('stage, reason', rate('emostream_dropped_total', 'stage=~"speech|words|transcriber"')),
              legend: '{{stage}}: {{reason}}',
            },
          ],
        },
      ],
    },
  ],
};
