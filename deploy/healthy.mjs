// For a container's health check: ends with 0 if the server on this machine answers on /healthz, by the same environment
// variables as the server. Its certificate is not looked at: it names another host than loopback.
import { get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';

const { EMOSTREAM_HTTP_PORT: port = '8080', EMOSTREAM_TLS_CERT: certificate } = process.env;
const options = { host: '127.0.0.1', port, path: '/healthz', timeout: 4000, rejectUnauthorized: false };

const request = (certificate ? getSecure : getPlain)(options, (response) => {
  response.resume();
  if (response.statusCode !== 200) fail(`/healthz answers ${response.statusCode}`);
});
request.on('timeout', () => request.destroy(new Error('no answer in 4 s')));
request.on('error', (error) => fail(error.message));

/** @param {string} why */
function fail(why) {
  console.error(`emostream is not healthy on port ${port}: ${why}`);
  process.exitCode = 1;
}
