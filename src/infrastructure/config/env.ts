import { createHash } from 'node:crypto';
import { resolve } from 'node:path';

import { parseRates, type Rates } from './rates.js';
import { developmentSecret } from './development-key.js';
import {
  databaseUrl,
  duration,
  flag,
  httpUrl,
  integer,
  keys,
  metricsToken,
  onOrOff,
  oneOf,
  origins,
  port,
  proxies,
  publicUrl,
  redisUrls,
  roomNames,
  secret,
  sender,
  smtpUrl,
  text,
  MIN_SECRET_BYTES,
  MIN_METRICS_TOKEN_BYTES,
  type SigningKey,
} from './env-parsers.js';

/** The configuration, read once at start. */
export interface Env {
  readonly production: boolean;
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** `mysql://…`, or `null` for the SQLite file in `dataDir`. */
  readonly databaseUrl: string | null;
  readonly databasePool: number;
  /** `redis://…` of one server or of several of a cluster; none for a single node. */
  readonly redisUrls: readonly string[];
  /** Whether whoever stands in front brings all requests of a client to one node. */
  readonly stickySessions: boolean;
  /** Newest first: the first one signs, all of them verify. */
  readonly jwtKeys: readonly SigningKey[];
  readonly accessTokenTtlMs: number;
  readonly refreshTokenTtlMs: number;
  readonly rooms: readonly string[];
  /** Where people reach this server, without a slash at the end: the base of links in mails. */
  readonly publicUrl: string;
  /** What takes mail, and the sender that it is told. `log`: mail is shown in the log. Null: there is none. */
  readonly mail: { readonly smtpUrl: string; readonly from: string } | 'log' | null;
  readonly corsOrigins: readonly string[];
  /** Whether the documents, and the page to try the API, are served. */
  readonly docs: boolean;
  readonly trustProxy: boolean | number;
  /** What is limited, by name; null for no limits. */
  readonly rates: Rates | null;
  /** Sockets of one user on a node; null for no limits. */
  readonly connectionsPerUser: number | null;
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  readonly presenceGraceMs: number;
  readonly logLevel: string;
  /** A listener of its own for the metrics; `null` for none. */
  readonly metricsPort: number | null;
  /** What whoever asks for the metrics has to bring; without a port of their own, `null` is none at all. */
  readonly metricsToken: string | null;
  /** Where traces go, to `/v1/traces` below it; `null` for none. */
  readonly otlpEndpoint: string | null;
  /** As what this server's spans are known. */
  readonly serviceName: string;
  readonly drainMs: number;
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

interface Variable<T> {
  readonly description: string;
  /** What counts when the variable is unset or empty; also shown in `.env.example`. */
  readonly fallback: string;
  /** @throws Error with what a value has to be */
  readonly parse: (value: string) => T;
}

type Variables<V> = { readonly [K in keyof V]: Variable<V[K]> };

type Values = typeof VARIABLES extends Variables<infer V> ? V : never;

/** Every variable that GoChat reads, in the order of `.env.example`. */
export const VARIABLES = described({
  NODE_ENV: variable(
    '`production` insists on real secrets and a database URL; or `development`, `test`',
    'development',
    oneOf(['production', 'development', 'test']),
  ),
  PORT: variable('TCP port of REST and socket', '3000', integer(0, 65_535)),
  HOST: variable('address to listen on; `::` is every one, IPv4 too', '::', text),
  DATA_DIR: variable('folder of the SQLite file and the development signing key', './data', (value) => resolve(value)),
  DATABASE_URL: variable('`mysql://user:password@host:3306/name` for MySQL or MariaDB; unset: SQLite', '', databaseUrl),
  DATABASE_POOL: variable('most database connections (MySQL and MariaDB)', '10', integer(1, 1_000)),
  REDIS_URL: variable(
    '`redis://host:6379` joins several nodes on one MySQL, Redis 7 or newer; several with commas for a Redis Cluster',
    '',
    redisUrls,
  ),
  STICKY_SESSIONS: variable(
    '`true` where the balancer brings all requests of a client to one node: only then may clients of several nodes poll',
    'false',
    flag,
  ),
  JWT_SECRET: variable(`secret that signs tokens, ${MIN_SECRET_BYTES} bytes or more`, '', secret),
  JWT_KEYS: variable('`kid:secret,…` newest first, in place of JWT_SECRET, to rotate keys', '', keys),
  ACCESS_TOKEN_TTL: variable('life of an access token: a number with s, m, h or d', '15m', duration),
  REFRESH_TOKEN_TTL: variable('life of an unused refresh token', '60d', duration),
  ROOMS: variable('public rooms that exist from the start', 'general,tech,random', roomNames),
  PUBLIC_URL: variable(
    'where people reach this server, the base of links in mails; unset: http://localhost with the port',
    '',
    publicUrl,
  ),
  SMTP_URL: variable(
    '`smtp://user:password@host:587` or `smtps://…` takes mail; unset: development logs it, production sends none',
    '',
    smtpUrl,
  ),
  MAIL_FROM: variable('sender of mail, such as `GoChat <chat@example.org>`', '', sender),
  CORS_ORIGINS: variable('web origins that may call, with commas; `*` is any', '', origins),
  DOCS: variable(
    '`on` or `off`: openapi.json, asyncapi.json and the page at docs; unset: `off` in production',
    '',
    onOrOff,
  ),
  TRUST_PROXY: variable(
    '`true`, or how many proxies stand in front: whose X-Forwarded-For is believed',
    'false',
    proxies,
  ),
  RATE_LIMITS: variable(
    'what differs from the defaults that `GET /config` tells, such as `send=500/10s,login=100/10m`; `off`, but in production',
    '',
    parseRates,
  ),
  CONNECTIONS_PER_USER: variable('most sockets of one user on a node', '50', integer(1, 1_000_000)),
  PING_INTERVAL_MS: variable('milliseconds between two heartbeats of a socket', '25000', integer(100, 600_000)),
  PING_TIMEOUT_MS: variable('milliseconds after which a silent socket is dropped', '20000', integer(100, 600_000)),
  PRESENCE_GRACE_MS: variable(
    'milliseconds that somebody stays online after their last connection ended',
    '5000',
    integer(0, 600_000),
  ),
  LOG_LEVEL: variable(`one of ${LOG_LEVELS.join(' ')}`, 'info', oneOf(LOG_LEVELS)),
  METRICS_PORT: variable('TCP port that serves Prometheus `/metrics` alone, for a private network', '', port),
  METRICS_TOKEN: variable(
    `bearer token for \`/metrics\`, ${MIN_METRICS_TOKEN_BYTES} bytes or more; without METRICS_PORT it is served on PORT`,
    '',
    metricsToken,
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: variable('`http://collector:4318` gets OpenTelemetry traces; unset: none', '', httpUrl),
  OTEL_SERVICE_NAME: variable('name of this service in traces', 'gochat', text),
  DRAIN_SECONDS: variable('most seconds that a shutdown takes', '8', integer(0, 600)),
});

/** Thrown when the environment cannot be used; the message names every fault, a line each. */
export class EnvError extends Error {
  override readonly name = 'EnvError';

  constructor(readonly faults: string[]) {
    super(`The environment is not usable:\n  ${faults.join('\n  ')}`);
  }
}

/**
 * Reads, checks and freezes the environment.
 * @throws EnvError listing all faults at once
 */
export function readEnv(source: NodeJS.ProcessEnv = process.env): Env {
  const faults: string[] = [];
  const read = <K extends keyof Values>(name: K): Values[K] => {
    const { parse, fallback }: Variable<Values[K]> = VARIABLES[name];
    try {
      return parse(source[name]?.trim() || fallback);
    } catch (error) {
      faults.push(`${name} ${error instanceof Error ? error.message : String(error)}`);
      return parse(fallback);
    }
  };

  const production = read('NODE_ENV') === 'production';
  const named = read('JWT_KEYS');
  const single = read('JWT_SECRET');
  if (production && !source['DATABASE_URL']?.trim()) faults.push('DATABASE_URL is required in production');
  if (production && !source['JWT_SECRET']?.trim() && !source['JWT_KEYS']?.trim()) {
    faults.push('JWT_SECRET (or JWT_KEYS) is required in production');
  }
  const rates = read('RATE_LIMITS');
  if (production && rates === null) faults.push('RATE_LIMITS must not be off in production');
  const port = read('PORT');
  const base = read('PUBLIC_URL');
  const smtp = read('SMTP_URL');
  const from = read('MAIL_FROM');
  if (smtp !== null && from === null) faults.push('MAIL_FROM is required with SMTP_URL');
  if (production && smtp !== null && base === null) faults.push('PUBLIC_URL is required with SMTP_URL in production');
  const settings = {
    production,
    port,
    host: read('HOST'),
    dataDir: read('DATA_DIR'),
    databaseUrl: read('DATABASE_URL'),
    databasePool: read('DATABASE_POOL'),
    redisUrls: read('REDIS_URL'),
    stickySessions: read('STICKY_SESSIONS'),
    accessTokenTtlMs: read('ACCESS_TOKEN_TTL'),
    refreshTokenTtlMs: read('REFRESH_TOKEN_TTL'),
    rooms: read('ROOMS'),
    publicUrl: base ?? `http://localhost:${port}`,
    mail:
      smtp !== null && from !== null ? Object.freeze({ smtpUrl: smtp, from }) : production ? null : ('log' as const),
    corsOrigins: read('CORS_ORIGINS'),
    docs: read('DOCS') ?? !production,
    trustProxy: read('TRUST_PROXY'),
    rates,
    connectionsPerUser: rates && read('CONNECTIONS_PER_USER'),
    pingIntervalMs: read('PING_INTERVAL_MS'),
    pingTimeoutMs: read('PING_TIMEOUT_MS'),
    presenceGraceMs: read('PRESENCE_GRACE_MS'),
    logLevel: read('LOG_LEVEL'),
    metricsPort: read('METRICS_PORT'),
    metricsToken: read('METRICS_TOKEN'),
    otlpEndpoint: read('OTEL_EXPORTER_OTLP_ENDPOINT'),
    serviceName: read('OTEL_SERVICE_NAME'),
    drainMs: read('DRAIN_SECONDS') * 1_000,
  };
  if (faults.length > 0) throw new EnvError(faults);

  const jwtKeys = named ?? [keyOf(single ?? developmentSecret(settings.dataDir))];
  return Object.freeze({ ...settings, jwtKeys });
}

function described<V>(variables: Variables<V>): Variables<V> {
  return variables;
}

function variable<T>(description: string, fallback: string, parse: (value: string) => T): Variable<T> {
  return { description, fallback, parse };
}

function keyOf(value: string): SigningKey {
  return { kid: createHash('sha256').update(`kid:${value}`).digest('hex').slice(0, 8), secret: value };
}

/** The DI token of {@link Env}. */
export const ENV = Symbol('env');
