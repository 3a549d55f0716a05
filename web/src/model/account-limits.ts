/** Lengths of account fields, in characters. `GET /api/v1/config` does not publish these limits; the server enforces them. */
export const ACCOUNT_LIMITS = {
  usernameMax: 32,
  displayNameMax: 64,
  aboutMax: 250,
  avatarUrlMax: 500,
  emailMax: 254,
  passwordMin: 8,
  passwordMax: 128,
} as const;
