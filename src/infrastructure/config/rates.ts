/** At most `limit` uses per window. A window begins with its first use. */
export interface Rate {
  readonly limit: number;
  /** Whole seconds. */
  readonly windowMs: number;
}

/** The subject of a count: a user over all devices, the client's address, or the account or address concerned. */
type Subject = 'user' | 'address' | 'target';

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;

/**
 * The default rate limits. Limits per user allow for a phone that flushes its outbox after a day offline; limits per
 * address for the many clients behind one address (RFC 6598). Health and static files are not limited.
 */
export const RATES = {
  /** Every request and command of a user. The rates below are charged in addition. */
  request: { per: 'user', limit: 1_200, windowMs: 10 * SECOND },
  send: { per: 'user', limit: 300, windowMs: 10 * SECOND },
  /** Checking whether a send is a repeat, after `send` is used up. */
  repeat: { per: 'user', limit: 60, windowMs: 10 * SECOND },
  /** Edits, reactions, memberships, profile, blocks. */
  write: { per: 'user', limit: 300, windowMs: 10 * SECOND },
  /** Read markers and delivery receipts, which a client in busy conversations moves several times a second. */
  mark: { per: 'user', limit: 600, windowMs: 10 * SECOND },
  /** Creating and joining conversations, adding members. */
  create: { per: 'user', limit: 100, windowMs: MINUTE },
  typing: { per: 'user', limit: 60, windowMs: 10 * SECOND },
  search: { per: 'user', limit: 60, windowMs: 10 * SECOND },
  /** The export of an account, which reads all of its data. */
  export: { per: 'user', limit: 5, windowMs: HOUR },
  login: { per: 'address', limit: 300, windowMs: 10 * MINUTE },
  register: { per: 'address', limit: 300, windowMs: 10 * MINUTE },
  refresh: { per: 'address', limit: 600, windowMs: MINUTE },
  handshake: { per: 'address', limit: 1_200, windowMs: MINUTE },
  /** Requests for e-mailed links, per client address. */
  mail: { per: 'address', limit: 30, windowMs: HOUR },
  /** E-mailed links per recipient address, whichever account has it now or had it before. */
  letter: { per: 'target', limit: 10, windowMs: HOUR },
  /** All other routes without a token. */
  anonymous: { per: 'address', limit: 600, windowMs: MINUTE },
  /** Wrong passwords for one account from one source, before each further attempt must wait. */
  guess: { per: 'target', limit: 5, windowMs: HOUR },
  /** Wrong passwords for one account from all sources where it has not logged in recently. */
  account: { per: 'target', limit: 100, windowMs: HOUR },
} as const satisfies Readonly<Record<string, Rate & { per: Subject }>>;

export type RateName = keyof typeof RATES;
export type Rates = Readonly<Record<RateName, Rate>>;

const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR };

const isRateName = (name: string): name is RateName => Object.hasOwn(RATES, name);

export const RATE_NAMES: readonly RateName[] = Object.keys(RATES).filter(isRateName);

/**
 * Parses `off`, or changes to {@link RATES}: `send=500/10s,login=100/10m`, with s, m or h.
 * @returns null for `off`
 * @throws Error whose message states the valid values
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
  if (rate.limit === 0 || rate.windowMs === 0) throw new Error(`must allow ${name} at least once per second or longer`);
  return [name, rate];
}
