import { describe, expect, it } from '@jest/globals';

import { PasswordHasher } from './password-hasher.adapter.js';

describe('passwords', () => {
  const passwords = new PasswordHasher();

  it('are hashed with Argon2id at the recommended cost, each with a salt of its own', async () => {
    const [one, two] = await Promise.all([passwords.hash('correct horse'), passwords.hash('correct horse')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(two).not.toBe(one);
  });

  it('match what made the hash, and nothing else', async () => {
    const hash = await passwords.hash('correct horse');
    expect(await passwords.matches('correct horse', hash)).toBe(true);
    expect(await passwords.matches('Correct horse', hash)).toBe(false);
    expect(await passwords.matches('', hash)).toBe(false);
  });

  it('are the same from every keyboard', async () => {
    const hash = await passwords.hash('pa\u00df\u00e9');
    expect(await passwords.matches('pa\u00dfe\u0301', hash)).toBe(true);
  });

  it('never match where there is no hash', async () => {
    expect(await passwords.matches('correct horse', null)).toBe(false);
    // What was checked in its place cost the same.
    expect(await Reflect.get(passwords, 'decoy')).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('wait for each other, and not too many of them', async () => {
    const asked = await Promise.allSettled(Array.from({ length: 700 }, () => passwords.matches('guess', 'no hash')));
    const refused = asked.filter(({ status, ...rest }) => 'reason' in rest && rest.reason.code === 'unavailable');
    expect(asked.length - refused.length).toBeGreaterThanOrEqual(200);
    expect(refused.length).toBeGreaterThanOrEqual(100);
  });
});
