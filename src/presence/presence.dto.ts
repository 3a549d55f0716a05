import { Bool, UuidField, UuidList, Time } from '../common/field.decorators.js';

/** The most users that one socket watches. */
export const WATCH_MAX = 200;

export class WatchPresence {
  @UuidList({ max: WATCH_MAX, description: 'Replaces the users watched before.' })
  userIds!: string[];
}

/** The presence of a user, as far as the viewer may see it. */
export class PresenceView {
  @UuidField()
  userId!: string;

  @Bool()
  online!: boolean;

  @Time({
    nullable: true,
    description: 'While online, the time of the answer. Null if the user was never online or is hidden from you.',
  })
  lastSeenAt!: string | null;
}
