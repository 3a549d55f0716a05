import { isoTime } from '../infrastructure/database/database.js';
import type { UserView } from '../users/users.dto.js';

/** The columns of a user `u` that {@link userViewOf} reads. No other table has columns of these names. */
export const USER_COLUMNS = `u.id AS user_id, u.username, u.display_name, u.avatar_url, u.about,
  u.created_at AS user_created_at, u.deleted_at AS user_deleted_at`;

/** A row with {@link USER_COLUMNS}. */
export interface UserRow {
  readonly user_id: string;
  readonly username: string | null;
  readonly display_name: string | null;
  readonly avatar_url: string | null;
  readonly about: string | null;
  readonly user_created_at: string;
  readonly user_deleted_at: string | null;
}

export function userViewOf(row: UserRow): UserView {
  return {
    id: row.user_id,
    username: row.username,
    displayName: row.display_name,
    avatarUrl: row.avatar_url,
    about: row.about,
    createdAt: isoTime(row.user_created_at),
    deleted: row.user_deleted_at !== null,
  };
}
