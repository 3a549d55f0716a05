import { DOMAIN, FASTIFY, npm, rule, SOCKET_IO, SPEC, START, TYPEORM, USE_CASE } from './patterns.mjs';

/** The parts of the server that may import each library. */
export const libraryRules = [
  rule(
    'only-storage-imports-typeorm',
    'Only repositories, queries, entities, infrastructure/database and the wiring use TypeORM and the drivers: the rest is testable without a database.',
    {
      path: '^src/',
      pathNot: ['^src/.+\\.(repository|queries|entity|module)\\.ts$', '^src/infrastructure/database/', SPEC],
    },
    { path: TYPEORM },
  ),
  rule(
    'only-realtime-imports-socket-io',
    'Socket.IO is a detail of realtime; other code uses use cases and events.',
    { path: '^src/', pathNot: ['^src/realtime/', '^src/(main|server)\\.ts$', SPEC] },
    { path: SOCKET_IO },
  ),
  rule(
    'only-infrastructure-imports-redis',
    'infrastructure/redis and rate-limits use the Redis client; other code publishes through RedisPubSub.',
    { path: '^src/', pathNot: ['^src/infrastructure/(redis|rate-limits)/', SPEC] },
    { path: npm('ioredis') },
  ),
  rule(
    'only-the-smtp-adapter-imports-nodemailer',
    'Features compose e-mails; one adapter knows how they are delivered.',
    { path: '^src/', pathNot: ['^src/infrastructure/mail/smtp-mailer\\.adapter\\.ts$', SPEC] },
    { path: npm('nodemailer') },
  ),
  rule(
    'only-delivery-imports-fastify',
    'The HTTP server is a detail of delivery, controllers and the entry points.',
    { path: '^src/', pathNot: ['^src/(delivery|api-docs)/', '^src/.+\\.controller\\.ts$', START, SPEC] },
    { path: FASTIFY },
  ),

  rule(
    'telemetry-imports-no-observed-code',
    'Observed code calls telemetry with names and numbers, so that it can change without telemetry changing.',
    { path: '^src/infrastructure/telemetry/', pathNot: SPEC },
    { path: '^src/', pathNot: '^src/(infrastructure/(telemetry|config)|common)/' },
  ),
  rule(
    'use-cases-do-not-import-telemetry',
    'Delivery and the database time and trace use cases from outside. A service may log through LOGGER.',
    { path: [DOMAIN, USE_CASE], pathNot: '^src/(delivery|realtime)/' },
    { path: '^src/infrastructure/telemetry/', pathNot: '^src/infrastructure/telemetry/logger\\.ts$' },
  ),
  rule(
    'only-telemetry-imports-prometheus-and-opentelemetry',
    'The libraries are loaded only if enabled; other code uses the Metrics and Tracing classes.',
    { path: '^src/', pathNot: '^src/infrastructure/telemetry/' },
    { path: npm('prom-client', '@opentelemetry/[^/]+') },
  ),
];
