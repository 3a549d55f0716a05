import { type Email, composeEmail } from '../infrastructure/mail/email.js';

/*
 * What people are told by mail. Nothing in it was typed by anybody, neither a name nor an address: who registers with
 * somebody else's address gets no words of their own into that mailbox.
 */

const NOT_YOU = 'If that was not you, do nothing: whoever it was has no way in.';

export function verificationEmail(to: string, url: string): Email {
  return composeEmail(to, 'Confirm your e-mail address', [
    'Somebody, most likely you, gave this address for an account at GoChat. Confirm that it is yours:',
    { label: 'Confirm this address', url },
    'The link works for a day. If it was not you, do nothing, and the address stays unconfirmed.',
  ]);
}

export function passwordResetEmail(to: string, url: string): Email {
  return composeEmail(to, 'Set a new password', [
    'Somebody, most likely you, has forgotten the password of your account at GoChat. Choose a new one:',
    { label: 'Set a new password', url },
    `The link works once, for an hour. All devices are signed out then. ${NOT_YOU}`,
  ]);
}

export function passwordChangedEmail(to: string, url: string): Email {
  return composeEmail(to, 'Your password was changed', [
    'The password of your account at GoChat was changed just now, and other devices were signed out.',
    'If that was not you, somebody else is in your account. Set a new password at once, by “Forgot your password?”:',
    { label: 'Sign in', url },
  ]);
}

export function addressChangedEmail(to: string): Email {
  return composeEmail(to, 'Your e-mail address was changed', [
    'Your account at GoChat has another e-mail address since just now. Mail about it goes there from here on.',
    'If that was not you, somebody knows your password: sign in, change it, and put your address back.',
  ]);
}
