import type { components } from './generated/openapi.js';

/** All schemas, by their name in the OpenAPI document. */
type Schemas = components['schemas'];

/** A new session: the user, the session and its tokens. */
export type AuthResult = Schemas['AuthResult'];
/** A public profile. Names are null once the account is deleted. */
export type User = Schemas['User'];
/** The logged-in user: a {@link User} with the e-mail address and its verification. */
export type OwnUser = Schemas['OwnUser'];
/** The author of a message: the fields of a {@link User} that remain available after they leave. */
export type Sender = Schemas['Sender'];
/** A session of the logged-in user, on one device. */
export type Session = Schemas['Session'];
/** A stored message. Its `seq` never changes; each change gets a new `rev`. */
export type Message = Schemas['Message'];
/** An emoji on a message: the count, and the first 20 users. */
export type Reaction = Schemas['Reaction'];
/** The message that a reply refers to, with the beginning of its text. */
export type Reply = Schemas['Reply'];
/** A conversation. `me` is null when the user is not a member. */
export type Conversation = Schemas['Conversation'];
/** The private part of a membership: role, markers, mute, pin and archive. */
export type OwnMembership = Schemas['OwnMembership'];
/** A member of a conversation. */
export type Member = Schemas['Member'];
/** `owner`, `admin` or `member`. */
export type Role = Member['role'];
/** A member's read and delivery markers. */
export type Receipt = Schemas['Receipt'];
/** The server's error object (RFC 9457), the same over REST and the socket. */
export type Problem = Schemas['Problem'];
/** Lengths, page sizes and times: in code points, bytes and milliseconds. */
export type Limits = Schemas['Limits'];
/** The answer to a sync. */
export type SyncResult = Schemas['SyncResult'];
/** The revisions that a client has, sent with a sync. */
export type SyncRequest = Schemas['Sync'];
/** A page of messages, ascending by `seq`. */
export type MessagePage = Schemas['MessagePage'];
/** A device's description of itself. */
export type DeviceInfo = Schemas['DeviceInfo'];

/** A page of a list. Pass `nextCursor` to get the next page; it is null at the end. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** The fields of a user that show a name and a picture. */
export type Person = Pick<User, 'id' | 'username' | 'displayName' | 'avatarUrl'>;
