// Generated from docs/asyncapi.json. Do not edit: change the server, then run `npm run docs`.

import type { components as rest } from './openapi.js';

interface OwnSchemas {
    ConversationAdded: {
        conversation: Schemas["Conversation"];
    };
    ConversationChange: {
        /** Format: uuid */
        conversationId: string;
        /** @description The number of this change: 1 more than the previous one. */
        rev: number;
    };
    ConversationRef: {
        /** Format: uuid */
        conversationId: string;
    };
    ConversationRemoved: {
        /** Format: uuid */
        conversationId: string;
        /**
         * @description `deleted`: the conversation was deleted for all members.
         * @enum {string}
         */
        reason: "left" | "removed" | "deleted";
    };
    ConversationUpdated: {
        conversation: Schemas["SharedConversation"];
        /** Format: uuid */
        conversationId: string;
        /** @description The number of this change: 1 more than the previous one. */
        rev: number;
    };
    EditMessage: {
        /** Format: uuid */
        id: string;
        /** @description 1–8000 characters after NFC and trimming. */
        text: string;
    };
    ListMessages: {
        /** Format: uuid */
        conversationId: string;
        /** @description Messages with a smaller `seq`. */
        before?: number;
        /** @description Messages with a larger `seq`. */
        after?: number;
        /** @description Messages on both sides of a `seq`, itself included. */
        around?: number;
        /** @description Default 50. */
        limit?: number;
    };
    MemberChange: {
        member: Schemas["Member"];
        /** Format: uuid */
        conversationId: string;
        /** @description The number of this change: 1 more than the previous one. */
        rev: number;
    };
    MemberLeft: {
        /** Format: uuid */
        userId: string;
        /**
         * Format: uuid
         * @description The user who made the change.
         */
        by: string;
        /** @enum {string} */
        reason: "left" | "removed" | "deleted";
        /** Format: uuid */
        conversationId: string;
        /** @description The number of this change: 1 more than the previous one. */
        rev: number;
    };
    MessageChange: {
        message: Schemas["Message"];
        /** Format: uuid */
        conversationId: string;
        /** @description The number of this change: 1 more than the previous one. */
        rev: number;
    };
    MessageRef: {
        /** Format: uuid */
        id: string;
    };
    MoveMarker: {
        /** Format: uuid */
        conversationId: string;
        /** @description Up to and including this `seq`. */
        seq: number;
    };
    OwnChange: {
        /** Format: uuid */
        conversationId: string;
        /** @description The number of this change of your private state: 1 more than the previous one. */
        stateRev: number;
        me: Schemas["OwnMembership"];
    };
    Presence: {
        /** Format: uuid */
        userId: string;
        online: boolean;
        /**
         * Format: date-time
         * @description While online, the time of the answer. Null if the user was never online or is hidden from you.
         */
        lastSeenAt: string | null;
    };
    React: {
        /** @description One emoji. */
        emoji: string;
        /** Format: uuid */
        id: string;
    };
    ReceiptMoved: {
        /** Format: uuid */
        conversationId: string;
        /** Format: uuid */
        userId: string;
        /** @description Up to and including this `seq`. It never decreases. */
        seq: number;
    };
    RefreshSocket: {
        accessToken: string;
    };
    RefreshedSocket: {
        /**
         * Format: date-time
         * @description The socket is closed at this time, unless you refresh it again.
         */
        accessTokenExpiresAt: string;
    };
    ServerDraining: {
        /** @description Reconnect after this time. It differs between clients. */
        reconnectInMs: number;
    };
    SessionEnded: {
        /** @enum {string} */
        reason: "expired" | "logged_out" | "revoked" | "replaced" | "password_changed" | "token_reused" | "account_deleted";
    };
    SessionExpiring: {
        /** Format: date-time */
        expiresAt: string;
    };
    SessionReady: {
        /** Format: uuid */
        userId: string;
        /** Format: uuid */
        sessionId: string;
        /** @description Identifies the database. A different value means that a backup was restored: discard your local state. */
        epoch: string;
        stateRev: number;
        /** Format: date-time */
        serverTime: string;
        heartbeat: Schemas["Heartbeat"];
    };
    SharedConversation: {
        /** Format: uuid */
        id: string;
        /** @enum {string} */
        type: "direct" | "group" | "room";
        title: string | null;
        topic: string | null;
        /**
         * Format: uuid
         * @description Null for rooms that the server created.
         */
        createdBy: string | null;
        /** Format: date-time */
        createdAt: string;
        /**
         * Format: date-time
         * @description The time of the last change of title or topic.
         */
        updatedAt: string;
        /** @description The `seq` of the last message. */
        lastSeq: number;
        /** @description The number of the last change. */
        rev: number;
        memberCount: number;
        lastMessage: Schemas["Message"] | null;
    };
    Typing: {
        /** Format: uuid */
        conversationId: string;
        /** Format: uuid */
        userId: string;
        active: boolean;
        /** @description Hide the indicator after this time, unless another event extends it. */
        expiresInMs: number;
    };
    WatchPresence: {
        /** @description Replaces the users watched before. */
        userIds: string[];
    };
}

/** Schemas of both documents. The REST types are the same objects as in openapi.ts. */
type Schemas = rest['schemas'] & OwnSchemas;

/** Payloads of the events that the server sends, by name. */
export interface ServerEvents {
    'message:created': Schemas['MessageChange'];
    'message:updated': Schemas['MessageChange'];
    'message:deleted': Schemas['MessageChange'];
    'member:joined': Schemas['MemberChange'];
    'member:updated': Schemas['MemberChange'];
    'member:left': Schemas['MemberLeft'];
    'conversation:added': Schemas['ConversationAdded'];
    'conversation:updated': Schemas['ConversationUpdated'];
    'conversation:removed': Schemas['ConversationRemoved'];
    'conversation:changed': Schemas['ConversationChange'];
    'conversation:me': Schemas['OwnChange'];
    'receipt:read': Schemas['ReceiptMoved'];
    'receipt:delivered': Schemas['ReceiptMoved'];
    'typing': Schemas['Typing'];
    'presence:changed': Schemas['Presence'];
    'session:ready': Schemas['SessionReady'];
    'session:expiring': Schemas['SessionExpiring'];
    'session:ended': Schemas['SessionEnded'];
    'server:draining': Schemas['ServerDraining'];
}

/** The commands that the server accepts, by name: the payload, and the data of the acknowledgement. */
export interface Commands {
    'message:send': { payload: Schemas['SendMessage']; data: Schemas['Message'] };
    'message:edit': { payload: Schemas['EditMessage']; data: Schemas['Message'] };
    'message:delete': { payload: Schemas['MessageRef']; data: Schemas['Message'] };
    'message:react': { payload: Schemas['React']; data: Schemas['Message'] };
    'message:unreact': { payload: Schemas['React']; data: Schemas['Message'] };
    'message:list': { payload: Schemas['ListMessages']; data: Schemas['MessagePage'] };
    'conversation:create': { payload: Schemas['CreateConversation']; data: Schemas['Conversation'] };
    'conversation:join': { payload: Schemas['ConversationRef']; data: Schemas['Conversation'] };
    'conversation:leave': { payload: Schemas['ConversationRef']; data: Record<string, never> };
    'conversation:read': { payload: Schemas['MoveMarker']; data: Schemas['Markers'] };
    'conversation:delivered': { payload: Schemas['MoveMarker']; data: Schemas['Markers'] };
    'typing:start': { payload: Schemas['ConversationRef']; data: Record<string, never> };
    'typing:stop': { payload: Schemas['ConversationRef']; data: Record<string, never> };
    'presence:watch': { payload: Schemas['WatchPresence']; data: Schemas['Presence'][] };
    'sync': { payload: Schemas['Sync']; data: Schemas['SyncResult'] };
    'session:refresh': { payload: Schemas['RefreshSocket']; data: Schemas['RefreshedSocket'] };
}

/** The names of {@link ServerEvents}. */
export const SERVER_EVENTS = [
    'message:created',
    'message:updated',
    'message:deleted',
    'member:joined',
    'member:updated',
    'member:left',
    'conversation:added',
    'conversation:updated',
    'conversation:removed',
    'conversation:changed',
    'conversation:me',
    'receipt:read',
    'receipt:delivered',
    'typing',
    'presence:changed',
    'session:ready',
    'session:expiring',
    'session:ended',
    'server:draining',
] as const satisfies readonly (keyof ServerEvents)[];
