import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAccount, createOperator, createUser, type KeyPair } from '@nats-io/nkeys';
import { temporaryFolder } from '../../support/temporary-folder.js';

const base64url = (data: string | Uint8Array): string => Buffer.from(data).toString('base64url');

/** A claim as NATS's `nsc` writes it (https://docs.nats.io, "JWTs: in depth"): its id is the digest of it without one. */
function claim(by: KeyPair, about: KeyPair, nats: object): string {
  const claims = {
    jti: '',
    iat: Math.floor(Date.now() / 1000),
    iss: by.getPublicKey(),
    sub: about.getPublicKey(),
    nats,
  };
  const jti = createHash('sha512-256').update(JSON.stringify(claims)).digest('base64url');
  const signed = [
    { typ: 'JWT', alg: 'ed25519-nkey' },
    { ...claims, jti },
  ].map((part) => base64url(JSON.stringify(part)));
  return [...signed, base64url(by.sign(Buffer.from(signed.join('.'))))].join('.');
}

/** A NATS server's configuration with TLS and accounts, and the credentials of one who may not send events. */
export function securedNats() {
  const [operator, system, account, user] = [createOperator(), createAccount(), createAccount(), createUser()];
  const limits = { subs: -1, data: -1, payload: -1, conn: -1, leaf: -1, imports: -1, exports: -1, wildcards: true };
  const ofAccount = (one: KeyPair) => claim(operator, one, { limits, type: 'account', version: 2 });
  const userClaim = claim(account, user, {
    ...{ pub: { deny: ['events.>'] }, sub: {}, subs: -1, data: -1, payload: -1, type: 'user', version: 2 },
  });
  const seed = Buffer.from(user.getSeed()).toString();
  const folder = temporaryFolder({
    creds: `-----BEGIN NATS USER JWT-----\n${userClaim}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`,
  });
  const at = (name: string) => join(folder, name);
  const certificate = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=nats', '-addext'];
  const files = ['-keyout', at('key.pem'), '-out', at('certificate.pem')];
  execFileSync('openssl', ['req', ...certificate, 'subjectAltName=IP:127.0.0.1', ...files], { stdio: 'ignore' });
  const lines = [
    `operator: ${claim(operator, operator, { type: 'operator', version: 2 })}`,
    `system_account: ${system.getPublicKey()}`,
    'resolver: MEMORY',
    `resolver_preload: { ${[system, account].map((one) => `${one.getPublicKey()}: ${ofAccount(one)}`).join(', ')} }`,
    `tls: { cert_file: "${at('certificate.pem')}", key_file: "${at('key.pem')}" }`,
  ];
  writeFileSync(at('server.conf'), lines.join('\n'));
  return { config: at('server.conf'), creds: at('creds'), ca: at('certificate.pem') };
}
