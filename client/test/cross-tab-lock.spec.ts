import { afterEach, describe, expect, it } from '@jest/globals';

import { withCrossTabLock } from '../src/session/cross-tab-lock.js';
import { defineGlobal, FakeLocks, restoreGlobals } from './browser-globals.js';

afterEach(restoreGlobals);

describe('withCrossTabLock', () => {
  it('runs one function at a time', async () => {
    defineGlobal('navigator', { locks: new FakeLocks() });
    const steps: string[] = [];
    const run = (name: string) => async (): Promise<void> => {
      steps.push(`${name} begins`);
      await Promise.resolve();
      steps.push(`${name} ends`);
    };
    await Promise.all([withCrossTabLock('one', run('a')), withCrossTabLock('one', run('b'))]);
    expect(steps).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });
});
