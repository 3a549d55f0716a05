import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { TestServer } from '../../test/harness/server.js';
import { PASSWORD } from '../../test/clients/account.js';
import { TestBrowser } from './browser.js';
import type { ChatPage } from './chat-page.js';

const MESSAGES = 10_000;
const BATCH = 100;

describe('web client: a conversation of 10,000 messages', () => {
  let server: TestServer;
  let browser: TestBrowser;
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
    for (let seq = 1; seq <= MESSAGES; seq += BATCH) {
      const texts = Array.from(
        { length: BATCH },
        (_, index) => `Message ${seq + index} ${'and so on '.repeat(index % 12)}`,
      );
      await Promise.all(texts.map((text) => writer.rest.post('/messages', { conversationId: group.id, text })));
    }
    await reader.rest.put(`/conversations/${group.id}/read`, { seq: MESSAGES });
    browser = await TestBrowser.launch(server.origin);
    ada = await browser.openPage();
    await ada.signIn(reader.username, PASSWORD);
    await ada.open('Archive');
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  const scroller = (): ReturnType<ChatPage['page']['locator']> => ada.page.locator('.timeline-scroll');

  it('opens at the latest message', async () => {
    await ada.page.locator('.message').last().waitFor();
    const distance = await scroller().evaluate(
      (element) => element.scrollHeight - element.scrollTop - element.clientHeight,
    );
    expect(distance).toBeLessThan(40);
  });

  it('keeps the scroll position while older messages load above', async () => {
    const moved = await ada.page.evaluate(async () => {
      const element = document.querySelector('.timeline-scroll');
      const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
      const top = (message: Element | null): number => message?.getBoundingClientRect().top ?? 0;
      if (!element) throw new Error('the page has no timeline');
      const height = element.scrollHeight;
      element.scrollTop = 600;
      // The list measures the rows above the view in these two frames, before anything has been painted.
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

  it('scrolls back to the first message within bounds of rows, elements and memory', async () => {
    const most = { elements: 0, rows: 0 };
    const intro = ada.page.locator('.intro');
    while ((await intro.count()) === 0) {
      const first = await ada.page.locator('.message').first().getAttribute('data-message');
      await scroller().evaluate((element) => (element.scrollTop = 0));
      // Until another message is at the top, or the start of the conversation is shown.
      await ada.page.waitForFunction(
        (previous) =>
          document.querySelector('.intro') !== null ||
          document.querySelector('.message')?.getAttribute('data-message') !== previous,
        first,
      );
      const now = await ada.page.evaluate(() => ({
        elements: document.querySelectorAll('*').length,
        rows: document.querySelectorAll('.message').length,
      }));
      most.elements = Math.max(most.elements, now.elements);
      most.rows = Math.max(most.rows, now.rows);
    }
    const [first = ''] = await ada.messageTexts();
    expect(Number(/^Message (\d+)/.exec(first)?.[1])).toBeLessThanOrEqual(BATCH);
    expect(most.rows).toBeLessThan(150);
    expect(most.elements).toBeLessThan(4_000);
    const heap = await heapBytes();
    expect(heap).toBeLessThan(60 * 1024 * 1024);
  }, 120_000);

  it('scrolls back to the latest message with one click', async () => {
    await ada.page.getByRole('button', { name: 'Scroll to latest message' }).click();
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
