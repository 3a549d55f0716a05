import { beforeEach, describe, expect, it } from '@jest/globals';

import { RATES } from '../infrastructure/config/rates.js';
import { RateLimiter } from '../infrastructure/rate-limits/rate-limiter.js';
import { LoginThrottle } from './login-throttle.service.js';

const HOME = '192.0.2.1';

describe('login throttle', () => {
  let throttle: LoginThrottle;
  let checked: number;

  beforeEach(() => {
    const rates = { ...RATES, guess: { limit: 3, windowMs: 3_600_000 }, account: { limit: 10, windowMs: 3_600_000 } };
    throttle = new LoginThrottle(new RateLimiter(rates));
    checked = 0;
  });

  const ask = (account: string, source: string, isRight: boolean): Promise<true | null> =>
    throttle.check(account, source, async () => {
      checked++;
      return isRight || null;
    });
  const wrong = (account = 'ann', source = HOME) => ask(account, source, false);
  const right = (account = 'ann', source = HOME) => ask(account, source, true);
  const times = async (count: number, ask: (number: number) => Promise<unknown>): Promise<void> => {
    for (let number = 0; number < count; number++) await ask(number);
  };
  const LATER = { code: 'rate_limited', extra: { retryAfterMs: expect.any(Number) } };

  it('rejects further passwords after a few wrong ones, without checking them', async () => {
    await times(3, () => wrong());
    await expect(wrong()).rejects.toMatchObject(LATER);
    await expect(right()).rejects.toMatchObject(LATER);
    expect(checked).toBe(3);
  });

  it('applies the limit to concurrent attempts', async () => {
    const attempts = await Promise.allSettled(Array.from({ length: 20 }, () => wrong()));
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  });

  it('limits neither another account nor another source', async () => {
    await times(3, () => wrong());
    expect(await right('ben')).toBe(true);
    expect(await right('ann', '192.0.2.2')).toBe(true);
  });

  it('resets the count after a right password', async () => {
    await times(2, () => wrong());
    await right();
    await times(3, () => wrong());
    await expect(wrong()).rejects.toMatchObject(LATER);
  });

  it('limits an account over all sources, except those that it has logged in from', async () => {
    await right();
    await times(10, (number) => wrong('ann', `198.51.100.${number}`));
    await expect(wrong('ann', '198.51.100.200')).rejects.toMatchObject(LATER);
    expect(await right()).toBe(true);
    expect(await right('ben', '198.51.100.200')).toBe(true);
    // A rejection by the limit over all sources does not count against this source.
    await times(5, () => expect(wrong('ann', '198.51.100.201')).rejects.toMatchObject(LATER));
  });

  it('does not count attempts whose check failed with an error', async () => {
    const fail = () => throttle.check('ann', HOME, () => Promise.reject(new Error('no database')));
    await times(20, () => expect(fail()).rejects.toThrow('no database'));
    expect(await right()).toBe(true);
  });
});
