/** Names of variables that may hold a secret: the process that decodes foreign media gets none. */
const SECRET = /^EMOSTREAM_|SECRET|TOKEN|PASSW|CREDENTIAL|PRIVATE|_KEY$|^KEY_|AUTH|COOKIE/i;

/** The environment without what is nobody's business. */
export function childEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !SECRET.test(name)));
}
