import { Adapter, type BroadcastOptions, type Room, type SocketId } from 'socket.io-adapter';

import type { Namespace, Packet, Socket } from './internals.js';
import { Outlet } from './outlet.js';
import { Parcel } from './parcel.js';

/** A connected socket, and the way to it. */
interface Receiver {
  readonly socket: Socket;
  readonly outlet: Outlet;
}

/** Socket.IO's in-memory adapter, but what it broadcasts in one turn of the event loop reaches a socket in one write. */
export class TurnAdapter extends Adapter {
  declare readonly nsp: Namespace;
  private readonly receivers = new Map<SocketId, Receiver>();

  override addAll(id: SocketId, rooms: Set<Room>): Promise<void> | void {
    // Not yet connected, it hears nothing; the room of its own, which it joins on connecting, brings it here again.
    const socket = this.nsp.sockets.get(id);
    if (socket && !this.receivers.has(id)) this.receivers.set(id, { socket, outlet: Outlet.of(socket) });
    return super.addAll(id, rooms);
  }

  override delAll(id: SocketId): void {
    this.receivers.delete(id);
    super.delAll(id);
  }

  override broadcast(packet: Packet, options: BroadcastOptions): void {
    packet.nsp = this.nsp.name;
    const parcel = new Parcel(this.nsp.server.encoder.encode(packet), { volatile: options.flags?.volatile });
    for (const id of this.idsIn(options)) {
      const receiver = this.receivers.get(id);
      if (!receiver) continue;
      receiver.socket.notifyOutgoingListeners(packet);
      receiver.outlet.send(parcel);
    }
  }

  /** Those in any of the rooms, or all if none is named, each once; and nobody who is in a room of `except`. */
  private idsIn({ rooms, except }: BroadcastOptions): Iterable<SocketId> {
    const [room] = rooms;
    if (room !== undefined && rooms.size === 1 && !except?.size) return this.rooms.get(room) ?? [];
    const sets = rooms.size === 0 ? [this.receivers.keys()] : this.members(rooms);
    const barred = this.members(except);
    const ids = new Set<SocketId>();
    for (const set of sets) for (const id of set) ids.add(id);
    for (const set of barred) for (const id of set) ids.delete(id);
    return ids;
  }

  private members(rooms: Iterable<Room> = []): Set<SocketId>[] {
    return [...rooms].flatMap((room) => this.rooms.get(room) ?? []);
  }
}
