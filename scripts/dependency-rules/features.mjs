import { anyFeature, AUTH_ENTRY, DOMAIN, ENTITY, FEATURES, npm, rule, SPEC, START } from './patterns.mjs';

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

/** The direction of imports between the features and parts of the server. */
export const featureRules = [
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
];
