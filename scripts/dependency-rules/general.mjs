import { ANY_NPM, rule, SPEC } from './patterns.mjs';

/** Rules for every file. */
export const generalRules = [
  rule(
    'no-circular-imports',
    'Two files that import each other cannot be read, tested or moved separately.',
    {},
    { circular: true },
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
];
