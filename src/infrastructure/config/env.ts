import { createHash } from 'node:crypto';
import { resolve } from 'node:path';

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
import { parseRates, type Rates } from './rates.js';

/** The configuration, which is read once at start. */
export interface Env {
  readonly production: boolean;
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** `mysql://…`; `null` selects the SQLite file in `dataDir`. */
  readonly databaseUrl: string | null;
  readonly databasePool: number;
  /** `redis://…` of one server, or of several servers of a cluster; empty for a single node. */
  readonly redisUrls: readonly string[];
  /** Whether the load balancer sends all requests of a client to the same node. */
  readonly stickySessions: boolean;
  /** Newest first: the first key signs, all keys verify. */
  readonly jwtKeys: readonly SigningKey[];
  readonly accessTokenTtlMs: number;
  readonly refreshTokenTtlMs: number;
  readonly rooms: readonly string[];
  /** This server's public URL without a trailing slash: the base of links in e-mails. */
  readonly publicUrl: string;
  /** The SMTP server and the sender. `log` writes e-mails to the log; null sends none. */
  readonly mail: { readonly smtpUrl: string; readonly from: string } | 'log' | null;
  readonly corsOrigins: readonly string[];
  /** Whether openapi.json, asyncapi.json and Swagger UI are served. */
  readonly docs: boolean;
  /** How many proxies to trust; `true` trusts all. */
  readonly trustProxy: boolean | number;
  /** The rate limits by name; null disables them. */
  readonly rates: Rates | null;
  /** Sockets per user and node; null for no limit. */
  readonly connectionsPerUser: number | null;
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  readonly presenceGraceMs: number;
  readonly logLevel: string;
  /** The port of a separate metrics listener; `null` for none. */
  readonly metricsPort: number | null;
  /** The bearer token of `/metrics`; with neither a token nor a port there are no metrics. */
  readonly metricsToken: string | null;
  /** The OTLP collector, which receives traces at `/v1/traces`; `null` for no traces. */
  readonly otlpEndpoint: string | null;
  /** `service.name` of this server's spans. */
  readonly serviceName: string;
  readonly drainMs: number;
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

interface Variable<T> {
  readonly description: string;
  /** The value of an unset or empty variable; also shown in `.env.example`. */
  readonly fallback: string;
  /** @throws Error whose message states the valid values */
  readonly parse: (value: string) => T;
}

type Variables<V> = { readonly [K in keyof V]: Variable<V[K]> };

type Values = typeof VARIABLES extends Variables<infer V> ? V : never;

/** Every variable that GoChat reads, in the order of `.env.example`. */
export const VARIABLES = described({
  NODE_ENV: variable(
    '`production` requires real secrets and a database URL; or `development`, `test`',
    'development',
    oneOf(['production', 'development', 'test']),
  ),
  PORT: variable('TCP port for REST and socket', '3000', integer(0, 65_535)),
  HOST: variable('address to listen on; `::` listens on all IPv6 and IPv4 addresses', '::', text),
  DATA_DIR: variable('folder for the SQLite file and the development signing key', './data', (value) => resolve(value)),
  DATABASE_URL: variable(
    '`mysql://user:password@host:3306/name` for MySQL or MariaDB; default: SQLite',
    '',
    databaseUrl,
  ),
  DATABASE_POOL: variable('maximum number of database connections (MySQL and MariaDB)', '10', integer(1, 1_000)),
  REDIS_URL: variable(
    '`redis://host:6379`, Redis 7 or newer, connects several nodes on one database; for a Redis Cluster, a comma-separated list',
    '',
    redisUrls,
  ),
  STICKY_SESSIONS: variable(
    '`true` if your load balancer sends all requests of a client to the same node; with several nodes, HTTP long polling needs it',
    'false',
    flag,
  ),
  JWT_SECRET: variable(`secret that signs tokens, ${MIN_SECRET_BYTES} bytes or more`, '', secret),
  JWT_KEYS: variable('`kid:secret,…`, newest first, instead of JWT_SECRET, to rotate keys', '', keys),
  ACCESS_TOKEN_TTL: variable('lifetime of an access token: a number with s, m, h or d', '15m', duration),
  REFRESH_TOKEN_TTL: variable('lifetime of an unused refresh token', '60d', duration),
  ROOMS: variable('public rooms, comma-separated, created at start', 'general,tech,random', roomNames),
  PUBLIC_URL: variable(
    'public URL of this server, the base of links in e-mails; default: http://localhost with PORT',
    '',
    publicUrl,
  ),
  SMTP_URL: variable(
    'mail server, `smtp://user:password@host:587` or `smtps://…`; default: e-mails are logged in development, not sent in production',
    '',
    smtpUrl,
  ),
  MAIL_FROM: variable('sender of e-mails, such as `GoChat <chat@example.org>`', '', sender),
  CORS_ORIGINS: variable('web origins allowed to call the API, comma-separated; `*` allows any', '', origins),
  DOCS: variable(
    '`on` or `off`: serve openapi.json, asyncapi.json and Swagger UI at docs; default: on in development, off in production',
    '',
    onOrOff,
  ),
  TRUST_PROXY: variable(
    'how many proxies to trust for X-Forwarded-For, or `true` for all; too high a number lets clients fake their IP address',
    'false',
    proxies,
  ),
  RATE_LIMITS: variable(
    'changes to the defaults shown by `GET /config`, such as `send=500/10s,login=100/10m`; `off` disables limits, except in production',
    '',
    parseRates,
  ),
  CONNECTIONS_PER_USER: variable('maximum number of sockets per user and node', '50', integer(1, 1_000_000)),
  PING_INTERVAL_MS: variable('milliseconds between heartbeats of a socket', '25000', integer(100, 600_000)),
  PING_TIMEOUT_MS: variable(
    'milliseconds without a heartbeat reply until a socket is closed',
    '20000',
    integer(100, 600_000),
  ),
  PRESENCE_GRACE_MS: variable(
    'milliseconds until a user appears offline after their last connection closed',
    '5000',
    integer(0, 600_000),
  ),
  LOG_LEVEL: variable(`one of ${LOG_LEVELS.join(' ')}`, 'info', oneOf(LOG_LEVELS)),
  METRICS_PORT: variable('separate TCP port that serves only Prometheus `/metrics`, for a private network', '', port),
  METRICS_TOKEN: variable(
    `bearer token for \`/metrics\`, ${MIN_METRICS_TOKEN_BYTES} bytes or more; without METRICS_PORT, metrics are served on PORT`,
    '',
    metricsToken,
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: variable(
    'collector for OpenTelemetry traces, such as `http://collector:4318`; default: no traces',
    '',
    httpUrl,
  ),
  OTEL_SERVICE_NAME: variable('name of this service in traces', 'gochat', text),
  DRAIN_SECONDS: variable('maximum duration of a shutdown in seconds', '8', integer(0, 600)),
});

/** Thrown when the environment is invalid. The message lists every fault, one per line. */
export class EnvError extends Error {
  override readonly name = 'EnvError';

  constructor(readonly faults: string[]) {
    super(`The environment is invalid:\n  ${faults.join('\n  ')}`);
  }
}

/**
 * Reads and validates the environment; the result is frozen.
 * @throws EnvError that lists all faults at once
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
