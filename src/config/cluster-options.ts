import { int, list, optionalText } from './fields.js';

/** How this server is one node of many. */
export const clusterOptions = {
  nats: list(
    'NATS servers (JetStream on) that this node shares rooms and events with other nodes by: `nats://HOST:PORT`, or `tls://…`, all of one cluster. Without them this server is alone.',
  ),
  nodeUrl: optionalText(
    'With nats: the address (https://…) by which clients and other nodes’ clients reach this very node; that it listens on if not given.',
  ),
  nodeInnerUrl: optionalText(
    'With nats: the address (http://…) by which the other nodes reach this one. Where each has one, who asks any node is handed through to the one that has the room: clients need reach one address only, the nodeUrl of all.',
  ),
  natsCreds: optionalText('Path of the NATS credentials file (`.creds`); read anew at every connecting.'),
  natsTokenFile: optionalText('Path of a file that holds the NATS token, in place of natsCreds; read anew, too.'),
  natsCa: optionalText('Path of the certificates (PEM) that NATS’s own is checked by; those of Node.js if not given.'),
  natsStreamBytes: int(
    'Bytes of events in NATS that nodes tell each other of; at the bound the oldest go. A person’s take some 2.5 kB a second, for 30 s and journalRetention.',
    'bytes',
    1_073_741_824,
    1_048_576,
    1_099_511_627_776,
  ),
};
