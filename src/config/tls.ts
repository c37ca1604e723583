import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { EmostreamError, firstLine } from '../common/errors.js';
import type { Config } from './schema.js';

type TlsPaths = Pick<Config, 'tlsCert' | 'tlsKey'>;
type TlsOption = keyof TlsPaths;

export interface TlsProblem {
  option: TlsOption;
  message: string;
}

export interface TlsFiles {
  cert: Buffer;
  key: Buffer;
  certificate: X509Certificate;
}

/** Reads certificate and key and tries them: what is wrong with them is found here, not by the first browser. */
export function inspectTls(paths: { tlsCert: string; tlsKey: string }): { files?: TlsFiles; problems: TlsProblem[] } {
  const problems: TlsProblem[] = [];
  const tell = (option: TlsOption) => (message: string) => void problems.push({ option, message });
  const cert = read(paths.tlsCert, tell('tlsCert'));
  const certificate = cert && parseCertificate(paths.tlsCert, cert, tell('tlsCert'));
  const key = read(paths.tlsKey, tell('tlsKey'));
  const privateKey = key && parseKey(paths.tlsKey, key, tell('tlsKey'));
  if (!cert || !key || !certificate || !privateKey) return { problems };
  if (!certificate.checkPrivateKey(privateKey)) {
    tell('tlsKey')(`${paths.tlsKey} is not the key of the certificate in ${paths.tlsCert}`);
  } else {
    try {
      createSecureContext({ cert, key });
    } catch (error) {
      // The rest of the chain, a key that OpenSSL finds too weak, …
      tell('tlsCert')(`${paths.tlsCert} cannot be used: ${firstLine(error)}`);
    }
  }
  return problems.length > 0 ? { problems } : { files: { cert, key, certificate }, problems };
}

/**
 * Certificate and key for the HTTPS server; undefined where none is configured.
 * @throws EmostreamError CONFIG_INVALID
 */
export function loadTls({ tlsCert, tlsKey }: TlsPaths): TlsFiles | undefined {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  const { files, problems } = inspectTls({ tlsCert, tlsKey });
  if (files) return files;
  throw new EmostreamError('CONFIG_INVALID', problems.map(({ option, message }) => `${option}: ${message}`).join('; '));
}

/** What does not keep the server from starting: only browsers refuse a certificate that has expired. */
export function certificateWarning(certificate: X509Certificate, nowMs: number): string | undefined {
  const { validFrom, validTo } = certificate;
  if (nowMs > Date.parse(validTo)) return `the TLS certificate has expired (${validTo}): browsers refuse it`;
  if (nowMs < Date.parse(validFrom)) return `the TLS certificate is not valid before ${validFrom}: browsers refuse it`;
  return undefined;
}

function read(path: string, tell: (message: string) => void): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    tell(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? firstLine(error)})`);
    return undefined;
  }
}

function parseCertificate(path: string, pem: Buffer, tell: (message: string) => void): X509Certificate | undefined {
  try {
    // X509Certificate reads DER too, which the TLS server does not.
    if (pem.includes('-----BEGIN')) return new X509Certificate(pem);
  } catch {
    // Told below.
  }
  tell(`${path} holds no certificate in PEM form ("-----BEGIN CERTIFICATE-----")`);
  return undefined;
}

function parseKey(path: string, pem: Buffer, tell: (message: string) => void): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    // PKCS #8 says it in the label, the older form in a header (RFC 7468 §11, RFC 1421 §4.6.1.1).
    const locked = pem.includes('ENCRYPTED');
    tell(
      locked
        ? `${path} is encrypted, and there is no option for a passphrase: take it off (\`openssl pkey\`)`
        : `${path} holds no private key in PEM form ("-----BEGIN PRIVATE KEY-----")`,
    );
    return undefined;
  }
}
