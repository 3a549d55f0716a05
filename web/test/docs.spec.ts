import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { TestServer } from '../../test/harness/server.js';
import { TestBrowser } from './browser.js';

describe('API documentation page', () => {
  let server: TestServer;
  let browser: TestBrowser;
  beforeAll(async () => {
    server = await TestServer.start();
    browser = await TestBrowser.launch(`${server.origin}/api/v1/docs`);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  it('renders and sends requests under its Content-Security-Policy', async () => {
    const { page } = await browser.openPage();
    await page.getByRole('heading', { name: /GoChat/ }).waitFor();
    const route = page.locator('.opblock', { hasText: '/api/v1/health/live' });
    await route.getByRole('button').first().click();
    await route.getByRole('button', { name: 'Try it out' }).click();
    await route.getByRole('button', { name: 'Execute' }).click();
    await route.locator('.live-responses-table .response-col_status', { hasText: '200' }).waitFor();
    expect(browser.pageErrors).toEqual([]);
  });
});
