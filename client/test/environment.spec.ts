import { afterEach, describe, expect, it } from '@jest/globals';

import { platformEnvironment } from '../src/environment.js';
import { defineGlobal, restoreGlobals } from './browser-globals.js';

afterEach(restoreGlobals);

describe('platformEnvironment in a browser', () => {
  it('wakes the client when the page becomes visible or the network returns, until unsubscribed', () => {
    const page = new EventTarget();
    const view = new EventTarget();
    Object.assign(page, { visibilityState: 'hidden' });
    defineGlobal('document', page);
    defineGlobal('window', view);
    let woken = 0;
    const stop = platformEnvironment.watch(() => woken++);
    page.dispatchEvent(new Event('visibilitychange'));
    expect(woken).toBe(0);
    Object.assign(page, { visibilityState: 'visible' });
    page.dispatchEvent(new Event('visibilitychange'));
    view.dispatchEvent(new Event('online'));
    expect(woken).toBe(2);
    stop();
    view.dispatchEvent(new Event('online'));
    expect(woken).toBe(2);
  });
});
