import {
  ANY_NPM,
  anyFeature,
  DELIVERY,
  DOMAIN,
  EVENTS,
  INFRASTRUCTURE,
  npm,
  rule,
  SPEC,
  START,
  SUFFIXES,
  USE_CASE,
  VIEWS,
  WIRING,
} from './patterns.mjs';

/** The direction of imports between the layers of the server. */
export const layerRules = [
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
];
