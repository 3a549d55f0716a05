import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { CLIENT_TYPES, clientTypes } from '../../scripts/client-types.mjs';

describe('the types of the REST API', () => {
  it('are those of the committed document', async () => {
    expect(readFileSync(CLIENT_TYPES, 'utf8')).toBe(await clientTypes());
  });
});
