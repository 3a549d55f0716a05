import type { ConversationState, Member } from '@gochat/client';
import { useState } from 'react';

import { useClient, useSelf, useValue } from '../state/client-context.js';
import { attempt } from '../notifications/toasts.js';
import { personName } from '../model/names.js';
import { AddMembersDialog } from '../users/add-members-dialog.js';
import { showProfile } from '../users/profile-dialog-state.js';
import { Avatar } from '../ui/avatar.js';
import { DotsIcon, PlusIcon } from '../ui/icons.js';
import { MenuButton, type MenuItem } from '../ui/menu.js';

/** The members of a group or room. */
export function MemberSection({ conversation }: { readonly conversation: ConversationState }) {
  const { id, type, me } = conversation;
  const list = useClient().members(id);
  const { items, total, isComplete, isLoading } = useValue(list);
  const [isAdding, setAdding] = useState(false);
  const canAdd = type === 'group' || me.role !== 'member';
  return (
    <section className="info-section" aria-label="Members">
      <h3 className="section-title">
        {total} {total === 1 ? 'member' : 'members'}
      </h3>
      {canAdd && (
        <button type="button" className="row-button" onClick={() => setAdding(true)}>
          <span className="row-button-icon">
            <PlusIcon />
          </span>
          Add members
        </button>
      )}
      <ul className="member-list">
        {items.map((member) => (
          <MemberRow key={member.user.id} member={member} conversation={conversation} />
        ))}
      </ul>
      {!isComplete && (
        <button type="button" className="button" disabled={isLoading} onClick={() => void attempt(list.load())}>
          {isLoading ? 'Loading…' : 'Show more'}
        </button>
      )}
      {isAdding && <AddMembersDialog conversationId={id} onClose={() => setAdding(false)} />}
    </section>
  );
}

function MemberRow({ member, conversation }: { readonly member: Member; readonly conversation: ConversationState }) {
  const self = useSelf();
  const client = useClient();
  const { user, role } = member;
  const presence = useValue(client.presence(user.id));
  const isSelf = user.id === self.id;
  const isOnline = isSelf || (presence?.online ?? false);
  const items = useMemberMenu(member, conversation);
  return (
    <li className="member">
      <button type="button" className="member-button" onClick={() => showProfile(user.id)}>
        <Avatar id={user.id} name={personName(user)} url={user.avatarUrl} size="s" isOnline={isOnline} />
        <span className="member-text">
          <span className="member-name">
            {personName(user)}
            {isSelf && <span className="member-note"> (you)</span>}
          </span>
          <span className="member-note">
            @{user.username}
            {isOnline && <span className="visually-hidden">, online</span>}
          </span>
        </span>
        {role !== 'member' && <span className="role">{role}</span>}
      </button>
      {items.length > 0 && <MenuButton label={`Manage ${personName(user)}`} icon={<DotsIcon />} items={items} />}
    </li>
  );
}

/** Actions on a member. The owner can change roles and remove anyone; an admin can remove members. */
function useMemberMenu({ user, role }: Member, { id, me }: ConversationState): MenuItem[] {
  const client = useClient();
  const self = useSelf();
  if (user.id === self.id) return [];
  const items: MenuItem[] = [];
  const setRole = (to: Member['role']) => (): void => void attempt(client.conversations.setRole(id, user.id, to));
  if (me.role === 'owner') {
    if (role === 'member') items.push({ label: 'Make admin', onSelect: setRole('admin') });
    if (role === 'admin') items.push({ label: 'Remove as admin', onSelect: setRole('member') });
    items.push({ label: 'Make owner', onSelect: setRole('owner') });
  }
  if (me.role === 'owner' || (me.role === 'admin' && role === 'member')) {
    const remove = (): void => void attempt(client.conversations.removeMember(id, user.id));
    items.push({ label: 'Remove', isDangerous: true, onSelect: remove });
  }
  return items;
}
