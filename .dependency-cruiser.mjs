/**
 * The architecture as import rules: a file's suffix is its layer, its folder is its feature. ARCHITECTURE.md draws it.
 * Specs belong to no layer.
 */

/** In order of dependency: a feature may import those after it, never one before it. */
const FEATURES = [
  ...['client-config', 'account', 'account-recovery'],
  ...['sync', 'search', 'messages', 'members', 'member-state', 'conversations', 'presence', 'read-models', 'blocks'],
  ...['auth', 'sessions', 'users'],
];

const SUFFIXES = [
  ...['service', 'store', 'dto'],
  ...['repository', 'queries', 'entity', 'adapter'],
  ...['controller', 'guard', 'strategy', 'decorator', 'decorators', 'pipe', 'filter', 'gateway'],
  ...['module', 'spec'],
];

const anyFeature = `(${FEATURES.join('|')})`;
const SPEC = '\\.spec\\.ts$';
const ENTITY = '\\.entity\\.ts$';

const DOMAIN = `^src/(${FEATURES.join('|')}|common)/[^.]+\\.ts$`;
const EVENTS = '^src/domain-events\\.ts$';
/** Views that several features show, as plain data. */
const VIEWS = '^src/read-models/.+\\.view\\.dto\\.ts$';
const USE_CASE = '^src/.+\\.(service|store|dto)\\.ts$';
const INFRASTRUCTURE = [
  `^src/${anyFeature}/.+\\.adapter\\.ts$`,
  '^src/.+\\.(repository|queries|entity)\\.ts$',
  '^src/infrastructure/(database|data-owners|redis|rate-limits)/',
];
const DELIVERY = [
  '^src/.+\\.(controller|guard|strategy|decorator|pipe|filter|gateway)\\.ts$',
  '^src/(delivery|realtime|api-docs)/',
];
const START = '^src/(main|admin|server|app\\.module|entities)\\.ts$';
const WIRING = [START, '^src/.+\\.module\\.ts$'];
/** Registration and login (`auth.*`), which use users. The rest of auth is tokens and passwords. */
const AUTH_ENTRY = '^src/auth/auth\\.';

const npm = (...names) => `(^|/)node_modules/(${names.join('|')})(/|$)`;
const ANY_NPM = '(^|/)node_modules/';
const TYPEORM = npm('typeorm', '@nestjs/typeorm', 'better-sqlite3', '@types/better-sqlite3', 'mysql2');
const SOCKET_IO = npm(
  'socket\\.io[^/]*',
  'engine\\.io[^/]*',
  '@nestjs/websockets',
  '@nestjs/platform-socket\\.io',
  '@socket\\.io/[^/]+',
);
const FASTIFY = npm('fastify', '@fastify/[^/]+', '@nestjs/platform-fastify');

const rule = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });

/**
 * One rule per feature. Entities are exempt, because foreign keys follow the schema. So is the entry of auth, which has
 * a rule of its own.
 */
const featureDirection = FEATURES.slice(1).map((feature, index) => {
  const left = FEATURES.slice(0, index + 1);
  return rule(
    `${feature}-knows-nothing-to-its-left`,
    `Features depend in one direction, ${FEATURES.join(' → ')}: ${feature} must work without ${left.join(', ')}, so that those can change or be removed.`,
    { path: `^src/${feature}/`, pathNot: [SPEC, ENTITY, AUTH_ENTRY] },
    // Views use the types and bounds of domain files.
    { path: `^src/(${left.join('|')})/`, ...(feature === 'read-models' && { pathNot: DOMAIN }) },
  );
});

export default {
  forbidden: [
    rule(
      'no-circular-imports',
      'Two files that import each other cannot be read, tested or moved separately.',
      {},
      { circular: true },
    ),
    ...featureDirection,
    rule(
      'auth-entry-imports-users-and-sessions-only',
      'Registration and login create and find users and sessions; they need no conversation.',
      { path: AUTH_ENTRY, pathNot: SPEC },
      { path: '^src/(account|account-recovery|sync|search|messages|members|member-state|conversations|presence)/' },
    ),
    rule(
      'features-do-not-import-the-auth-entry',
      'Features use sessions and tokens. Only deleting and recovering an account check the password again.',
      { path: `^src/${anyFeature}/`, pathNot: [SPEC, AUTH_ENTRY, '^src/(account|account-recovery)/'] },
      { path: AUTH_ENTRY },
    ),
    rule(
      'entities-import-only-entities-of-other-features',
      'An entity refers to another feature by foreign key only.',
      { path: `^src/${anyFeature}/.+\\.entity\\.ts$` },
      { path: `^src/${anyFeature}/`, pathNot: ['^src/$1/', ENTITY] },
    ),
    rule(
      'common-imports-only-common',
      'Every feature uses the helpers of common, so they must not depend on anything else.',
      { path: '^src/common/', pathNot: SPEC },
      { path: '^src/', pathNot: '^src/common/' },
    ),
    rule(
      'config-imports-only-common',
      'The configuration is read before anything else is built.',
      { path: '^src/infrastructure/config/', pathNot: SPEC },
      { path: '^src/', pathNot: '^src/(common|infrastructure/config)/' },
    ),
    rule(
      'infrastructure-imports-no-feature',
      'A new feature changes no file of the database, Redis or mail: the wiring passes in what they need, such as the entities.',
      { path: '^src/infrastructure/', pathNot: SPEC },
      { path: `^src/${anyFeature}/` },
    ),
    rule(
      'rate-limits-import-no-feature',
      'Callers name the rate and the key; the counters see keys and numbers. They may use configuration, Redis with its limiter library, and the logger.',
      { path: '^src/infrastructure/rate-limits/', pathNot: SPEC },
      {
        path: '^(src|node_modules)/',
        pathNot: [
          '^src/(infrastructure/(rate-limits|config|redis)|common)/',
          npm('rate-limiter-flexible', 'ioredis', 'pino'),
        ],
      },
    ),
    rule(
      'health-imports-no-feature',
      'Health must answer while a feature is broken, so it depends on none.',
      { path: '^src/health/', pathNot: SPEC },
      { path: `^src/(${FEATURES.join('|')}|realtime)/` },
    ),
    rule(
      'only-wiring-imports-health',
      'Health observes the other parts; only the wiring refers to it.',
      { path: '^src/', pathNot: ['^src/health/', START] },
      { path: '^src/health/' },
    ),

    rule(
      'files-have-a-known-suffix',
      `The suffix places a file in a layer: one of ${SUFFIXES.join(', ')}, or none for the domain.`,
      { path: `^src/${anyFeature}/.+\\.[^/]+\\.ts$`, pathNot: `\\.(${SUFFIXES.join('|')})\\.ts$` },
      {},
    ),

    rule(
      'domain-imports-only-domain',
      'Domain files hold plain types and pure functions, which are tested by tables and independent of frameworks.',
      { path: DOMAIN },
      { path: '^src/', pathNot: [DOMAIN, EVENTS, VIEWS] },
    ),
    rule(
      'domain-names-events-and-views-as-types',
      'A pure function returns events and views as plain data; the bus and the decorators of a view stay outside.',
      { path: DOMAIN },
      { path: [EVENTS, VIEWS], dependencyTypesNot: ['type-only'] },
    ),
    rule(
      'domain-imports-no-package',
      'The domain needs no package except the one that generates ids.',
      { path: DOMAIN },
      { dependencyTypesNot: ['local', 'core', 'unknown'], pathNot: ['^src/', npm('uuid')] },
    ),
    rule(
      'domain-does-no-io',
      'A pure function reads no file, socket or process. Hashing is pure.',
      { path: DOMAIN },
      { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    ),

    rule(
      'events-import-views-and-domain-only',
      'An event carries domain types and the views of read-models; it depends neither on its publisher nor on its listeners.',
      { path: EVENTS },
      { pathNot: [DOMAIN, '^src/read-models/.+\\.dto\\.ts$'] },
    ),

    rule(
      'use-cases-do-not-import-delivery',
      'REST and socket call the same use case, so it must not depend on either. The wiring imports use cases, not the reverse.',
      { path: USE_CASE, pathNot: '^src/(delivery|realtime|api-docs)/' },
      { path: [...DELIVERY, ...WIRING] },
    ),
    rule(
      'use-cases-import-no-tables-or-connections',
      'A use case calls a port, or its own feature’s repository where no port exists. Tables and connections are details of those.',
      { path: USE_CASE },
      { path: ['^src/.+\\.entity\\.ts$', '^src/infrastructure/(database|data-owners|redis)/'] },
    ),
    rule(
      'repositories-are-private-to-their-feature',
      'Other features call the service, which applies the rules, or a query in read-models.',
      { path: '^src/([^/]+)/.+\\.(service|store|dto)\\.ts$' },
      { path: '^src/.+\\.(repository|queries|adapter)\\.ts$', pathNot: '^src/$1/' },
    ),
    rule(
      'ports-do-not-import-implementations',
      'A port states a need; the repository and the in-memory store implement it.',
      { path: '^src/.+\\.(store|dto)\\.ts$' },
      { path: '^src/.+\\.(service|repository|queries|entity|adapter)\\.ts$' },
    ),
    rule(
      'use-cases-import-few-packages',
      'A service needs dependency injection, the logger’s type and a bounded cache, a DTO its decorators. Other techniques must be replaceable without changing a use case.',
      { path: USE_CASE },
      {
        path: ANY_NPM,
        pathNot: npm(
          '@nestjs/common',
          '@nestjs/swagger',
          '@nestjs/terminus',
          'class-transformer',
          'class-validator',
          'class-validator-jsonschema',
          'lru-cache',
          'pino',
        ),
      },
    ),
    rule(
      'only-dtos-import-validation-and-swagger',
      'DTOs describe validation and documentation; a service receives validated data.',
      { path: '^src/.+\\.(service|store)\\.ts$' },
      { path: npm('@nestjs/swagger', 'class-validator', 'class-transformer', 'class-validator-jsonschema') },
    ),

    rule(
      'infrastructure-does-not-import-use-cases-or-delivery',
      'A repository implements a port with types of the domain; it calls no use case and serves no client.',
      { path: INFRASTRUCTURE, pathNot: SPEC },
      { path: ['^src/.+\\.service\\.ts$', ...DELIVERY, ...WIRING] },
    ),
    rule(
      'delivery-goes-through-use-cases',
      'A controller or gateway that queried storage directly would bypass authorization. The reconcilers of realtime may read stream positions: they act for the node and not for a user, so that no use case applies.',
      { path: DELIVERY, pathNot: SPEC },
      {
        path: ['^src/.+\\.(store|repository|queries|entity)\\.ts$', '^src/infrastructure/(database|data-owners)/'],
        pathNot: '^src/sync/stream-positions\\.repository\\.ts$',
      },
    ),
    rule(
      'only-wiring-imports-modules',
      'A module only wires classes; import the class itself.',
      { path: '^src/', pathNot: [...WIRING, SPEC] },
      { path: '^src/.+\\.module\\.ts$' },
    ),
    rule(
      'only-entry-points-import-entry-points',
      'The entry points compose the whole application: main.ts imports the server, the server imports the module. Tests may import them.',
      { path: '^src/', pathNot: START },
      { path: START },
    ),
    rule('nothing-imports-main', 'Importing main.ts starts a server.', { path: '^src/' }, { path: '^src/main\\.ts$' }),

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

    rule(
      'no-barrels',
      'An index file hides where a symbol is defined and causes cycles; import the defining file.',
      { path: '^src/' },
      { path: '/index\\.ts$', pathNot: ANY_NPM },
    ),
    rule(
      'source-does-not-import-tests',
      'Shipped code must not import code that is not shipped.',
      { path: '^src/', pathNot: SPEC },
      { path: ['^(test|bench|scripts)/', SPEC] },
    ),
    rule(
      'source-imports-no-development-dependency',
      'Development dependencies are missing in the image.',
      { path: '^src/', pathNot: SPEC },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),
    rule(
      'dependencies-are-declared',
      'A package installed only because another package needs it can disappear with that package.',
      { path: '^src/' },
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    ),
    rule(
      'imports-resolve',
      'An import that does not resolve fails at run time.',
      { path: '^((client|web)/)?src/' },
      // The bundler resolves style sheets, and the library’s source, which need not be built.
      { couldNotResolve: true, pathNot: '(\\.css|^@gochat/client)$' },
    ),

    rule(
      'client-imports-no-server-code',
      'The client library runs in browsers; it shares generated documents with the server, and no code.',
      { path: '^client/src/' },
      { pathNot: ['^client/src/', ANY_NPM] },
    ),
    rule(
      'client-imports-few-packages',
      'Every app pays for the packages of the client library: a socket, typed requests, and promises for IndexedDB.',
      { path: '^client/src/' },
      { path: ANY_NPM, pathNot: npm('socket\\.io-client', 'openapi-fetch', 'idb') },
    ),
    rule(
      'client-model-is-pure',
      'The model decides about sync and outbox by pure functions; the code around it talks to server, store and clock.',
      { path: '^client/src/model/' },
      { pathNot: '^client/src/(model/|(api-types|server-events|public-state|generated/events)\\.ts$)' },
    ),
    rule(
      'only-client-connection-imports-socket-io',
      'Other client code uses commands and events.',
      { path: '^client/src/', pathNot: '^client/src/connection/' },
      { path: npm('socket\\.io-client') },
    ),

    rule(
      'web-client-uses-the-client-library',
      'Any app needs the server features that this page needs: add them to @gochat/client.',
      { path: '^web/src/' },
      { pathNot: ['^web/src/', '^(client/(src|dist)/index|@gochat/client$)', ANY_NPM] },
    ),
    rule(
      'web-client-imports-few-packages',
      'The page loads on phones: React, a virtual list, and its own code.',
      { path: '^web/src/', pathNot: SPEC },
      {
        path: ANY_NPM,
        pathNot: npm('react', 'react-dom', 'virtua', '@types/react', '@types/react-dom', '@gochat/client'),
      },
    ),
    rule(
      'web-model-is-pure',
      'Grouping, naming and dating of messages are pure functions, tested by tables without a page.',
      { path: '^web/src/model/', pathNot: SPEC },
      { pathNot: ['^web/src/model/', '^(client/(src|dist)/index|@gochat/client$)'] },
    ),
    rule(
      'ui-components-import-no-screen',
      'Every feature of the web client uses buttons, dialogs and avatars, so these must not depend on one.',
      { path: '^web/src/ui/' },
      { path: '^web/src/', pathNot: '^web/src/(ui|model|navigation/router)' },
    ),
    rule(
      'web-state-and-navigation-import-no-feature',
      'Every feature uses the hooks over the client library and the router, so these must not depend on one.',
      { path: '^web/src/(state|navigation)/' },
      { path: '^web/src/', pathNot: '^web/src/(state|navigation|model)/' },
    ),
    rule(
      'web-notifications-import-no-feature',
      'Every feature shows toasts, so notifications must not depend on one.',
      { path: '^web/src/notifications/' },
      { path: '^web/src/', pathNot: '^web/src/(notifications|state|navigation|model|ui)/' },
    ),
    rule(
      'web-messages-users-and-rooms-import-no-screen',
      'Several screens show messages, users and rooms, so these must not depend on a screen, nor on one another. The exception: a message opens the profile dialog of its sender.',
      { path: '^web/src/(message|users|rooms)/' },
      {
        path: '^web/src/(app|auth|composer|conversation|details|inbox|message|rooms|settings|timeline|users)/',
        pathNot: ['^web/src/$1/', '^web/src/users/profile-dialog-state\\.ts$'],
      },
    ),
    rule(
      'conversation-parts-import-no-sibling',
      'Only the conversation pane combines the timeline, the composer and the details, and passes shared state between them.',
      { path: '^web/src/(timeline|composer|details)/' },
      {
        path: '^web/src/(app|auth|composer|conversation|details|inbox|settings|timeline)/',
        pathNot: '^web/src/$1/',
      },
    ),
    rule(
      'web-screens-import-no-other-screen',
      'Only the shell in app/ combines the conversation, the inbox, the settings and the log-in, so that each can change alone.',
      { path: '^web/src/(conversation|inbox|settings|auth)/' },
      { path: '^web/src/(app|conversation|inbox|settings|auth)/', pathNot: '^web/src/$1/' },
    ),
    rule(
      'only-the-conversation-pane-imports-its-parts',
      'The timeline, the composer and the details need an open conversation; other screens have none.',
      { path: '^web/src/(inbox|settings|auth)/' },
      { path: '^web/src/(timeline|composer|details)/' },
    ),
    rule(
      'only-main-imports-web-app',
      'app/ starts the page and combines the screens, so an import of it would be a cycle.',
      { path: '^web/src/', pathNot: '^web/src/(app/|main\\.tsx$)' },
      { path: '^web/src/app/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    // Type-only imports are dependencies too, although they vanish in the output.
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
