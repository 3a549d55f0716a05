const project = (name, testMatch, more) => ({
  displayName: name,
  testMatch,
  testEnvironment: 'node',
  transform: { '^.+\\.ts$': '@swc/jest' },
  extensionsToTreatAsEsm: ['.ts'],
  // TypeScript wants the `.js` of the compiled file in an import; Jest has only the source.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  ...more,
});

/** Whatever a server tells a client has to be as the documents describe it. */
const described = { setupFilesAfterEnv: ['<rootDir>/test/documents/fail-on-contract-violation.ts'] };

/** @type {import('jest').Config} */
export default {
  projects: [
    project('unit', [
      '<rootDir>/src/**/*.spec.ts',
      '<rootDir>/test/structure/**/*.spec.ts',
      '<rootDir>/test/faults/**/*.spec.mjs',
    ]),
    project('contract', ['<rootDir>/test/contract/**/*.spec.ts']),
    project('e2e', ['<rootDir>/test/e2e/**/*.spec.ts'], described),
    project('cluster', ['<rootDir>/test/cluster/**/*.spec.ts'], described),
    project('outage', ['<rootDir>/test/outage/**/*.spec.ts'], described),
    project('restart', ['<rootDir>/test/restart/**/*.spec.ts'], described),
    project('client', ['<rootDir>/client/{src,test}/**/*.spec.ts'], described),
    project('web-unit', ['<rootDir>/web/src/**/*.spec.ts']),
    project('web', ['<rootDir>/web/test/**/*.spec.ts'], described),
    project('interop', ['<rootDir>/test/interop/**/*.spec.ts'], described),
  ],
  maxWorkers: 2,
  testTimeout: 30_000,
};
