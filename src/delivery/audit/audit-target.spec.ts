import { describe, expect, it } from '@jest/globals';

import { targetOfCommand, targetOfPath } from './audit-target.js';

const [A, B] = ['0190a1b2-0000-7000-8000-00000000000a', '0190a1b2-0000-7000-8000-00000000000b'];

describe('the audit target', () => {
  it.each([
    ['/api/v1/conversations/:id', { id: A }, { conversationId: A }],
    ['/api/v1/conversations/:id/members/:userId', { id: A, userId: B.toUpperCase() }, { conversationId: A, userId: B }],
    ['/api/v1/messages/:id', { id: A }, { messageId: A }],
    ['/api/v1/auth/sessions/:id', { id: A }, { sessionId: A }],
    ['/api/v1/users/me', {}, {}],
    ['/api/v1/messages/:id', { id: 'arbitrary text' }, {}],
  ])('is taken from the path %s', (template, values, target) => {
    expect(targetOfPath(template, values)).toEqual(target);
  });

  it.each([
    [{ id: A }, { messageId: A }],
    [
      { id: A, conversationId: B, text: 'arbitrary text' },
      { messageId: A, conversationId: B },
    ],
    [{ id: 'arbitrary text' }, {}],
    [{ id: [A] }, {}],
    [null, {}],
    ['arbitrary text', {}],
  ])('is taken from the command payload %j', (payload, target) => {
    expect(targetOfCommand('message:delete', payload)).toEqual(target);
  });
});
