/**
 * An origin of the web in its one form: scheme, host and port, without the scheme's default port.
 * @returns undefined for whatever is none: another scheme, a path, a wildcard, a name alone
 */
export function webOrigin(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const { origin, pathname, search, hash, username, password, hostname } = new URL(text);
  const bare = pathname === '/' && !search && !hash && !username && !password;
  return bare && !hostname.includes('*') ? origin : undefined;
}
