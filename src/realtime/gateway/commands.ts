import { Injectable } from '@nestjs/common';

import { JwtStrategy } from '../../auth/jwt.strategy.js';
import { DomainError } from '../../common/domain-error.js';
import { ConversationRef, CreateConversation } from '../../conversations/conversations.dto.js';
import { ConversationsService } from '../../conversations/conversations.service.js';
import { MoveMarker } from '../../member-state/member-state.dto.js';
import { MemberStateService } from '../../member-state/member-state.service.js';
import { MembersService } from '../../members/members.service.js';
import {
  EditMessage,
  ListMessages,
  MessagePageView,
  MessageRef,
  React,
  SendMessage,
} from '../../messages/messages.dto.js';
import { MessagesService } from '../../messages/messages.service.js';
import { PresenceView, WatchPresence } from '../../presence/presence.dto.js';
import { ConversationView, MarkersView } from '../../read-models/conversation.view.dto.js';
import { MessageView } from '../../read-models/message.view.dto.js';
import { Sync, SyncResultView } from '../../sync/sync.dto.js';
import { SyncService } from '../../sync/sync.service.js';
import { PresenceNotifier } from '../events/presence-notifier.js';
import { TypingTracker } from '../events/typing-tracker.js';
import { type Command, command } from './command.js';
import { RefreshedSocketView, RefreshSocket } from './session-refresh.dto.js';
import { TokenExpiryTimer } from './token-expiry.js';

/**
 * The table of all commands. `CommandDispatcher` looks up each received command here; the AsyncAPI document lists them in
 * this order. A new command is a new row.
 */
@Injectable()
export class Commands implements Iterable<Command> {
  private readonly byName: ReadonlyMap<string, Command>;

  constructor(
    messages: MessagesService,
    conversations: ConversationsService,
    members: MembersService,
    memberState: MemberStateService,
    sync: SyncService,
    tokens: JwtStrategy,
    expiry: TokenExpiryTimer,
    typing: TypingTracker,
    presence: PresenceNotifier,
  ) {
    const rows = [
      command({
        name: 'message:send',
        summary: 'Send a message',
        payload: SendMessage,
        answer: MessageView,
        run: async ({ actor }, dto) => (await messages.send(actor, dto)).message,
      }),
      command({
        name: 'message:edit',
        summary: 'Edit one of your messages',
        payload: EditMessage,
        answer: MessageView,
        rate: 'write',
        run: ({ actor }, dto) => messages.edit(actor, dto),
      }),
      command({
        name: 'message:delete',
        summary: 'Delete a message',
        payload: MessageRef,
        answer: MessageView,
        rate: 'write',
        audit: 'message.delete',
        run: ({ actor }, dto) => messages.delete(actor, dto),
      }),
      command({
        name: 'message:react',
        summary: 'React to a message',
        payload: React,
        answer: MessageView,
        rate: 'write',
        run: ({ actor }, dto) => messages.react(actor, dto),
      }),
      command({
        name: 'message:unreact',
        summary: 'Remove your reaction',
        payload: React,
        answer: MessageView,
        rate: 'write',
        run: ({ actor }, dto) => messages.unreact(actor, dto),
      }),
      command({
        name: 'message:list',
        summary: 'List a page of messages',
        payload: ListMessages,
        answer: MessagePageView,
        run: ({ actor }, dto) => messages.list(actor, dto),
      }),
      command({
        name: 'conversation:create',
        summary: 'Create a conversation',
        payload: CreateConversation,
        answer: ConversationView,
        rate: 'create',
        run: async ({ actor }, dto) => (await conversations.create(actor, dto)).conversation,
      }),
      command({
        name: 'conversation:join',
        summary: 'Join a public room',
        payload: ConversationRef,
        answer: ConversationView,
        rate: 'create',
        run: ({ actor }, { conversationId }) => members.join(actor, conversationId),
      }),
      command({
        name: 'conversation:leave',
        summary: 'Leave a conversation',
        payload: ConversationRef,
        answer: null,
        rate: 'write',
        run: async ({ actor }, { conversationId }) => {
          await members.leave(actor, conversationId);
          return {};
        },
      }),
      command({
        name: 'conversation:read',
        summary: 'Mark messages as read, up to a `seq`',
        payload: MoveMarker,
        answer: MarkersView,
        rate: 'mark',
        run: ({ actor }, dto) => memberState.read(actor, dto),
      }),
      command({
        name: 'conversation:delivered',
        summary: 'Mark messages as delivered to one of your devices, up to a `seq`',
        payload: MoveMarker,
        answer: MarkersView,
        rate: 'mark',
        run: ({ actor }, dto) => memberState.delivered(actor, dto),
      }),
      command({
        name: 'typing:start',
        summary: 'Show that you are typing. Repeat every few seconds',
        payload: ConversationRef,
        answer: null,
        rate: 'typing',
        run: async ({ actor, socket }, { conversationId }) => {
          const isShown = await conversations.showsTyping(actor, conversationId);
          if (isShown && socket.connected) typing.start(conversationId, actor.userId, socket.id);
          return {};
        },
      }),
      command({
        name: 'typing:stop',
        summary: 'Show that you have stopped typing',
        payload: ConversationRef,
        answer: null,
        rate: 'typing',
        run: async ({ actor }, { conversationId }) => {
          await conversations.showsTyping(actor, conversationId);
          typing.stop(conversationId, actor.userId);
          return {};
        },
      }),
      command({
        name: 'presence:watch',
        summary: 'Watch the presence of these users, in place of those watched before',
        payload: WatchPresence,
        answer: [PresenceView],
        run: ({ socket }, { userIds }) => presence.watch(socket, userIds),
      }),
      command({
        name: 'sync',
        summary: 'Get all changes since the state you have',
        payload: Sync,
        answer: SyncResultView,
        run: ({ actor }, dto) => sync.sync(actor, dto),
      }),
      command({
        name: 'session:refresh',
        summary: 'Keep the socket open with a newer access token of the same session',
        payload: RefreshSocket,
        answer: RefreshedSocketView,
        run: async ({ actor, socket }, { accessToken }) => {
          const verified = await tokens.verify(`Bearer ${accessToken}`);
          if (verified.actor.sessionId !== actor.sessionId) {
            throw new DomainError('forbidden', 'The access token belongs to another session.');
          }
          socket.data.expiresAt = verified.expiresAt;
          expiry.watch(socket);
          return { accessTokenExpiresAt: verified.expiresAt.toISOString() };
        },
      }),
    ];
    this.byName = new Map(rows.map((row) => [row.name, row]));
  }

  get names(): string[] {
    return [...this.byName.keys()];
  }

  find(name: string): Command | undefined {
    return this.byName.get(name);
  }

  [Symbol.iterator](): IterableIterator<Command> {
    return this.byName.values();
  }
}
