import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { Account } from '../../test/clients/account.js';
import { TestServer } from '../../test/harness/server.js';
import { waitFor } from '../../test/support/wait-for.js';

let server: TestServer;
let program: ChildProcess | undefined;

beforeAll(() => {
  execFileSync('npx', ['tsc', '-p', 'client/tsconfig.build.json']);
});
beforeEach(async () => {
  server = await TestServer.start();
});
afterEach(async () => {
  program?.kill();
  await server.stop();
});

describe.each([
  ['client/README.md', 'client'],
  ['README.md', '.'],
])('the example of %s', (readme, cwd) => {
  it('has at most ten lines, and sends and receives messages', async () => {
    const [, code = ''] = /<!-- ten-lines -->\s+```js\n([\s\S]+?)\n```/.exec(readFileSync(readme, 'utf8')) ?? [];
    expect(code.trim().split('\n').filter(Boolean).length).toBeLessThanOrEqual(10);
    expect(code).toContain('GoChatClient');
    // The user that the example logs in as.
    const [, login = '', password = ''] = /login: '(\w+)', password: '([^']+)'/.exec(code) ?? [];
    await server.rest.post('/auth/register', { username: login, password });
    const here = code.replace('http://localhost:3000', server.origin);

    program = spawn(process.execPath, ['--input-type=module', '-e', here], { cwd });
    let output = '';
    let errors = '';
    program.stdout?.on('data', (chunk) => (output += String(chunk)));
    program.stderr?.on('data', (chunk) => (errors += String(chunk)));

    const bob = await Account.register(server.origin, 'bob');
    const { items } = (await bob.rest.get('/conversations/discover?q=general')).body;
    await bob.rest.post(`/conversations/${items[0].id}/join`);
    const said = async (): Promise<string[]> =>
      (await bob.rest.get(`/messages?conversationId=${items[0].id}`)).body.items.map(({ text }: any) => text);
    await waitFor(
      'the example has sent its message',
      async () => errors !== '' || (await said()).includes('Hello, everybody'),
    );
    expect(errors).toBe('');
    await bob.rest.post('/messages', { conversationId: items[0].id, text: 'Hello, Ada' });
    await waitFor('the example has printed the answer', () => output.includes('bob: Hello, Ada'));
    expect(errors).toBe('');
  });
});
