const project = (name, testMatch, more) => ({
  displayName: name,
  testMatch,
  testEnvironment: 'node',
  transform: { '^.+\\.ts$': '@swc/jest' },
  extensionsToTreatAsEsm: ['.ts'],
  // Imports name the compiled `.js` file, as TypeScript requires; Jest reads the source.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  ...more,
});

/** Fails a test when an answer or event of the server differs from the OpenAPI or AsyncAPI document. */
const checkedAgainstDocuments = { setupFilesAfterEnv: ['<rootDir>/test/documents/fail-on-contract-violation.ts'] };

/** @type {import('jest').Config} */
export default {
  projects: [
    project('unit', [
      '<rootDir>/src/**/*.spec.ts',
      '<rootDir>/test/structure/**/*.spec.ts',
      '<rootDir>/test/faults/**/*.spec.mjs',
    ]),
    project('contract', ['<rootDir>/test/contract/**/*.spec.ts']),
    project('e2e', ['<rootDir>/test/e2e/**/*.spec.ts'], checkedAgainstDocuments),
    project('cluster', ['<rootDir>/test/cluster/**/*.spec.ts'], checkedAgainstDocuments),
    project('outage', ['<rootDir>/test/outage/**/*.spec.ts'], checkedAgainstDocuments),
    project('restart', ['<rootDir>/test/restart/**/*.spec.ts'], checkedAgainstDocuments),
    project('client', ['<rootDir>/client/{src,test}/**/*.spec.ts'], checkedAgainstDocuments),
    project('web-unit', ['<rootDir>/web/src/**/*.spec.ts']),
    project('web', ['<rootDir>/web/test/**/*.spec.ts'], checkedAgainstDocuments),
    project('interop', ['<rootDir>/test/interop/**/*.spec.ts'], checkedAgainstDocuments),
  ],
  maxWorkers: 2,
  testTimeout: 30_000,
};
