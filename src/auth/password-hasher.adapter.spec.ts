import { describe, expect, it } from '@jest/globals';
import { verify } from '@node-rs/argon2';

import { PasswordHasher } from './password-hasher.adapter.js';

describe('the password hasher', () => {
  const passwords = new PasswordHasher();

  it('hashes with Argon2id at the recommended cost, with a new salt each time', async () => {
    const [one, two] = await Promise.all([passwords.hash('correct horse'), passwords.hash('correct horse')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(two).not.toBe(one);
  });

  it('matches only the password that was hashed', async () => {
    const hash = await passwords.hash('correct horse');
    expect(await passwords.matches('correct horse', hash)).toBe(true);
    expect(await passwords.matches('Correct horse', hash)).toBe(false);
    expect(await passwords.matches('', hash)).toBe(false);
  });

  it('matches a password in another Unicode normalization form', async () => {
    const hash = await passwords.hash('pa\u00df\u00e9');
    expect(await passwords.matches('pa\u00dfe\u0301', hash)).toBe(true);
  });

  it('performs one verification of the same cost without a hash, and never matches', async () => {
    const verified: string[] = [];
    const counting = new PasswordHasher((hash, ...rest) => {
      verified.push(hash);
      return verify(hash, ...rest);
    });
    expect(await counting.matches('wrong', null)).toBe(false);
    expect(verified).toEqual([expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)]);
    const lenient = new PasswordHasher(() => Promise.resolve(true));
    expect(await lenient.matches('correct horse', null)).toBe(false);
  });

  it('queues concurrent checks, and rejects those beyond the limit', async () => {
    const settled = await Promise.allSettled(Array.from({ length: 700 }, () => passwords.matches('guess', 'no hash')));
    const rejected = settled.filter(({ status, ...rest }) => 'reason' in rest && rest.reason.code === 'unavailable');
    expect(settled.length - rejected.length).toBeGreaterThanOrEqual(200);
    expect(rejected.length).toBeGreaterThanOrEqual(100);
  });
});
