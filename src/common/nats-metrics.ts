/** The part of the catalogue that says how this node stands with the others. */
export const NATS_METRICS = {
  emostream_nats_connected: {
    kind: 'gauge',
    help: '1 while this node reaches NATS; 0 while it does not, and without the option nats.',
  },
  emostream_nats_disconnects_total: { kind: 'counter', help: 'Times that the connection to NATS was lost.' },
  emostream_nats_events_total: {
    kind: 'counter',
    help: 'Events of this node’s rooms on their way to the other nodes: published (stored), sent once more as it was not known whether they were, lost as they could not be sent in time; and people whose events were purged.',
    labels: ['what'],
    known: [{ what: 'published' }, { what: 'republished' }, { what: 'lost' }, { what: 'purged-person' }],
  },
  emostream_nats_pending_events: {
    kind: 'gauge',
    help: 'Events of this node’s rooms that are not known to be stored in NATS.',
  },
  emostream_nats_rooms_read: {
    kind: 'gauge',
    help: 'Rooms that are read from NATS: those of other nodes that somebody listens to here, and the past of this node’s own.',
  },
} as const;
