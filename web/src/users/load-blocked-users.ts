import type { GoChatClient, User } from '@gochat/client';

/** The blocked users, up to the largest page of the server. @throws ProblemError, UnreachableError */
export async function loadBlockedUsers(client: GoChatClient): Promise<readonly User[]> {
  const { page } = await client.limits();
  const { items } = await client.users.blocks({ limit: page.max });
  return items;
}
