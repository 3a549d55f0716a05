import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Use a named export, so that the symbol has one name everywhere.',
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
  message: 'Features depend in one direction: remove the cycle instead of deferring it.',
};

const noNestLogger = {
  name: '@nestjs/common',
  importNames: ['Logger'],
  message: 'Inject LOGGER: all log lines have one format and one level setting.',
};

const noHttpExceptions = {
  group: ['@nestjs/common'],
  importNamePattern: 'Exception$',
  message: 'Throw a DomainError: only src/delivery/errors/problem.ts knows status numbers.',
};

const noSilentSkips = [
  {
    selector: 'MemberExpression[object.name=/^(describe|it|test)$/][property.name=/^(skip|only|todo|failing)$/]',
    message: 'Run the test or delete it: skipped tests are forgotten.',
  },
  {
    selector: 'CallExpression[callee.name=/^(xdescribe|xit|xtest|fdescribe|fit)$/]',
    message: 'Run the test or delete it: skipped tests are forgotten.',
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
      // `== null` tests for null and undefined at once.
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Check object literals by an annotation or `satisfies`; `as` would hide a missing field.
      '@typescript-eslint/consistent-type-assertions': [
        'error',
        { assertionStyle: 'as', objectLiteralTypeAssertions: 'never' },
      ],
      // Nest's modules are empty classes with a decorator.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // Numbers print the same everywhere; objects, null and undefined do not.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Nest and TypeORM declare their options as classes, and accept literals.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // `() => socket.close()` reads better than a block.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // A leading underscore marks a name that only the syntax requires.
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // Spreading a string yields code points, as intended. Views are classes only because of their schema.
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      // Async callbacks of event emitters and timers must catch their rejections.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { inheritedMethods: false } }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/**/*.spec.ts'],
    rules: {
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      // Narrow data from outside by a run-time check, not by an assertion.
      '@typescript-eslint/no-unsafe-type-assertion': 'error',
      'no-restricted-syntax': ['error', noDefaultExport],
      'no-restricted-properties': ['error', noEnvironment.property],
      'no-restricted-imports': [
        'error',
        { paths: [...noEnvironment.imports, noForwardRef, noNestLogger], patterns: [noHttpExceptions] },
      ],
    },
  },
  {
    // Here third-party data gets its type: driver rows, requests, JSON Schema. The schema or a validator guarantees it.
    files: ['src/**/*.{repository,queries}.ts', 'src/{infrastructure/database,delivery,realtime,api-docs}/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-type-assertion': 'off',
      '@typescript-eslint/no-base-to-string': 'off',
    },
  },
  {
    // A use case imports dependency injection and life-cycle hooks from Nest, and nothing of HTTP.
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
                'OnApplicationBootstrap',
                'OnApplicationShutdown',
                'OnModuleDestroy',
                'OnModuleInit',
              ],
              message: 'REST and socket share use cases: import nothing of HTTP from Nest here.',
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
    // Delivery translates the framework's exceptions; Terminus throws one for a failed health check.
    files: ['src/{delivery,api-docs,health}/**/*.ts'],
    ignores: ['src/**/*.spec.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: [...noEnvironment.imports, noForwardRef, noNestLogger] }] },
  },
  {
    files: ['{,client/,web/}test/**/*.ts', '{,client/,web/}src/**/*.spec.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...noSilentSkips],
      // Responses are JSON of unknown shape, which the assertions check.
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/restrict-plus-operands': ['error', { allowAny: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowAny: true, allowNumber: true }],
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // A missing element fails the test at the same line.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Fakes implement asynchronous ports without awaiting anything.
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
      // Concerns React's compiler, which is not used: memoization here is manual.
      'react-hooks/preserve-manual-memoization': 'off',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/no-unsafe-type-assertion': 'error',
      'no-restricted-syntax': [
        'error',
        noDefaultExport,
        {
          selector:
            "JSXAttribute[name.name='dangerouslySetInnerHTML'], MemberExpression[property.name=/^(inner|outer)HTML$/]",
          message: 'Render text as text, never as markup.',
        },
        {
          selector: "JSXAttribute[name.name='style']",
          message: 'Put styles into the style sheets.',
        },
      ],
      'no-restricted-globals': [
        'error',
        ...['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource'].map((name) => ({
          name,
          message: 'Send requests to the server through @gochat/client.',
        })),
      ],
    },
  },
  {
    // Vite requires a default export.
    files: ['web/build/vite.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    // The service worker caches the page, which the client library does not do.
    files: ['web/worker/**/*.ts'],
    rules: { 'no-restricted-globals': 'off' },
  },
  {
    // Command-line tools print to the console.
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
);
