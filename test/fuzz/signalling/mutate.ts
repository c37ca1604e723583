import type { Random } from '../random.js';
import type { Json, Message } from './message.js';

/** Texts that begin with @ are written out when they are sent: see `write`. */
const ODD: readonly Json[] = [
  null,
  true,
  false,
  0,
  1,
  -1,
  0.5,
  127,
  128,
  255,
  256,
  65_535,
  65_536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53,
  1e21,
  1e308,
  -1e308,
  5e-324,
  '@raw:1e999',
  '@raw:-1e999',
  '@raw:-0',
  '',
  ' ',
  'x',
  '0',
  '\u0000',
  '\r\na=candidate:x',
  '\ud800',
  '\u202e',
  '😀'.repeat(40),
  'é'.normalize('NFD'),
  '__proto__',
  'constructor',
  '%s%n%x',
  '@long:300',
  '@long:70000',
  '@many:1000',
  '@many:60000',
  '@deep:2000',
  [],
  {},
  [null],
  [[]],
  { length: 1e9 },
  { toString: 1, valueOf: null },
  { toJSON: 1, then: 1 },
  '$send',
  '$recv',
  '$own',
  '$theirs0',
  '$consumer0',
  'audio/opus',
  'video/VP8',
  'video/rtx',
  'video/ulpfec',
  'video/flexfec-03',
  'audio/CN',
  'audio/telephone-event',
  'L3T3_KEY',
  'S99T99',
  'r0',
  'sha-512',
  'client',
];
const KEYS = [
  'id',
  'type',
  '__proto__',
  'constructor',
  'toString',
  'length',
  'apt',
  'rid',
  'ssrc',
  'rtx',
  'scalabilityMode',
  'x',
];

interface Place {
  holder: Json[] | Message;
  key: string | number;
}

/** Changes one field of a message, at any depth. @param others messages whose values fit somewhere */
export function mutate(message: Message, random: Random, others: readonly Message[]): void {
  const place = random.chance(0.5) ? anyPlace(message, random) : placeBelow(message, random);
  // All of it may be removed by now.
  if (!place) return;
  const { holder, key } = place;
  const value = get(holder, key);
  switch (random.int(0, 7)) {
    case 0:
      return remove(holder, key);
    case 1:
      return put(holder, random.pick(KEYS), structuredClone(random.pick(ODD)));
    case 2:
      return put(holder, key, elsewhere(random, others));
    case 3:
      if (Array.isArray(value)) return repeat(value, random);
      return put(holder, key, nudged(value, random));
    case 4:
      return put(holder, key, nudged(value, random));
    default:
      return put(holder, key, structuredClone(random.pick(ODD)));
  }
}

/** The text of a message as it is sent. @param ids what `$…` stands for */
export function write(message: Message | string, ids: ReadonlyMap<string, string>): string {
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  const bare =
    typeof message === 'string' ? /^@(deep|long|many):(\d{1,6})$/ : /"@(raw|deep|long|many):(-?[\de]{1,6})"/g;
  return text
    .replace(bare, (_, kind: string, size: string) => {
      if (kind === 'raw') return size;
      const count = Math.min(Number.parseInt(size, 10), 300_000);
      if (kind === 'deep') return '['.repeat(count) + ']'.repeat(count);
      if (kind === 'long') return `"${'a'.repeat(count)}"`;
      return `[${Array(count).fill('{}').join()}]`;
    })
    .replace(/"\$\w+"/g, (name) => JSON.stringify(ids.get(name.slice(1, -1)) ?? 'none'));
}

/** Every place is as likely as every other. */
function anyPlace(message: Message, random: Random): Place | undefined {
  const places = placesOf(message);
  return places.length > 0 ? random.pick(places) : undefined;
}

/** Every branch is as likely as its sisters, so that what stands once is changed as often as what stands in long lists. */
function placeBelow(holder: Json[] | Message, random: Random): Place | undefined {
  const keys = Object.keys(holder);
  if (keys.length === 0) return undefined;
  const key = random.pick(keys);
  const value = get(holder, key);
  const below =
    typeof value === 'object' && value !== null && random.chance(0.9) ? placeBelow(value, random) : undefined;
  return below ?? { holder, key: Array.isArray(holder) ? Number(key) : key };
}

function placesOf(holder: Json[] | Message): Place[] {
  const own: Place[] = Object.keys(holder).map((key) => ({ holder, key: Array.isArray(holder) ? Number(key) : key }));
  const nested = Object.values(holder).filter((value) => typeof value === 'object' && value !== null);
  return [...own, ...nested.flatMap((value) => placesOf(value))];
}

function get(holder: Json[] | Message, key: string | number): Json {
  return (holder as Message)[key] ?? null;
}

function put(holder: Json[] | Message, key: string | number, value: Json): void {
  if (Array.isArray(holder) && typeof key === 'string') return void holder.push(value);
  // Defined, not assigned: `__proto__` is to be a key like any other.
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function remove(holder: Json[] | Message, key: string | number): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
}

function elsewhere(random: Random, others: readonly Message[]): Json {
  const { holder, key } = random.pick(placesOf(random.pick(others)));
  return structuredClone(get(holder, key));
}

function repeat(list: Json[], random: Random): void {
  const times = random.pick([1, 2, 10, 300]);
  const copies = structuredClone(list);
  for (let i = 0; i < times && list.length < 2000; i++) list.push(...structuredClone(copies));
}

function nudged(value: Json, random: Random): Json {
  if (typeof value === 'number')
    return random.pick([value + 1, value - 1, -value, value + 0.5, value * 2 ** 32, String(value)]);
  if (typeof value === 'string') {
    const at = random.int(0, value.length);
    const inserted = random.pick(['\n', '\u0000', ' ', '"', 'A', '😀', '\ud800', ':']);
    return random.pick([
      value.toUpperCase(),
      value.slice(0, at),
      value.slice(0, at) + inserted + value.slice(at),
      value + value,
    ]);
  }
  if (typeof value === 'boolean') return random.pick([!value, Number(value), String(value)]);
  return random.pick([[value], { value }]);
}
