import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

import { ConversationEntity } from '../conversations/conversation.entity.js';
import { integer, uuid } from '../infrastructure/database/columns.js';

/** The search checkpoint of a conversation: the `rev` up to which its messages are indexed. */
@Entity('search_heads')
export class SearchCheckpointEntity {
  @PrimaryColumn(uuid)
  @ForeignKey(() => ConversationEntity, { name: 'search_heads_of_conversation', onDelete: 'CASCADE' })
  conversation_id!: string;

  /** Each message that changed at or before this `rev` is indexed with the text that it had then. */
  @Column(integer)
  rev!: number;
}
