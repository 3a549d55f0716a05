import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Export by name, so that a thing has one name everywhere.',
};

const noEnvironment = {
  property: {
    object: 'process',
    property: 'env',
    message: 'Only src/infrastructure/config/env.ts reads the environment.',
  },
  imports: ['process', 'node:process'].map((name) => ({
    name,
    importNames: ['env', 'default'],
    message: 'Only src/infrastructure/config/env.ts reads the environment.',
  })),
};

const noForwardRef = {
  name: '@nestjs/common',
  importNames: ['forwardRef'],
  message: 'Features point one way: a circle is untangled, not deferred.',
};

const noHttpExceptions = {
  group: ['@nestjs/common'],
  importNamePattern: 'Exception$',
  message: 'Throw a DomainError: only src/delivery/errors/problem.ts knows status numbers.',
};

const noSilentSkips = [
  {
    selector: 'MemberExpression[object.name=/^(describe|it|test)$/][property.name=/^(skip|only|todo|failing)$/]',
    message: 'A test runs or is deleted: a skipped one is forgotten.',
  },
  {
    selector: 'CallExpression[callee.name=/^(xdescribe|xit|xtest|fdescribe|fit)$/]',
    message: 'A test runs or is deleted: a skipped one is forgotten.',
  },
];

export default defineConfig(
  globalIgnores(['**/dist', 'artifacts', 'coverage', 'data', '**/node_modules', 'client/src/generated']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // `== null` asks for null and undefined at once.
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // An object literal is checked by an annotation or `satisfies`; `as` would hide a missing field.
      '@typescript-eslint/consistent-type-assertions': [
        'error',
        { assertionStyle: 'as', objectLiteralTypeAssertions: 'never' },
      ],
      // Nest's modules are empty classes that a decorator fills.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // Numbers print the same everywhere; objects, null and undefined do not.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Nest and TypeORM declare their options as classes, and take literals.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // `() => socket.close()` reads better than a block.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // A leading underscore says: named only because the syntax demands it.
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // Text is counted in code points, which is what spreading it gives; and views are classes for their schema alone.
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      // Event emitters and timers take async callbacks only where a rejection is caught inside.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { inheritedMethods: false } }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/**/*.spec.ts'],
    rules: {
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      // What crosses a boundary is narrowed by a check at run time, not by an assertion.
      '@typescript-eslint/no-unsafe-type-assertion': 'error',
      'no-restricted-syntax': ['error', noDefaultExport],
      'no-restricted-properties': ['error', noEnvironment.property],
      'no-restricted-imports': [
        'error',
        { paths: [...noEnvironment.imports, noForwardRef], patterns: [noHttpExceptions] },
      ],
    },
  },
  {
    // Where a third party's shape gets its type: rows from a driver, requests, JSON Schema. The schema or a validator vouches.
    files: ['src/**/*.{repository,queries}.ts', 'src/{infrastructure/database,delivery,realtime,api-docs}/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-type-assertion': 'off',
      '@typescript-eslint/no-base-to-string': 'off',
    },
  },
  {
    // A use case takes injection, life cycle and the log from Nest, and nothing of HTTP.
    files: ['src/**/*.{service,store}.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            ...noEnvironment.imports,
            {
              name: '@nestjs/common',
              allowImportNames: [
                'Inject',
                'Injectable',
                'Logger',
                'OnApplicationBootstrap',
                'OnApplicationShutdown',
                'OnModuleDestroy',
                'OnModuleInit',
              ],
              message: 'A use case is called by REST and socket alike, and knows neither.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['src/infrastructure/config/env.ts'],
    rules: { 'no-restricted-properties': 'off', 'no-restricted-imports': 'off' },
  },
  {
    // Delivery translates the framework's own exceptions; Terminus answers by one.
    files: ['src/{delivery,api-docs,health}/**/*.ts'],
    ignores: ['src/**/*.spec.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: [...noEnvironment.imports, noForwardRef] }] },
  },
  {
    files: ['{,client/,web/}test/**/*.ts', '{,client/,web/}src/**/*.spec.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...noSilentSkips],
      // Answers are JSON of unknown shape: the assertions are what checks them.
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/restrict-plus-operands': ['error', { allowAny: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowAny: true, allowNumber: true }],
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // A missing element fails the test anyway, at the same line.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Fakes fulfil asynchronous ports without awaiting anything.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['test/**/*.spec.mjs'],
    rules: { 'no-restricted-syntax': ['error', ...noSilentSkips] },
  },
  {
    files: ['client/src/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/no-unsafe-type-assertion': 'error',
      'no-restricted-syntax': ['error', noDefaultExport],
    },
  },
  {
    files: ['web/{src,worker,build}/**/*.{ts,tsx}'],
    ignores: ['**/*.spec.ts'],
    extends: [reactHooks.configs.flat.recommended],
    rules: {
      // For who compiles with React's compiler: what is memoised here is so by hand.
      'react-hooks/preserve-manual-memoization': 'off',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/no-unsafe-type-assertion': 'error',
      'no-restricted-syntax': [
        'error',
        noDefaultExport,
        {
          selector:
            "JSXAttribute[name.name='dangerouslySetInnerHTML'], MemberExpression[property.name=/^(inner|outer)HTML$/]",
          message: 'Text is never markup.',
        },
        {
          selector: "JSXAttribute[name.name='style']",
          message: 'How things look is said in the style sheets.',
        },
      ],
      'no-restricted-globals': [
        'error',
        ...['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource'].map((name) => ({
          name,
          message: 'Everything that is asked of the server goes through @gochat/client.',
        })),
      ],
    },
  },
  {
    // Vite takes its configuration so.
    files: ['web/build/vite.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    // It keeps the page itself, which is no business of the library.
    files: ['web/worker/**/*.ts'],
    rules: { 'no-restricted-globals': 'off' },
  },
  {
    // Command-line tools talk to their user.
    files: ['scripts/**', 'bench/**', 'ormconfig.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: Object.fromEntries(
        ['AbortController', 'AbortSignal', 'Buffer', 'URL', 'clearInterval', 'clearTimeout', 'console', 'crypto']
          .concat(['fetch', 'performance', 'process', 'setInterval', 'setTimeout', 'structuredClone'])
          .map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    // Where what the server says over the socket gets its type: the tests compare it with the documents.
    files: ['client/src/connection/socket-transport.ts'],
    rules: { '@typescript-eslint/no-unsafe-type-assertion': 'off' },
  },
);
