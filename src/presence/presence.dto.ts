import { Bool, UuidField, UuidList, Time } from '../common/field.decorators.js';

/** One watches at most this many people. */
export const WATCH_MAX = 200;

export class WatchPresence {
  @UuidList({ max: WATCH_MAX, description: 'Replaces those who were watched before.' })
  userIds!: string[];
}

/** Whether somebody is there, as far as whoever asks may know. */
export class PresenceView {
  @UuidField()
  userId!: string;

  @Bool()
  online!: boolean;

  @Time({
    nullable: true,
    description: 'The moment of the answer while online; null when never, or not for you to know.',
  })
  lastSeenAt!: string | null;
}
