/** The paths and packages that the rules name: a file's suffix is its layer, its folder is its feature. */

/** In order of dependency: a feature may import those after it, never one before it. */
export const FEATURES = [
  ...['client-config', 'account', 'account-recovery'],
  ...['sync', 'search', 'messages', 'members', 'member-state', 'conversations', 'presence', 'read-models', 'blocks'],
  ...['auth', 'sessions', 'users'],
];

export const SUFFIXES = [
  ...['service', 'store', 'dto'],
  ...['repository', 'queries', 'entity', 'adapter'],
  ...['controller', 'guard', 'strategy', 'decorator', 'decorators', 'pipe', 'filter', 'gateway'],
  ...['module', 'spec'],
];

export const anyFeature = `(${FEATURES.join('|')})`;
export const SPEC = '\\.spec\\.ts$';
export const ENTITY = '\\.entity\\.ts$';

export const DOMAIN = `^src/(${FEATURES.join('|')}|common)/[^.]+\\.ts$`;
export const EVENTS = '^src/domain-events\\.ts$';
/** Views that several features show, as plain data. */
export const VIEWS = '^src/read-models/.+\\.view\\.dto\\.ts$';
export const USE_CASE = '^src/.+\\.(service|store|dto)\\.ts$';
export const INFRASTRUCTURE = [
  `^src/${anyFeature}/.+\\.adapter\\.ts$`,
  '^src/.+\\.(repository|queries|entity)\\.ts$',
  '^src/infrastructure/(database|data-owners|redis|rate-limits)/',
];
export const DELIVERY = [
  '^src/.+\\.(controller|guard|strategy|decorator|pipe|filter|gateway)\\.ts$',
  '^src/(delivery|realtime|api-docs)/',
];
export const START = '^src/(main|admin|server|app\\.module|entities)\\.ts$';
export const WIRING = [START, '^src/.+\\.module\\.ts$'];
/** Registration and login (`auth.*`), which use users. The rest of auth is tokens and passwords. */
export const AUTH_ENTRY = '^src/auth/auth\\.';

export const npm = (...names) => `(^|/)node_modules/(${names.join('|')})(/|$)`;
export const ANY_NPM = '(^|/)node_modules/';
export const TYPEORM = npm('typeorm', '@nestjs/typeorm', 'better-sqlite3', '@types/better-sqlite3', 'mysql2');
export const SOCKET_IO = npm(
  'socket\\.io[^/]*',
  'engine\\.io[^/]*',
  '@nestjs/websockets',
  '@nestjs/platform-socket\\.io',
  '@socket\\.io/[^/]+',
);
export const FASTIFY = npm('fastify', '@fastify/[^/]+', '@nestjs/platform-fastify');

export const rule = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });
