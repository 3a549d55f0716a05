import type { Server, Socket } from 'socket.io';

import type { Actor } from '../../common/actor.js';
import type { DomainEvents } from '../../domain-events.js';
import type { PresenceMessage } from '../cluster/cluster-presence.js';
import type { EVENTS } from '../events/server-events.dto.js';

/** The events that the server emits to clients. An event that is missing in `EVENTS` does not compile. */
type ServerEvents = {
  [Name in keyof typeof EVENTS]: (event: InstanceType<(typeof EVENTS)[Name]['view']>) => void;
};

/** Server-side state of one connection. `Handshake` sets the required fields. */
interface SocketData {
  actor: Actor;
  /** Expiry of the access token. */
  expiresAt: Date;
  /** Client address at the handshake, for the audit trail. */
  address: string;
  /** Set while `RoomSubscriber` joins the socket to its rooms: conversations that the user has left since it began. */
  leftWhileJoining?: Set<string>;
  /** Number of commands in progress. */
  commandsInProgress?: number;
  /** User ids of the presence watch, each with the `online` last sent; null before the first. */
  watchedUsers?: Map<string, boolean | null>;
}

/**
 * Messages between the nodes of one deployment, sent with `serverSideEmit`. Two versions of a node run side by side during a
 * rolling deployment: names and payloads may be extended, and must not change.
 */
interface NodeEvents {
  fact: <K extends keyof DomainEvents>(name: K, event: DomainEvents[K]) => void;
  presence: (message: PresenceMessage) => void;
}

export type ChatServer = Server<Record<string, never>, ServerEvents, NodeEvents, SocketData>;
export type ChatSocket = Socket<Record<string, never>, ServerEvents, NodeEvents, SocketData>;
