import { Email, UuidField, Nested, NestedList, Enum, Pattern, Text, Time } from '../common/field.decorators.js';
import { type IssuedTokens, type Platform, PLATFORMS, type Session } from '../sessions/session.js';
import { DISPLAY_NAME_MAX, type User, USERNAME } from '../users/user.js';
import { OwnUserView, ownUserView } from '../users/users.dto.js';

/** Length of a new password, in characters (NIST SP 800-63B §5.1.1.2). */
export const PASSWORD = { min: 8, max: 128 };

/** The device of a session. */
export class DeviceInfo {
  @Text({
    min: 1,
    max: 128,
    optional: true,
    description: 'The same for each log-in of an installation: a new log-in replaces its session.',
  })
  id?: string;

  @Text({ min: 1, max: 100, optional: true, description: 'Name of the device, for the list of sessions.' })
  name?: string;

  @Enum(PLATFORMS, { optional: true })
  platform?: Platform;
}

export class Register {
  @Pattern(USERNAME, { description: '3–32 characters of a–z, 0–9, `.` and `_`. Upper case is stored as lower case.' })
  username!: string;

  @Text(PASSWORD)
  password!: string;

  @Text({
    max: DISPLAY_NAME_MAX * 4,
    optional: true,
    description: `1–${DISPLAY_NAME_MAX} characters. Default: the username.`,
  })
  displayName?: string;

  @Email({ optional: true })
  email?: string;

  @Nested(() => DeviceInfo, { optional: true })
  device?: DeviceInfo;
}

export class Login {
  @Text({ min: 1, max: 254, description: 'Username or e-mail address.' })
  login!: string;

  @Text({ min: 1, max: 128 })
  password!: string;

  @Nested(() => DeviceInfo, { optional: true })
  device?: DeviceInfo;
}

export class Refresh {
  @Text({ min: 1, max: 256 })
  refreshToken!: string;
}

export class ChangePassword {
  @Text({ min: 1, max: 128 })
  currentPassword!: string;

  @Text(PASSWORD)
  newPassword!: string;
}

export class SessionView {
  @UuidField()
  id!: string;

  @Text({ nullable: true })
  deviceName!: string | null;

  @Enum(PLATFORMS)
  platform!: string;

  @Time()
  createdAt!: string;

  @Time({ description: 'Time of the last log-in or refresh.' })
  lastSeenAt!: string;
}

export class SessionPageView {
  @NestedList(() => SessionView)
  items!: SessionView[];

  @Text({ nullable: true })
  nextCursor!: string | null;
}

/** The user, the session and its tokens after a log-in or a refresh. */
export class AuthResultView {
  @Nested(() => OwnUserView)
  user!: OwnUserView;

  @Nested(() => SessionView)
  session!: SessionView;

  @Text({ description: 'JWT for the header `Authorization: Bearer …` and the socket handshake.' })
  accessToken!: string;

  @Time()
  accessTokenExpiresAt!: string;

  @Text({ description: 'Opaque. Each refresh answers with a new one.' })
  refreshToken!: string;

  @Time()
  refreshTokenExpiresAt!: string;
}

export function sessionView(session: Session): SessionView {
  return {
    id: session.id,
    deviceName: session.deviceName,
    platform: session.platform,
    createdAt: session.createdAt.toISOString(),
    lastSeenAt: session.lastSeenAt.toISOString(),
  };
}

export function authResultView(
  user: User,
  session: Session,
  { accessToken, accessTokenExpiresAt, refreshToken }: IssuedTokens,
): AuthResultView {
  return {
    user: ownUserView(user),
    session: sessionView(session),
    accessToken,
    accessTokenExpiresAt: accessTokenExpiresAt.toISOString(),
    refreshToken,
    refreshTokenExpiresAt: session.expiresAt.toISOString(),
  };
}
