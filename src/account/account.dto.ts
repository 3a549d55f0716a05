import { ExportedBlockView } from '../blocks/block-export.dto.js';
import { NestedList, Nested, Text, Time } from '../common/field.decorators.js';
import { ExportedMembershipView } from '../members/members.dto.js';
import { ExportedMessageView, ExportedReactionView } from '../messages/messages.dto.js';
import { ExportedSessionView } from '../sessions/session-export.dto.js';
import { OwnUserView } from '../users/users.dto.js';

/** Deletes an account. The password is required, so that a stolen session does not suffice. */
export class DeleteAccount {
  @Text({ min: 1, max: 128 })
  password!: string;
}

export class ExportedUserView extends OwnUserView {
  @Time({ nullable: true })
  lastSeenAt!: string | null;
}

/** All data of a user. */
export class ExportView {
  @Time()
  exportedAt!: string;

  @Nested(() => ExportedUserView)
  user!: ExportedUserView;

  @NestedList(() => ExportedSessionView)
  sessions!: ExportedSessionView[];

  @NestedList(() => ExportedBlockView)
  blocks!: ExportedBlockView[];

  @NestedList(() => ExportedMembershipView, { description: 'Includes conversations that you left.' })
  conversations!: ExportedMembershipView[];

  @NestedList(() => ExportedMessageView, { description: 'The messages that you sent.' })
  messages!: ExportedMessageView[];

  @NestedList(() => ExportedReactionView)
  reactions!: ExportedReactionView[];
}

/** The lists of an {@link ExportView}, in the order of the JSON. Each is exported by the owner of its table. */
export const EXPORT_SECTIONS = [
  'sessions',
  'blocks',
  'conversations',
  'messages',
  'reactions',
] as const satisfies readonly (keyof ExportView)[];
