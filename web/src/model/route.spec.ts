import { describe, expect, it } from '@jest/globals';

import { pathOf, routeOf } from './route.js';

const id = '0193d6a0-0000-7000-8000-000000000001';

describe('routeOf', () => {
  it.each(['/', '/archive', '/discover', '/settings', '/reset-password', '/verify-email', `/c/${id}`, `/c/${id}/info`])(
    'reads %s, and pathOf writes it again',
    (path) => {
      expect(pathOf(routeOf(path))).toBe(path);
    },
  );

  it.each(['/nothing', '/c/', '/c/1', '/c/../settings'])('falls back to the inbox for the unknown path %s', (path) => {
    expect(routeOf(path)).toEqual({ name: 'inbox' });
  });
});
