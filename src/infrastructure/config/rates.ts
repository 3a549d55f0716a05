/** So many within a window, which begins with the first. */
export interface Rate {
  readonly limit: number;
  /** Whole seconds. */
  readonly windowMs: number;
}

/** What is counted by: a user over all of their devices, the address that asks, or whom it is about. */
type Subject = 'user' | 'address' | 'target';

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;

/**
 * What is limited. By user it is generous to a phone that empties its outbox after a day in a tunnel, by address to the
 * many that share one (RFC 6598). Health and files are not limited.
 */
export const RATES = {
  /** Whatever a user asks, over REST and socket together; the next ones are charged besides. */
  request: { per: 'user', limit: 1_200, windowMs: 10 * SECOND },
  send: { per: 'user', limit: 300, windowMs: 10 * SECOND },
  /** Looking whether a send was stored before, where none is left. */
  repeat: { per: 'user', limit: 60, windowMs: 10 * SECOND },
  /** Edits, reactions, memberships, profile, blocks. */
  write: { per: 'user', limit: 300, windowMs: 10 * SECOND },
  /** Read and delivered: a client in many busy conversations moves them several times a second. */
  mark: { per: 'user', limit: 600, windowMs: 10 * SECOND },
  /** Conversations, joins, members that are added. */
  create: { per: 'user', limit: 100, windowMs: MINUTE },
  typing: { per: 'user', limit: 60, windowMs: 10 * SECOND },
  search: { per: 'user', limit: 60, windowMs: 10 * SECOND },
  /** All that is held on somebody, read from end to end. */
  export: { per: 'user', limit: 5, windowMs: HOUR },
  login: { per: 'address', limit: 300, windowMs: 10 * MINUTE },
  register: { per: 'address', limit: 300, windowMs: 10 * MINUTE },
  refresh: { per: 'address', limit: 600, windowMs: MINUTE },
  handshake: { per: 'address', limit: 1_200, windowMs: MINUTE },
  /** Links by mail, of which an account gets a few an hour whoever asks. */
  mail: { per: 'address', limit: 30, windowMs: HOUR },
  /** Links by mail to one address, whoever has it in their account, now or before. */
  letter: { per: 'target', limit: 10, windowMs: HOUR },
  /** Every other route that needs no token. */
  anonymous: { per: 'address', limit: 600, windowMs: MINUTE },
  /** Wrong passwords for one account from one place, before each further one has to wait. */
  guess: { per: 'target', limit: 5, windowMs: HOUR },
  /** The same from all places where the account has not logged in of late. */
  account: { per: 'target', limit: 100, windowMs: HOUR },
} as const satisfies Readonly<Record<string, Rate & { per: Subject }>>;

export type RateName = keyof typeof RATES;
export type Rates = Readonly<Record<RateName, Rate>>;

const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR };

const isRateName = (name: string): name is RateName => Object.hasOwn(RATES, name);

export const RATE_NAMES: readonly RateName[] = Object.keys(RATES).filter(isRateName);

/**
 * `off`, or what differs from {@link RATES}: `send=500/10s,login=100/10m`, with s, m or h.
 * @returns null for `off`
 * @throws Error with what a value has to be
 */
export function parseRates(value: string): Rates | null {
  if (value === 'off') return null;
  const entries = value.split(',').filter((entry) => entry.trim() !== '');
  return { ...RATES, ...Object.fromEntries(entries.map(parseRate)) };
}

function parseRate(entry: string): [RateName, Rate] {
  const [, name = '', limit, count, unit = ''] = /^(\w+)=(\d{1,9})\/(\d{1,6})([smh])$/.exec(entry.trim()) ?? [];
  const rate = { limit: Number(limit), windowMs: Number(count) * (UNITS[unit] ?? 0) };
  if (!isRateName(name)) throw new Error(`must be off, or look like send=500/10s with one of ${RATE_NAMES.join(' ')}`);
  if (rate.limit === 0 || rate.windowMs === 0) throw new Error(`must allow ${name} once or more in a second or more`);
  return [name, rate];
}
