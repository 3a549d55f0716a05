import { isoTime } from '../infrastructure/database/database.js';
import type { Row } from '../infrastructure/database/transaction.js';
import type { UserView } from '../users/users.dto.js';

/** The columns of a user `u` that {@link userViewOf} reads, under names that no other table has. */
export const USER_COLUMNS = `u.id AS user_id, u.username, u.display_name, u.avatar_url, u.about,
  u.created_at AS user_created_at, u.deleted_at AS user_deleted_at`;

/** The view of a user from a row with {@link USER_COLUMNS}. */
export function userViewOf(row: Row): UserView {
  return {
    id: String(row['user_id']),
    username: row['username'] as string | null,
    displayName: row['display_name'] as string | null,
    avatarUrl: row['avatar_url'] as string | null,
    about: row['about'] as string | null,
    createdAt: isoTime(row['user_created_at']),
    deleted: row['user_deleted_at'] !== null,
  };
}
