import { Account } from '../../test/clients/account.js';
import type { TestServer } from '../../test/harness/server.js';

/** Registers a user with a display name. */
async function register(server: TestServer, username: string, displayName: string, about = ''): Promise<Account> {
  const account = await Account.register(server.origin, username);
  await account.rest.patch('/users/me', { displayName, ...(about && { about }) });
  return account;
}

async function send(sender: Account, conversationId: string, text: string, options: object = {}): Promise<any> {
  const { body } = await sender.rest.post('/messages', { conversationId, text, ...options });
  return body;
}

/** Fills a server with users, rooms, a group and messages of every kind, for screenshots. @returns the user who signs in */
export async function createOfficeScene(server: TestServer): Promise<Account> {
  const ada = await register(server, 'ada', 'Ada Lovelace', 'Analyst. Writes notes longer than the paper.');
  const grace = await register(server, 'grace.hopper', 'Grace Hopper', 'Nanoseconds, explained.');
  const linus = await register(server, 'linus', 'Linus Pauling');
  const hedy = await register(server, 'hedy', 'Hedy Lamarr');
  const { body: rooms } = await ada.rest.get('/conversations/discover');
  const room = (title: string): string => rooms.items.find((item: any) => item.title === title).id;
  for (const person of [ada, grace, linus, hedy]) await person.rest.post(`/conversations/${room('general')}/join`);
  for (const person of [ada, hedy]) await person.rest.post(`/conversations/${room('tech')}/join`);

  const direct = async (other: Account): Promise<string> =>
    (await ada.rest.post('/conversations', { type: 'direct', memberIds: [other.id] })).body.id;
  const { body: group } = await ada.rest.post('/conversations', {
    type: 'group',
    title: 'Compiler weekend',
    topic: 'Saturday, ten o’clock, the big table',
    memberIds: [grace.id, hedy.id],
  });

  await send(hedy, room('tech'), 'Frequency hopping demo is up: https://example.org/demos/hopping');
  await send(linus, await direct(linus), 'Lunch at half past twelve?');
  await send(ada, await direct(hedy), 'Thank you, that helped a lot!');
  await send(grace, group.id, 'I can bring the tape reader.');
  await send(hedy, group.id, 'And I bring the piano rolls 🎹');

  const general = room('general');
  await send(ada, general, 'Good morning, everyone ☀️');
  const plan = await send(
    grace,
    general,
    'Morning! The release goes out at three. The plan lists the tasks that are left, and their owners: https://example.org/plan',
  );
  await send(grace, general, 'Please have a look before lunch.');
  const answer = await send(
    ada,
    general,
    'Reading it now. Number four looks like half an hour to me, not half a day.',
    {
      replyToId: plan.id,
    },
  );
  await send(linus, general, 'Then I take number four.');
  await send(linus, general, '👍');
  const wrong = await send(hedy, general, 'Wrong window, sorry');
  await hedy.rest.delete(`/messages/${wrong.id}`);
  const last = await send(
    hedy,
    general,
    'Could @ada look at the `retry` in the queue once more? It fails for me every now and then.',
    {
      mentions: [ada.id],
    },
  );
  const edited = await send(ada, general, 'On it. It waits forr the wrong event.');
  await ada.rest.patch(`/messages/${edited.id}`, { text: 'On it. It waits for the wrong event.' });
  for (const person of [grace, linus]) {
    await person.rest.put(`/messages/${answer.id}/reactions/${encodeURIComponent('🎉')}`);
    await person.rest.put(`/conversations/${general}/read`, { seq: 9 });
  }
  await ada.rest.put(`/messages/${last.id}/reactions/${encodeURIComponent('👀')}`);
  await hedy.rest.put(`/conversations/${general}/read`, { seq: 9 });
  return ada;
}
