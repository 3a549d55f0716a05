import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { readEnv, VARIABLES } from './env.js';

describe('.env.example', () => {
  const file = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8');

  /** The variables in order, each with the comment above it. */
  function entries(): [name: string, description: string, fallback: string, commented: boolean][] {
    const found: [string, string, string, boolean][] = [];
    let comment: string[] = [];
    for (const line of file.split('\n')) {
      const [, hash, name, value] = /^(# ?)?([A-Z_]+)=(.*)$/.exec(line) ?? [];
      if (name !== undefined) {
        found.push([name, comment.join(' '), value ?? '', hash !== undefined]);
        comment = [];
      } else if (line.startsWith('# ')) comment.push(line.slice(2));
      else comment = [];
    }
    return found;
  }

  it('lists every variable in order, with its description and default', () => {
    const expected = Object.entries(VARIABLES).map(([name, { description, fallback }]) => [
      name,
      description,
      fallback,
    ]);
    expect(entries().map(([name, description, fallback]) => [name, description, fallback])).toEqual(expected);
  });

  it('sets every variable except NODE_ENV, which the deployment sets', () => {
    const commented = entries().filter(([, , , isCommented]) => isCommented);
    expect(commented.map(([name]) => name).filter((name) => name !== 'NODE_ENV')).toEqual([]);
  });

  it('equals the default configuration when used unchanged', () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'gochat-env-'));
    const values = Object.fromEntries(entries().map(([name, , fallback]) => [name, fallback]));
    expect(readEnv({ ...values, DATA_DIR: dataDir })).toEqual(readEnv({ DATA_DIR: dataDir }));
    rmSync(dataDir, { recursive: true });
  });
});
