import { list, optionalText } from './fields.js';

/** How this server is one node of many. */
export const clusterOptions = {
  nats: list(
    'NATS servers (JetStream on) that this node shares rooms and events with other nodes by: `nats://HOST:PORT`, or `tls://…`, all of one cluster. Without them this server is alone.',
  ),
  natsCreds: optionalText('Path of the NATS credentials file (`.creds`); read anew at every connecting.'),
  natsTokenFile: optionalText('Path of a file that holds the NATS token, in place of natsCreds; read anew, too.'),
  natsCa: optionalText('Path of the certificates (PEM) that NATS’s own is checked by; those of Node.js if not given.'),
};
