/** A paragraph of text, or a link on a line of its own. */
type Paragraph = string | { readonly label: string; readonly url: string };

/** The content of an e-mail. */
export interface EmailContent {
  readonly to: string;
  readonly subject: string;
  readonly paragraphs: readonly Paragraph[];
}

/*
 * No template contains text that a user typed, such as a name: otherwise an account registered with someone else's
 * address could send text of its choice there.
 */

export const verificationEmail = (to: string, url: string): EmailContent => ({
  to,
  subject: 'Confirm your e-mail address',
  paragraphs: [
    'This address was entered for a GoChat account. If it is yours, confirm it:',
    { label: 'Confirm this address', url },
    'The link works for one day. If you did not enter this address, ignore this e-mail. The address then stays unconfirmed.',
  ],
});

export const passwordResetEmail = (to: string, url: string): EmailContent => ({
  to,
  subject: 'Set a new password',
  paragraphs: [
    'A new password was requested for your GoChat account. Choose one here:',
    { label: 'Set a new password', url },
    'The link works once, for one hour. All devices are then signed out. If you did not request it, ignore this ' +
      'e-mail: your password stays as it is.',
  ],
});

export const passwordChangedEmail = (to: string, url: string): EmailContent => ({
  to,
  subject: 'Your password was changed',
  paragraphs: [
    'The password of your GoChat account was changed, and other devices were signed out.',
    'If you did not change it, someone else has access to your account. Set a new password now with “Forgot your password?”:',
    { label: 'Sign in', url },
  ],
});

export const addressChangedEmail = (to: string): EmailContent => ({
  to,
  subject: 'Your e-mail address was changed',
  paragraphs: [
    'The e-mail address of your GoChat account was changed. Further e-mails go to the new address.',
    'If you did not change it, someone knows your password. Sign in, change the password, and restore your address.',
  ],
});
