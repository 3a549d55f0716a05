import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

import { counter, integer, line, moment, optionalLine, uuid } from '../infrastructure/database/columns.js';

@Entity('conversations')
@Index('conversations_direct_key', ['direct_key'], { unique: true })
@Index('conversations_title', ['type', 'title_folded', 'id'])
export class ConversationEntity {
  @PrimaryColumn(uuid)
  id!: string;

  @Column(line(8))
  type!: string;

  @Column(optionalLine(100))
  title!: string | null;

  /** The folded title, for the search by prefix. */
  @Column(optionalLine(128))
  title_folded!: string | null;

  @Column(optionalLine(500))
  topic!: string | null;

  /** The ids of both members of a direct conversation, in order: each pair has one. */
  @Column({ type: 'varchar', length: 73, nullable: true })
  direct_key!: string | null;

  @Column({ ...uuid, nullable: true })
  created_by!: string | null;

  @Column(moment)
  created_at!: Date;

  /** The time of the last change of title or topic. */
  @Column(moment)
  updated_at!: Date;

  /** The time of the last message, or of the creation. Orders the inbox. */
  @Column(moment)
  active_at!: Date;

  @Column(counter)
  last_seq!: number;

  @Column(counter)
  rev!: number;

  @Column(counter)
  member_count!: number;
}

/** The id of a deleted conversation. The row is kept, so that the id is never used again. */
@Entity('purges')
@Index('purges_done', ['done'])
export class DeletedConversationEntity {
  @PrimaryColumn(uuid)
  conversation_id!: string;

  /** 0 while messages remain to be purged, then 1. */
  @Column({ ...integer, default: 0 })
  done!: number;
}
