import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { TestServer } from '../../test/harness/server.js';
import { TestBrowser } from './browser.js';

describe('the page to try the API', () => {
  let server: TestServer;
  let browsing: TestBrowser;
  beforeAll(async () => {
    server = await TestServer.start();
    browsing = await TestBrowser.launch(`${server.origin}/api/v1/docs`);
  });
  afterAll(async () => {
    await browsing.close();
    await server.stop();
  });

  it('is drawn, and asks the server, with all that its policy allows', async () => {
    const { page } = await browsing.openPage();
    await page.getByRole('heading', { name: /GoChat/ }).waitFor();
    const route = page.locator('.opblock', { hasText: '/api/v1/health/live' });
    await route.getByRole('button').first().click();
    await route.getByRole('button', { name: 'Try it out' }).click();
    await route.getByRole('button', { name: 'Execute' }).click();
    await route.locator('.live-responses-table .response-col_status', { hasText: '200' }).waitFor();
    expect(browsing.pageErrors).toEqual([]);
  });
});
