import type { components } from './generated/openapi.js';

/** Everything that the server describes, by its name in the OpenAPI document. */
type Schemas = components['schemas'];

/** Who one is on a device: user, session and tokens. */
export type AuthResult = Schemas['AuthResult'];
/** A person, as anybody may see them. Names are null once the account is deleted. */
export type User = Schemas['User'];
/** Oneself: a {@link User} with the e-mail address, and whether it is verified. */
export type OwnUser = Schemas['OwnUser'];
/** What a message says of who wrote it: the part of {@link User} that is known of everybody who ever wrote. */
export type Sender = Schemas['Sender'];
/** A device on which one is logged in. */
export type Session = Schemas['Session'];
/** A message as it is stored: it keeps its `seq`; each change of it takes a new `rev`. */
export type Message = Schemas['Message'];
/** An emoji under a message: how many, and the first 20 of whom. */
export type Reaction = Schemas['Reaction'];
/** What a message answers, with the beginning of its text. */
export type Reply = Schemas['Reply'];
/** A conversation as the server tells it. `me` is null where one is not a member. */
export type Conversation = Schemas['Conversation'];
/** What is private to oneself in a conversation: role, markers, mute, pin and archive. */
export type OwnMembership = Schemas['OwnMembership'];
/** Somebody in a conversation. */
export type Member = Schemas['Member'];
/** `owner`, `admin` or `member`. */
export type Role = Member['role'];
/** How far somebody has read, and how far a device of theirs has got. */
export type Receipt = Schemas['Receipt'];
/** The server's error object (RFC 9457), the same over REST and socket. */
export type Problem = Schemas['Problem'];
/** Lengths, page sizes and times that a client must know. Milliseconds, characters (code points), bytes. */
export type Limits = Schemas['Limits'];
/** The answer to a sync. */
export type SyncResult = Schemas['SyncResult'];
/** What a client knows, as a sync names it. */
export type SyncRequest = Schemas['Sync'];
/** Messages around some place of a conversation, ascending by `seq`. */
export type MessagePage = Schemas['MessagePage'];
/** What one device says of itself. */
export type DeviceInfo = Schemas['DeviceInfo'];

/** A page of a list; `nextCursor` gets the next one, and is null at the end. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** What is known of a person: enough to show a name and a picture. */
export type Person = Pick<User, 'id' | 'username' | 'displayName' | 'avatarUrl'>;
