import type { Notice } from '@gochat/client';

import { useClient, useSelf, useValue } from '../state/client-context.js';
import { personName } from '../model/names.js';

/** A line that says that a member joined, left or was removed. */
export function SystemMessage({ notice }: { readonly notice: Notice }) {
  const client = useClient();
  const self = useSelf();
  const name = personName(useValue(client.person(notice.userId)));
  const by = personName(useValue(client.person(notice.by ?? notice.userId)));
  const isSelf = notice.userId === self.id;
  return <p className="notice-line">{textOf(notice, isSelf ? 'You' : name, by)}</p>;
}

function textOf({ kind }: Notice, name: string, by: string): string {
  switch (kind) {
    case 'joined':
      return `${name} joined`;
    case 'left':
      return `${name} left`;
    case 'removed':
      return `${by} removed ${name}`;
    case 'deleted':
      return `${name} deleted their account`;
  }
}
