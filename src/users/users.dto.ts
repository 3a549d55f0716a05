import { Email, Bool, UuidField, NestedList, Text, Time, WebUrl } from '../common/field.decorators.js';
import { ABOUT_MAX, DISPLAY_NAME_MAX, type User } from './user.js';

/** Changes of the actor's own profile. Omitted fields stay unchanged. */
export class UpdateProfile {
  @Text({ max: DISPLAY_NAME_MAX * 4, optional: true, description: `1–${DISPLAY_NAME_MAX} characters.` })
  displayName?: string;

  @WebUrl({ optional: true, nullable: true })
  avatarUrl?: string | null;

  @Text({ max: ABOUT_MAX * 4, optional: true, nullable: true, description: `At most ${ABOUT_MAX} characters.` })
  about?: string | null;
}

/** The public profile of a user. */
export class UserView {
  @UuidField()
  id!: string;

  @Text({ nullable: true, description: 'Null after the account is deleted.' })
  username!: string | null;

  @Text({ nullable: true })
  displayName!: string | null;

  @Text({ nullable: true })
  avatarUrl!: string | null;

  @Text({ nullable: true })
  about!: string | null;

  @Time()
  createdAt!: string;

  @Bool()
  deleted!: boolean;
}

/** The actor's own profile, which includes the e-mail address. */
export class OwnUserView extends UserView {
  @Email({ nullable: true })
  email!: string | null;

  @Bool({ description: 'Whether a verification link sent to this address was opened.' })
  emailVerified!: boolean;
}

export class UserPageView {
  @NestedList(() => UserView)
  items!: UserView[];

  @Text({ nullable: true })
  nextCursor!: string | null;
}

/** The public profile. */
export function userView(user: User): UserView {
  return {
    id: user.id,
    username: user.username,
    displayName: user.displayName,
    avatarUrl: user.avatarUrl,
    about: user.about,
    createdAt: user.createdAt,
    deleted: user.deleted,
  };
}

/** The profile that only its owner receives. */
export const ownUserView = (user: User): OwnUserView => ({
  ...userView(user),
  email: user.email,
  emailVerified: user.emailVerified,
});
