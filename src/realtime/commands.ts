import { Injectable } from '@nestjs/common';

import { AccessStrategy } from '../auth/access.strategy.js';
import { DomainError } from '../common/domain-error.js';
import { ConversationRef, CreateConversation, MoveMarker } from '../conversations/conversations.dto.js';
import { ConversationsService } from '../conversations/conversations.service.js';
import { MembersService } from '../conversations/members.service.js';
import { OwnStateService } from '../conversations/own-state.service.js';
import { WatchPresence } from '../conversations/presence.dto.js';
import { bodyValidator, type SchemaClass } from '../delivery/schemas.js';
import { EditMessage, ListMessages, MessageRef, React, SendMessage } from '../messages/messages.dto.js';
import { MessagesService } from '../messages/messages.service.js';
import { Sync } from '../sync/sync.dto.js';
import { SyncService } from '../sync/sync.service.js';
import { AccessExpiry } from './access-expiry.js';
import type { ChatSocket } from './chat-socket.js';
import { RefreshSocket } from './realtime.dto.js';
import { Presence } from './presence.js';
import { Typing } from './typing.js';

/** What a client may ask over its socket: a name, the payload's class, and the use case. */
export interface Command {
  readonly validate: (payload: unknown) => object;
  /** @returns `data` of the acknowledgement */
  readonly run: (socket: ChatSocket, payload: never) => Promise<object>;
}

/** The one table of commands. */
@Injectable()
export class Commands {
  private readonly table: ReadonlyMap<string, Command>;

  constructor(
    messages: MessagesService,
    conversations: ConversationsService,
    members: MembersService,
    ownState: OwnStateService,
    sync: SyncService,
    access: AccessStrategy,
    expiry: AccessExpiry,
    typing: Typing,
    presence: Presence,
  ) {
    this.table = new Map([
      command('message:send', SendMessage, async ({ data }, dto) => (await messages.send(data.actor, dto)).message),
      command('message:edit', EditMessage, ({ data }, dto) => messages.edit(data.actor, dto)),
      command('message:delete', MessageRef, ({ data }, dto) => messages.delete(data.actor, dto)),
      command('message:react', React, ({ data }, dto) => messages.react(data.actor, dto)),
      command('message:unreact', React, ({ data }, dto) => messages.unreact(data.actor, dto)),
      command('message:list', ListMessages, ({ data }, dto) => messages.list(data.actor, dto)),
      command(
        'conversation:create',
        CreateConversation,
        async ({ data }, dto) => (await conversations.create(data.actor, dto)).conversation,
      ),
      command('conversation:join', ConversationRef, ({ data }, dto) => members.join(data.actor, dto.conversationId)),
      command('conversation:leave', ConversationRef, async ({ data }, dto) => {
        await members.leave(data.actor, dto.conversationId);
        return {};
      }),
      command('conversation:read', MoveMarker, ({ data }, dto) => ownState.read(data.actor, dto)),
      command('conversation:delivered', MoveMarker, ({ data }, dto) => ownState.delivered(data.actor, dto)),
      command('typing:start', ConversationRef, async (socket, { conversationId }) => {
        const { actor } = socket.data;
        const heard = await conversations.showsTyping(actor, conversationId);
        if (heard && socket.connected) typing.start(conversationId, actor.userId, socket.id);
        return {};
      }),
      command('typing:stop', ConversationRef, async ({ data }, { conversationId }) => {
        await conversations.showsTyping(data.actor, conversationId);
        typing.stop(conversationId, data.actor.userId);
        return {};
      }),
      command('presence:watch', WatchPresence, (socket, { userIds }) => presence.watch(socket, userIds)),
      command('sync', Sync, ({ data }, dto) => sync.sync(data.actor, dto)),
      command('session:refresh', RefreshSocket, async (socket, dto) => {
        const { actor, expiresAt } = await access.verify(`Bearer ${dto.accessToken}`);
        if (actor.sessionId !== socket.data.actor.sessionId) {
          throw new DomainError('forbidden', 'That token belongs to another session.');
        }
        socket.data.expiresAt = expiresAt;
        expiry.watch(socket);
        return { accessTokenExpiresAt: expiresAt.toISOString() };
      }),
    ]);
  }

  /** The command of that name. @throws DomainError `not_found` */
  get(name: string): Command {
    const found = this.table.get(name);
    if (!found) throw new DomainError('not_found', 'There is no such command.');
    return found;
  }
}

function command<T extends object>(
  name: string,
  type: SchemaClass<T>,
  run: (socket: ChatSocket, payload: T) => Promise<object>,
): [string, Command] {
  return [name, { validate: bodyValidator(type), run }];
}
