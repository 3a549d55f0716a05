import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { TestServer } from '../../test/harness/server.js';
import { PASSWORD } from '../../test/clients/account.js';
import { TestBrowser } from './browser.js';
import type { ChatPage } from './chat-page.js';

const MESSAGES = 10_000;
const AT_ONCE = 100;

describe('a conversation of 10,000 messages', () => {
  let server: TestServer;
  let browsing: TestBrowser;
  let ada: ChatPage;

  beforeAll(async () => {
    server = await TestServer.start();
    const writer = await server.account('writer');
    const reader = await server.account('reader');
    const { body: group } = await writer.rest.post('/conversations', {
      type: 'group',
      title: 'Archive',
      memberIds: [reader.id],
    });
    for (let seq = 1; seq <= MESSAGES; seq += AT_ONCE) {
      const texts = Array.from(
        { length: AT_ONCE },
        (_, index) => `Message ${seq + index} ${'and so on '.repeat(index % 12)}`,
      );
      await Promise.all(texts.map((text) => writer.rest.post('/messages', { conversationId: group.id, text })));
    }
    await reader.rest.put(`/conversations/${group.id}/read`, { seq: MESSAGES });
    browsing = await TestBrowser.launch(server.origin);
    ada = await browsing.openPage();
    await ada.signIn(reader.username, PASSWORD);
    await ada.open('Archive');
  }, 120_000);

  afterAll(async () => {
    await browsing.close();
    await server.stop();
  });

  const scroller = (): ReturnType<ChatPage['page']['locator']> => ada.page.locator('.timeline-scroll');

  it('opens at its end', async () => {
    await ada.page.locator('.message').last().waitFor();
    const distance = await scroller().evaluate(
      (element) => element.scrollHeight - element.scrollTop - element.clientHeight,
    );
    expect(distance).toBeLessThan(40);
  });

  it('stands still while older messages come in above', async () => {
    const moved = await ada.page.evaluate(async () => {
      const element = document.querySelector('.timeline-scroll');
      const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
      const top = (message: Element | null): number => message?.getBoundingClientRect().top ?? 0;
      if (!element) throw new Error('there is no list');
      const height = element.scrollHeight;
      element.scrollTop = 600;
      // What is above the view is measured in these; the reader has not seen it stand anywhere else.
      await frame();
      await frame();
      const anchor = [...document.querySelectorAll('.message')].find((message) => top(message) > 200) ?? null;
      const places = [top(anchor)];
      while (element.scrollHeight < height + 1_000) {
        await frame();
        places.push(top(anchor));
      }
      await frame();
      places.push(top(anchor));
      return Math.max(...places) - Math.min(...places);
    });
    expect(moved).toBeLessThanOrEqual(2);
  });

  it('is scrolled back to its first message, with a page that stays small', async () => {
    const most = { elements: 0, rows: 0 };
    const intro = ada.page.locator('.intro');
    while ((await intro.count()) === 0) {
      const first = await ada.page.locator('.message').first().getAttribute('data-message');
      await scroller().evaluate((element) => (element.scrollTop = 0));
      // What is at the top is another message, or there is nothing older.
      await ada.page.waitForFunction(
        (was) =>
          document.querySelector('.intro') !== null ||
          document.querySelector('.message')?.getAttribute('data-message') !== was,
        first,
      );
      const now = await ada.page.evaluate(() => ({
        elements: document.querySelectorAll('*').length,
        rows: document.querySelectorAll('.message').length,
      }));
      most.elements = Math.max(most.elements, now.elements);
      most.rows = Math.max(most.rows, now.rows);
    }
    const [first = ''] = await ada.texts();
    expect(Number(/^Message (\d+)/.exec(first)?.[1])).toBeLessThanOrEqual(AT_ONCE);
    expect(most.rows).toBeLessThan(150);
    expect(most.elements).toBeLessThan(4_000);
    const heap = await heapBytes();
    expect(heap).toBeLessThan(60 * 1024 * 1024);
  }, 120_000);

  it('goes back to its end at once', async () => {
    await ada.page.getByRole('button', { name: 'To the latest message' }).click();
    await ada.page.waitForFunction(() => {
      const element = document.querySelector('.timeline-scroll');
      return element !== null && element.scrollHeight - element.scrollTop - element.clientHeight < 40;
    });
    await ada.page.locator('.intro').waitFor({ state: 'detached' });
    await ada.send('Here I am');
    await ada.waitForTick('Here I am', 'sent');
  });

  async function heapBytes(): Promise<number> {
    const session = await ada.context.newCDPSession(ada.page);
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    return usedSize;
  }
});
