/* Parsers of environment variables. Each throws an Error whose message states the valid values. */

/** A key that signs and verifies tokens. The header of a token names it by `kid`. */
export interface SigningKey {
  readonly kid: string;
  readonly secret: string;
}

export const MIN_SECRET_BYTES = 32;
export const MIN_METRICS_TOKEN_BYTES = 16;
const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export function text(value: string): string {
  return value;
}

function list(value: string): string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

export function integer(min: number, max: number) {
  return (value: string): number => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < min || number > max)
      throw new Error(`must be an integer from ${min} to ${max}`);
    return number;
  };
}

export function port(value: string): number | null {
  return value === '' ? null : integer(0, 65_535)(value);
}

export function metricsToken(value: string): string | null {
  if (value === '') return null;
  if (Buffer.byteLength(value) < MIN_METRICS_TOKEN_BYTES) {
    throw new Error(`must be ${MIN_METRICS_TOKEN_BYTES} bytes or longer`);
  }
  return value;
}

export function httpUrl(value: string): string | null {
  if (value === '') return null;
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    throw new Error('must look like http://host:4318');
  }
  return value;
}

export function oneOf(values: readonly string[]) {
  return (value: string): string => {
    if (!values.includes(value)) throw new Error(`must be one of ${values.join(', ')}`);
    return value;
  };
}

export function duration(value: string): number {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(value) ?? [];
  const milliseconds = Number(count) * (UNITS[unit] ?? Number.NaN);
  if (!(milliseconds > 0)) throw new Error('must be a positive number with s, m, h or d, such as 15m');
  return milliseconds;
}

export function databaseUrl(value: string): string | null {
  if (value === '') return null;
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url?.protocol !== 'mysql:' || url.pathname.length < 2) {
    throw new Error('must look like mysql://user:password@host:3306/name');
  }
  return value;
}

export function redisUrls(value: string): string[] {
  const urls = list(value);
  const isUrl = (url: string): boolean => URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol);
  if ((value !== '' && urls.length === 0) || !urls.every(isUrl))
    throw new Error('must look like redis://host:6379, or be a comma-separated list of such URLs');
  return urls;
}

/** Normalizes origins to the form that browsers send: lower case, no default port, no path. Apps may use other schemes. */
export function origins(value: string): string[] {
  return list(value).map((entry) => {
    if (entry !== '*' && !/^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]+\/?$/i.test(entry)) {
      throw new Error('must look like https://app.example, or be * or a comma-separated list of origins');
    }
    const { origin } = URL.canParse(entry) ? new URL(entry) : { origin: 'null' };
    return origin === 'null' ? entry.toLowerCase().replace(/\/$/, '') : origin;
  });
}

/** Null when unset. */
export function onOrOff(value: string): boolean | null {
  if (!['', 'on', 'off'].includes(value)) throw new Error('must be on or off');
  return value === '' ? null : value === 'on';
}

export function flag(value: string): boolean {
  if (value !== 'true' && value !== 'false') throw new Error('must be true or false');
  return value === 'true';
}

export function secret(value: string): string | null {
  if (value === '') return null;
  if (Buffer.byteLength(value) < MIN_SECRET_BYTES) throw new Error(`must be ${MIN_SECRET_BYTES} bytes or longer`);
  if (/change.?me|example|secret-?secret|your-?secret/i.test(value) || new Set(value).size < 8) {
    throw new Error('must be a random secret, such as from: openssl rand -base64 48');
  }
  return value;
}

export function keys(value: string): SigningKey[] | null {
  if (value === '') return null;
  const parsed = list(value).map((entry) => {
    const [, kid, key] = /^([\w-]{1,64}):(.+)$/.exec(entry) ?? [];
    if (kid === undefined || key === undefined) throw new Error('must look like kid:secret,kid:secret');
    return { kid, secret: secret(key) ?? '' };
  });
  if (parsed.length === 0) throw new Error('must look like kid:secret,kid:secret');
  if (new Set(parsed.map(({ kid }) => kid)).size < parsed.length) throw new Error('must not name a kid twice');
  return parsed;
}

export function roomNames(value: string): string[] {
  const names = list(value);
  if (names.some((name) => name.length > 100)) throw new Error('must hold names of at most 100 characters');
  return names;
}

export function publicUrl(value: string): string | null {
  if (value === '') return null;
  const url = URL.canParse(value) ? new URL(value) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '' || url.username !== '') {
    throw new Error('must look like https://chat.example.org');
  }
  return url.href.replace(/\/$/, '');
}

export function smtpUrl(value: string): string | null {
  if (value === '') return null;
  const url = URL.canParse(value) ? new URL(value) : null;
  if (!url || !/^smtps?:$/.test(url.protocol) || url.hostname === '') {
    throw new Error('must look like smtp://user:password@host:587');
  }
  return value;
}

const isPlainName = (name: string): boolean => /^[^"(),:;<>@[\\\]\p{Cc}]{1,100}$/u.test(name);

export function sender(value: string): string | null {
  if (value === '') return null;
  const [, name, address = value] = /^([^<]*) <([^>]*)>$/.exec(value) ?? [];
  // Special characters of a header (RFC 5322 §3.2.3) would change the sender.
  if (!/^[^@\s"(),:;<>[\\\]]{1,64}@[^@\s"(),:;<>[\\\]]{1,190}$/.test(address) || (name && !isPlainName(name))) {
    throw new Error('must look like GoChat <chat@example.org>');
  }
  return value;
}

export function proxies(value: string): boolean | number {
  return value === 'true' || value === 'false' ? value === 'true' : integer(0, 100)(value);
}
