import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { VARIABLES } from '../infrastructure/config/env.js';
import { configurationMarkdown } from './configuration-markdown.js';

describe('docs/configuration.md', () => {
  const committed = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');

  it('equals the generated text; `npm run docs` writes it', () => {
    expect(committed).toBe(configurationMarkdown());
  });

  it('has a row for each variable', () => {
    const rows = [...committed.matchAll(/^\| `([A-Z_]+)` \|/gm)];
    expect(rows.map(([, name]) => name)).toEqual(Object.keys(VARIABLES));
  });

  it('lists the requirements of production and marks secrets', () => {
    expect(committed).toContain('\n- DATABASE_URL is required in production\n');
    const secrets = [...committed.matchAll(/^\| `([A-Z_]+)` \|.*\| yes \|$/gm)].map(([, name]) => name);
    expect(secrets).toEqual(expect.arrayContaining(['DATABASE_URL', 'REDIS_URL', 'JWT_SECRET', 'JWT_KEYS']));
    expect(secrets).not.toContain('ACCESS_TOKEN_TTL');
  });
});
