import { PASSWORD } from '../clients/account.js';
import { INVALID_CREDENTIALS, invalid, NOT_FOUND } from '../support/problem.js';
import { type Input, ANY_TEXT, EMAILS, TOKENS, TITLES, TOPICS, PAGES, DEVICES, unknownId, denied } from './input.js';

/** The routes of accounts, sessions and users that take input. */
export const ACCOUNT_ROUTES: readonly Input[] = [
  {
    name: 'POST /auth/register',
    valid: () => ({ username: 'new_one', password: PASSWORD }),
    required: ['username', 'password'],
    bad: {
      username: [...ANY_TEXT, '', 'ab', 'x'.repeat(33), 'a b', 'é'.repeat(5), 'a\n'],
      password: [...ANY_TEXT, '', 'seven77', 'x'.repeat(129)],
      displayName: [null, ...TITLES],
      email: EMAILS,
      ...DEVICES,
    },
  },
  {
    name: 'POST /auth/login',
    valid: ({ people }) => ({ login: people.owner.username, password: PASSWORD }),
    required: ['login', 'password'],
    bad: {
      login: [...ANY_TEXT, '', 'x'.repeat(255), { $ne: null }],
      password: [...ANY_TEXT, '', 'x'.repeat(129)],
      ...DEVICES,
    },
  },
  {
    name: 'POST /auth/refresh',
    valid: ({ people }) => ({ refreshToken: people.owner.auth.refreshToken }),
    required: ['refreshToken'],
    bad: { refreshToken: [...ANY_TEXT, '', 'x'.repeat(257)] },
  },
  {
    name: 'POST /auth/password',
    by: 'owner',
    valid: () => ({ currentPassword: PASSWORD, newPassword: `${PASSWORD}!` }),
    required: ['currentPassword', 'newPassword'],
    bad: {
      currentPassword: [...ANY_TEXT, '', 'x'.repeat(129)],
      newPassword: [...ANY_TEXT, '', 'seven77', 'x'.repeat(129)],
    },
    denied: [denied('owner', 'a wrong password', INVALID_CREDENTIALS, () => ({ currentPassword: 'not the password' }))],
  },
  {
    name: 'POST /auth/password/forgotten',
    valid: () => ({ email: 'nobody@mail.example' }),
    required: ['email'],
    bad: { email: EMAILS },
  },
  {
    name: 'POST /auth/password/reset',
    valid: ({ tokens }) => ({ token: tokens.reset, newPassword: `${PASSWORD}!` }),
    required: ['token', 'newPassword'],
    bad: { token: TOKENS, newPassword: [...ANY_TEXT, '', 'seven77', 'x'.repeat(129)] },
  },
  {
    name: 'POST /auth/email/verify',
    valid: ({ tokens }) => ({ token: tokens.verify }),
    required: ['token'],
    bad: { token: TOKENS },
  },
  {
    name: 'PUT /users/me/email',
    by: 'admin',
    valid: ({ people }) => ({ email: `${people.admin.username}@mail.example`, password: PASSWORD }),
    required: ['email', 'password'],
    bad: { email: EMAILS, password: [...ANY_TEXT, '', 'x'.repeat(129)] },
    denied: [denied('admin', 'a wrong password', INVALID_CREDENTIALS, () => ({ password: 'not the password' }))],
  },
  { name: 'GET /auth/sessions', by: 'owner', bad: PAGES },
  {
    name: 'DELETE /auth/sessions/{id}',
    by: 'owner',
    valid: ({ people }) => ({ id: people.owner.auth.session.id }),
    denied: [unknownId('owner', 'id'), denied('member', 'another user’s session', NOT_FOUND, () => ({}))],
  },
  {
    name: 'PATCH /users/me',
    by: 'owner',
    valid: () => ({ displayName: 'New', about: 'New', avatarUrl: 'https://images.example/new.png' }),
    bad: {
      displayName: [null, ...TITLES],
      about: TOPICS,
      avatarUrl: [7, {}, [], '', 'x', 'javascript:alert(1)', `https://a.example/${'x'.repeat(2_048)}`],
    },
  },
  { name: 'GET /users', by: 'owner', valid: () => ({ q: 'o' }), bad: { ...PAGES, q: ['x'.repeat(101)] } },
  {
    name: 'GET /users/{id}',
    by: 'owner',
    valid: ({ people }) => ({ id: people.member.id }),
    denied: [unknownId('owner', 'id')],
  },
  { name: 'GET /users/me/blocks', by: 'owner', bad: PAGES },
  {
    name: 'PUT /users/me/blocks/{userId}',
    by: 'owner',
    valid: ({ people }) => ({ userId: people.outsider.id }),
    denied: [
      unknownId('owner', 'userId'),
      denied('owner', 'oneself', invalid('userId'), ({ people }) => ({ userId: people.owner.id })),
    ],
  },
  {
    name: 'DELETE /users/me/blocks/{userId}',
    by: 'owner',
    valid: ({ people }) => ({ userId: people.outsider.id }),
  },
  {
    name: 'DELETE /users/me',
    by: 'former',
    valid: () => ({ password: PASSWORD }),
    required: ['password'],
    bad: { password: [...ANY_TEXT, '', 'x'.repeat(129)] },
    denied: [denied('former', 'a wrong password', INVALID_CREDENTIALS, () => ({ password: 'not the password' }))],
  },
];
