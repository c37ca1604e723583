import type { Page } from './page.js';
import { by, increase, of, rate } from './queries.js';

/** Servers that share their rooms over NATS: who has what, and what of it is in doubt. */
export const nodes: Page = {
  uid: 'emostream-nodes',
  title: 'emostream: nodes',
  about:
    'Servers that share their rooms over NATS: who has what, and what of it is in doubt. Empty where each is alone.',
  rows: [
    {
      title: 'At this moment',
      figures: [
        {
          title: 'Nodes',
          about: 'As many as the one knows of that knows of most.',
          unit: 'none',
          queries: [{ expr: `max(${of('emostream_cluster_nodes')})`, legend: '' }],
        },
        {
          title: 'Nodes that reach NATS',
          about: 'Those that do not go on with their calls, and begin none.',
          unit: 'none',
          queries: [{ expr: `sum(${of('emostream_nats_connected')})`, legend: '' }],
        },
        {
          title: 'Rooms in doubt',
          about: 'Their leases could not be renewed in time: another node may have them by now.',
          unit: 'none',
          limit: { value: 1, better: 'below' },
          queries: [{ expr: `sum(${of('emostream_cluster_rooms', 'lease="unsure"')})`, legend: '' }],
        },
        {
          title: 'Oldest lease',
          about: 'Since it was renewed: 1.5 s and a little where all is well, in doubt from 4.5 s on.',
          unit: 's',
          limit: { value: 4.5, better: 'below' },
          queries: [{ expr: `max(${of('emostream_cluster_lease_age_seconds')})`, legend: '' }],
        },
      ],
    },
    {
      title: 'Over time',
      graphs: [
        {
          title: 'Rooms by node',
          about: 'Leases that each holds; rooms go to the node that is asked, unless it is much fuller than another.',
          unit: 'none',
          queries: [{ expr: by('instance', of('emostream_cluster_rooms')), legend: '{{instance}}' }],
        },
        {
          title: 'Whose a room is',
          about: 'Questions by their answer; unknown: NATS could not be asked.',
          unit: 'short',
          queries: [{ expr: by('answer', increase('emostream_cluster_claims_total')), legend: '{{answer}}' }],
        },
        {
          title: 'Rooms that moved',
          about: 'Drained: their node ended. Lost: it was cut off from NATS, and another claimed them.',
          unit: 'short',
          queries: [{ expr: by('reason', increase('emostream_cluster_moves_total')), legend: '{{reason}}' }],
        },
        {
          title: 'Connections to NATS that were lost',
          about: 'They are taken up again by themselves.',
          unit: 'short',
          queries: [{ expr: by('instance', increase('emostream_nats_disconnects_total')), legend: '{{instance}}' }],
        },
      ],
    },
    {
      title: 'Events between nodes',
      graphs: [
        {
          title: 'Sent to NATS',
          about: 'Events stored, sent once more, and lost; people whose events were purged.',
          unit: 'short',
          queries: [{ expr: by('what', rate('emostream_nats_events_total')), legend: '{{what}}' }],
        },
        {
          title: 'Waiting to be sent',
          about: 'Events that are not known to be stored. What waits 30 s is given up.',
          unit: 'none',
          queries: [{ expr: by('instance', of('emostream_nats_pending_events')), legend: '{{instance}}' }],
        },
        {
          title: 'Rooms read',
          about: 'Of other nodes, as somebody listens here; and the past of own ones.',
          unit: 'none',
          queries: [{ expr: by('instance', of('emostream_nats_rooms_read')), legend: '{{instance}}' }],
        },
        {
          title: 'Read and not told',
          about: 'Forgotten: sent after its person had been forgotten. Stale: another node had begun with the room.',
          unit: 'short',
          queries: [{ expr: by('reason', rate('emostream_dropped_total', 'stage="nats"')), legend: '{{reason}}' }],
        },
      ],
    },
  ],
};
