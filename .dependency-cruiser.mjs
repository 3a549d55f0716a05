/**
 * The architecture as rules: the layer is a file's suffix, the feature its folder. ARCHITECTURE.md draws it.
 * Specs stand beside the code and belong to no layer.
 */

/** From left to right: each may import those to its right, never one to its left. */
const FEATURES = [
  ...['client-config', 'account', 'account-recovery'],
  ...['sync', 'search', 'messages', 'members', 'conversations', 'presence', 'read-models', 'blocks'],
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
const USE_CASE = '^src/.+\\.(service|store|dto)\\.ts$';
const INFRASTRUCTURE = [
  `^src/${anyFeature}/.+\\.adapter\\.ts$`,
  '^src/.+\\.(repository|queries|entity)\\.ts$',
  '^src/infrastructure/(database|redis|rate-limits)/',
];
const DELIVERY = [
  '^src/.+\\.(controller|guard|strategy|decorator|pipe|filter|gateway)\\.ts$',
  '^src/(delivery|realtime|api-docs)/',
];
const START = '^src/(main|admin|server|app\\.module|entities)\\.ts$';
const WIRING = [START, '^src/.+\\.module\\.ts$'];
/** `auth.*` is where people come in, and knows users. The rest of auth is sessions and tokens, and knows nobody. */
const FRONT_DOOR = '^src/auth/auth\\.';

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
 * `account` may import all features, `mail` none: one rule for each that stands to the right of another.
 * Entities are excepted: a foreign key is the schema's knowledge, and a session belongs to a user. So is auth's front
 * door, which has a rule of its own.
 */
const featureDirection = FEATURES.slice(1).map((feature, index) => {
  const left = FEATURES.slice(0, index + 1);
  return rule(
    `${feature}-knows-nothing-to-its-left`,
    `Features point one way, ${FEATURES.join(' → ')}: ${feature} works without ${left.join(', ')}, which may change or go without touching it.`,
    { path: `^src/${feature}/`, pathNot: [SPEC, ENTITY, FRONT_DOOR] },
    // A view names the types and bounds of the domain, which need nothing.
    { path: `^src/(${left.join('|')})/`, ...(feature === 'read-models' && { pathNot: DOMAIN }) },
  );
});

export default {
  forbidden: [
    rule(
      'no-cycles',
      'Two files that import each other are one file in two places: neither can be read, tested or moved alone.',
      {},
      { circular: true },
    ),
    ...featureDirection,
    rule(
      'the-front-door-knows-users-only',
      'Registering and logging in make and find users; a conversation is no part of it.',
      { path: FRONT_DOOR, pathNot: SPEC },
      { path: '^src/(account|account-recovery|sync|search|messages|members|conversations|presence)/' },
    ),
    rule(
      'nobody-goes-back-to-the-front-door',
      'Who is already inside has a session; of auth the features, and auth itself, use sessions and tokens. Only the end of an account, and the ways to get it back, ask for the password again.',
      { path: `^src/${anyFeature}/`, pathNot: [SPEC, FRONT_DOOR, '^src/(account|account-recovery)/'] },
      { path: FRONT_DOOR },
    ),
    rule(
      'entities-refer-to-entities',
      'To another feature an entity has a foreign key, and no other tie.',
      { path: `^src/${anyFeature}/.+\\.entity\\.ts$` },
      { path: `^src/${anyFeature}/`, pathNot: ['^src/$1/', ENTITY] },
    ),
    rule(
      'common-knows-no-feature',
      'What every feature shares cannot depend on one of them.',
      { path: '^src/(common|infrastructure/config)/', pathNot: SPEC },
      { path: '^src/', pathNot: '^src/(common|infrastructure/config)/' },
    ),
    rule(
      'infrastructure-knows-no-feature',
      'A new feature changes no file of the database, Redis or mail: the wiring passes in what they need of it, such as the entities.',
      { path: '^src/infrastructure/', pathNot: SPEC },
      { path: `^src/${anyFeature}/` },
    ),
    rule(
      'limits-know-no-feature',
      'What is limited says so itself; the count knows keys and numbers, and no framework.',
      { path: '^src/infrastructure/rate-limits/', pathNot: SPEC },
      { path: '^(src|node_modules)/', pathNot: '^src/(infrastructure/(rate-limits|config)|common)/' },
    ),
    rule(
      'health-stands-alone',
      'Health answers when a feature is broken, so it uses none, and none uses it.',
      { path: '^src/health/', pathNot: SPEC },
      { path: `^src/(${FEATURES.join('|')}|realtime)/` },
    ),
    rule(
      'nobody-needs-health',
      'Health watches the rest; only the wiring knows it.',
      { path: '^src/', pathNot: ['^src/health/', START] },
      { path: '^src/health/' },
    ),

    rule(
      'a-suffix-names-a-layer',
      `The suffix is what places a file in a layer: one of ${SUFFIXES.join(', ')}, or none for the domain.`,
      { path: `^src/${anyFeature}/.+\\.[^/]+\\.ts$`, pathNot: `\\.(${SUFFIXES.join('|')})\\.ts$` },
      {},
    ),

    rule(
      'domain-imports-only-domain',
      'Rules of the chat are plain types and pure functions: they outlive every framework and are tested by tables.',
      { path: DOMAIN },
      { path: '^src/', pathNot: DOMAIN },
    ),
    rule(
      'domain-uses-no-package',
      'The domain needs the language and no package but the one that makes ids.',
      { path: DOMAIN },
      { dependencyTypesNot: ['local', 'core', 'unknown'], pathNot: ['^src/', npm('uuid')] },
    ),
    rule(
      'domain-does-no-io',
      'A pure function reads no file, socket or process; hashing is arithmetic.',
      { path: DOMAIN },
      { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    ),

    rule(
      'events-are-facts',
      'An event carries domain types and the views of read-models; it depends neither on its publisher nor on its listeners.',
      { path: EVENTS },
      { pathNot: [DOMAIN, '^src/read-models/.+\\.dto\\.ts$'] },
    ),

    rule(
      'use-cases-know-no-delivery',
      'REST and socket call the same use case, so it knows neither; the wiring knows the use case, not the reverse.',
      { path: USE_CASE, pathNot: '^src/(delivery|realtime|api-docs)/' },
      { path: [...DELIVERY, ...WIRING] },
    ),
    rule(
      'use-cases-reach-storage-through-a-door',
      'A use case asks a port, or the repository of its own feature where no port exists; tables and connections stay behind them.',
      { path: USE_CASE },
      { path: ['^src/.+\\.entity\\.ts$', '^src/infrastructure/(database|redis)/'] },
    ),
    rule(
      'repositories-are-private-to-their-feature',
      'Another feature asks the service, so that its rules hold for everybody.',
      { path: '^src/([^/]+)/.+\\.(service|store|dto)\\.ts$' },
      { path: '^src/.+\\.(repository|queries|adapter)\\.ts$', pathNot: '^src/$1/' },
    ),
    rule(
      'ports-know-no-implementation',
      'A port is the need; the repository and the in-memory store fulfil it.',
      { path: '^src/.+\\.(store|dto)\\.ts$' },
      { path: '^src/.+\\.(service|repository|queries|entity|adapter)\\.ts$' },
    ),
    rule(
      'use-cases-stay-off-frameworks',
      'Of packages a use case takes injection and a bounded cache, a DTO its decorators: everything else is a technique that can change without it.',
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
        ),
      },
    ),
    rule(
      'only-dtos-are-decorated-for-documents',
      'Validation and documentation are a DTO’s; a service gets what has passed them.',
      { path: '^src/.+\\.(service|store)\\.ts$' },
      { path: npm('@nestjs/swagger', 'class-validator', 'class-transformer', 'class-validator-jsonschema') },
    ),

    rule(
      'infrastructure-serves-the-domain',
      'A repository fulfils a port in the types of the domain and of the port; it calls no use case and knows no client.',
      { path: INFRASTRUCTURE, pathNot: SPEC },
      { path: ['^src/.+\\.service\\.ts$', ...DELIVERY, ...WIRING] },
    ),
    rule(
      'delivery-goes-through-use-cases',
      'A controller or gateway that reached storage would bypass who may do what.',
      { path: DELIVERY, pathNot: SPEC },
      { path: ['^src/.+\\.(store|repository|queries|entity)\\.ts$', '^src/infrastructure/database/'] },
    ),
    rule(
      'only-wiring-knows-modules',
      'A module wires what others wrote; who imports one wants what is inside.',
      { path: '^src/', pathNot: [...WIRING, SPEC] },
      { path: '^src/.+\\.module\\.ts$' },
    ),
    rule(
      'nothing-imports-the-start',
      'The start is the whole: only it takes its own parts (main.ts the server, the server the module), and the tests.',
      { path: '^src/', pathNot: START },
      { path: START },
    ),
    rule(
      'nothing-imports-main',
      'main.ts starts a server when it is imported.',
      { path: '^src/' },
      { path: '^src/main\\.ts$' },
    ),

    rule(
      'typeorm-stays-in-storage',
      'Only repositories, entities, the database folder and the wiring know TypeORM and the drivers: the rest can be tested without, and the store can change.',
      {
        path: '^src/',
        pathNot: ['^src/.+\\.(repository|queries|entity|module)\\.ts$', '^src/infrastructure/database/', SPEC],
      },
      { path: TYPEORM },
    ),
    rule(
      'socket-io-stays-in-realtime',
      'The transport is one folder’s business; everything else speaks in use cases and events.',
      { path: '^src/', pathNot: ['^src/realtime/', '^src/(main|server)\\.ts$', SPEC] },
      { path: SOCKET_IO },
    ),
    rule(
      'redis-stays-in-the-cluster',
      'What joins nodes is one folder; what is sent by it is decided where it is known.',
      { path: '^src/', pathNot: ['^src/infrastructure/(redis|rate-limits)/', SPEC] },
      { path: npm('ioredis') },
    ),
    rule(
      'smtp-stays-in-its-adapter',
      'Who has something to say writes a letter; how it is delivered is one file’s business.',
      { path: '^src/', pathNot: ['^src/infrastructure/mail/smtp-mailer\\.adapter\\.ts$', SPEC] },
      { path: npm('nodemailer') },
    ),
    rule(
      'fastify-stays-at-the-edge',
      'The HTTP server is known to delivery, controllers and the start only.',
      { path: '^src/', pathNot: ['^src/(delivery|api-docs)/', '^src/.+\\.controller\\.ts$', START, SPEC] },
      { path: FASTIFY },
    ),

    rule(
      'telemetry-knows-nothing-it-watches',
      'It is told what happened in plain words and numbers: what is watched changes without it.',
      { path: '^src/infrastructure/telemetry/', pathNot: SPEC },
      { path: '^src/', pathNot: '^src/(infrastructure/(telemetry|config)|common)/' },
    ),
    rule(
      'use-cases-are-watched-from-outside',
      'A use case says what it does by its answer and its events; delivery and the database time and trace it.',
      { path: [DOMAIN, USE_CASE], pathNot: '^src/(delivery|realtime)/' },
      { path: '^src/infrastructure/telemetry/' },
    ),
    rule(
      'prometheus-and-opentelemetry-stay-in-telemetry',
      'They are loaded where they are asked for only, and everything else is told to two small classes.',
      { path: '^src/', pathNot: '^src/infrastructure/telemetry/' },
      { path: npm('prom-client', '@opentelemetry/[^/]+') },
    ),

    rule(
      'no-barrels',
      'An index file hides where a thing lives and makes cycles; import the file that says it.',
      { path: '^src/' },
      { path: '/index\\.ts$', pathNot: ANY_NPM },
    ),
    rule(
      'source-never-needs-tests',
      'What is shipped does not import what is not.',
      { path: '^src/', pathNot: SPEC },
      { path: ['^(test|bench|scripts)/', SPEC] },
    ),
    rule(
      'shipped-code-has-shipped-dependencies',
      'A development dependency is missing in the image.',
      { path: '^src/', pathNot: SPEC },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    ),
    rule(
      'dependencies-are-declared',
      'A package that only another one brought may leave with it.',
      { path: '^src/' },
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    ),
    rule(
      'imports-resolve',
      'An import that leads nowhere fails at run time.',
      { path: '^((client|web)/)?src/' },
      // A style sheet is the bundler's, and so is the library's source, which need not be built for that.
      { couldNotResolve: true, pathNot: '(\\.css|^@gochat/client)$' },
    ),

    rule(
      'the-client-stands-alone',
      'What runs in a browser shares the documents with the server, and no code.',
      { path: '^client/src/' },
      { pathNot: ['^client/src/', ANY_NPM] },
    ),
    rule(
      'the-client-is-small',
      'An app pays for each package that its client brings: a socket, typed requests, and promises for IndexedDB.',
      { path: '^client/src/' },
      { path: ANY_NPM, pathNot: npm('socket\\.io-client', 'openapi-fetch', 'idb') },
    ),
    rule(
      'rules-of-the-client-are-pure',
      'The log, the window and the outbox decide; what talks to a server, a store or a clock stands around them.',
      { path: '^client/src/model/' },
      { pathNot: '^client/src/(model/|(api-types|events|public-state)\\.ts$)' },
    ),
    rule(
      'one-file-knows-the-socket',
      'Everything else of the client speaks in commands and events.',
      { path: '^client/src/', pathNot: '^client/src/connection/' },
      { path: npm('socket\\.io-client') },
    ),

    rule(
      'the-web-client-goes-through-the-library',
      'What a page needs of the server, any app needs: it is in @gochat/client, or is missing there.',
      { path: '^web/src/' },
      { pathNot: ['^web/src/', '^(client/(src|dist)/index|@gochat/client$)', ANY_NPM] },
    ),
    rule(
      'the-web-client-is-small',
      'A page is loaded on phones: React, a list that draws what is in view, and what is written here.',
      { path: '^web/src/', pathNot: SPEC },
      {
        path: ANY_NPM,
        pathNot: npm('react', 'react-dom', 'virtua', '@types/react', '@types/react-dom', '@gochat/client'),
      },
    ),
    rule(
      'rules-of-the-web-client-are-pure',
      'How messages are grouped, named and dated is decided without a page, and tested by tables.',
      { path: '^web/src/model/', pathNot: SPEC },
      { pathNot: ['^web/src/model/', '^(client/(src|dist)/index|@gochat/client$)'] },
    ),
    rule(
      'parts-know-no-screen',
      'A button, dialog or avatar is used by every screen, and knows none.',
      { path: '^web/src/ui/' },
      { path: '^web/src/', pathNot: '^web/src/(ui|model|app/router)' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    // A type-only import is knowledge too, though it leaves no trace in the output.
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
