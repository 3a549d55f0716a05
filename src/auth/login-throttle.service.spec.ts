import { beforeEach, describe, expect, it } from '@jest/globals';

import { RATES } from '../infrastructure/config/rates.js';
import { RateLimiter } from '../infrastructure/rate-limits/rate-limiter.js';
import { LoginThrottle } from './login-throttle.service.js';

const HOME = '192.0.2.1';

describe('guessing passwords', () => {
  let guesses: LoginThrottle;
  let checked: number;

  beforeEach(() => {
    const rates = { ...RATES, guess: { limit: 3, windowMs: 3_600_000 }, account: { limit: 10, windowMs: 3_600_000 } };
    guesses = new LoginThrottle(new RateLimiter(rates));
    checked = 0;
  });

  const ask = (account: string, place: string, isRight: boolean): Promise<true | null> =>
    guesses.check(account, place, async () => {
      checked++;
      return isRight || null;
    });
  const wrong = (account = 'ann', place = HOME) => ask(account, place, false);
  const right = (account = 'ann', place = HOME) => ask(account, place, true);
  const times = async (count: number, ask: (number: number) => Promise<unknown>): Promise<void> => {
    for (let number = 0; number < count; number++) await ask(number);
  };
  const LATER = { code: 'rate_limited', extra: { retryAfterMs: expect.any(Number) } };

  it('is stopped after a few, without a check, even of the right one', async () => {
    await times(3, () => wrong());
    await expect(wrong()).rejects.toMatchObject(LATER);
    await expect(right()).rejects.toMatchObject(LATER);
    expect(checked).toBe(3);
  });

  it('is stopped as well where many come at once', async () => {
    const attempts = await Promise.allSettled(Array.from({ length: 20 }, () => wrong()));
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  });

  it('does not concern another account, nor another place', async () => {
    await times(3, () => wrong());
    expect(await right('ben')).toBe(true);
    expect(await right('ann', '192.0.2.2')).toBe(true);
  });

  it('is forgotten with the right one', async () => {
    await times(2, () => wrong());
    await right();
    await times(3, () => wrong());
    await expect(wrong()).rejects.toMatchObject(LATER);
  });

  it('from everywhere is stopped for one account, but not where it has logged in before', async () => {
    await right();
    await times(10, (number) => wrong('ann', `198.51.100.${number}`));
    await expect(wrong('ann', '198.51.100.200')).rejects.toMatchObject(LATER);
    expect(await right()).toBe(true);
    expect(await right('ben', '198.51.100.200')).toBe(true);
    // What was refused for all places costs this one nothing.
    await times(5, () => expect(wrong('ann', '198.51.100.201')).rejects.toMatchObject(LATER));
  });

  it('counts nothing where it was not found out', async () => {
    const fail = () => guesses.check('ann', HOME, () => Promise.reject(new Error('no database')));
    await times(20, () => expect(fail()).rejects.toThrow('no database'));
    expect(await right()).toBe(true);
  });
});
