import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { clientTypes } from '../../scripts/client-types.mjs';

describe('the generated types', () => {
  it.each(['openapi.ts', 'events.ts'])('are those of the committed documents: %s', async (file) => {
    const path = `client/src/generated/${file}`;
    expect(readFileSync(path, 'utf8')).toBe((await clientTypes())[path]);
  });
});
