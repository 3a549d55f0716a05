import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { TestServer } from '../../test/harness/server.js';
import { TestBrowser } from './browser.js';
import type { ChatPage } from './chat-page.js';

describe('web client: offline', () => {
  let server: TestServer;
  let browser: TestBrowser;
  let ada: ChatPage;
  let bob: ChatPage;

  beforeAll(async () => {
    server = await TestServer.start();
    browser = await TestBrowser.launch(server.origin);
    ada = await browser.openPage();
    bob = await browser.openPage();
    await ada.signUp('ada', 'Ada Lovelace');
    await bob.signUp('bob', 'Bob Bemer');
    await ada.joinRoom('general');
    await bob.joinRoom('general');
    await ada.send('Before the tunnel');
    await bob.message('Before the tunnel').waitFor();
  });

  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  afterEach(() => expect(browser.pageErrors).toEqual([]));

  it('queues messages while offline, and sends them once and in order', async () => {
    await ada.context.setOffline(true);
    await ada.page.getByText('You are offline.').waitFor();
    for (const text of ['First', 'Second', 'Third']) {
      await ada.send(text);
      await ada.waitForTick(text, 'pending');
    }
    await bob.send('Where are you?');
    await ada.context.setOffline(false);
    await bob.message('Third').waitFor();
    await ada.message('Where are you?').waitFor();
    await ada.waitForTick('Third', 'read');
    await ada.page.getByText('You are offline.').waitFor({ state: 'detached' });
    const expected = ['Before the tunnel', 'Where are you?', 'First', 'Second', 'Third'];
    expect(await bob.messageTexts()).toEqual(expected);
    expect(await ada.messageTexts()).toEqual(expected);
  });

  it('opens offline with the stored messages', async () => {
    await bob.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await bob.context.setOffline(true);
    await bob.page.reload();
    await bob.message('Third').waitFor();
    expect(await bob.messageTexts()).toEqual(['Before the tunnel', 'Where are you?', 'First', 'Second', 'Third']);
    await bob.inboxRow('general').waitFor();
    await bob.page.getByText('You are offline.').waitFor();
    await bob.context.setOffline(false);
    await bob.page.getByText('You are offline.').waitFor({ state: 'detached' });
    await ada.send('Welcome back');
    await bob.message('Welcome back').waitFor();
  });

  it('caches the page, and no API response', async () => {
    const paths = await bob.page.evaluate(async () => {
      const caches = await globalThis.caches.keys();
      const requests = await Promise.all(caches.map(async (name) => (await globalThis.caches.open(name)).keys()));
      return requests.flat().map(({ url }) => new URL(url).pathname);
    });
    expect(paths).toContain('/');
    expect(paths.filter((path) => path.startsWith('/api'))).toEqual([]);
  });
});
