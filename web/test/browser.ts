import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

import { ChatPage } from './chat-page.js';

/** Debian's, unless told otherwise. */
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const SCREENSHOTS = join('artifacts', 'web');
/** Waiting longer than this for something in a page is a failure. */
const TIMEOUT_MS = 15_000;

export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1280, height: 800 };

export interface PageOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
  /** As a phone is: touched, with no pointer that hovers. */
  readonly isMobile?: boolean;
  /** Lets a checker into the page, which the page's own policy keeps out. */
  readonly bypassCSP?: boolean;
}

/** What a page must never say: a fault of ours, or something that its policy forbids. Failed requests are no fault offline. */
const isPageError = (text: string): boolean =>
  !/Failed to load resource|ERR_INTERNET_DISCONNECTED|WebSocket connection/.test(text);

/** A browser, and the people who use it: each in a context of their own, as on a machine of their own. */
export class TestBrowser {
  private readonly contexts: BrowserContext[] = [];
  /** What went wrong in any page. */
  readonly pageErrors: string[] = [];

  private constructor(
    private readonly browser: Browser,
    private readonly origin: string,
  ) {}

  static async launch(origin: string): Promise<TestBrowser> {
    const args = ['--no-sandbox', '--disable-dev-shm-usage', '--force-color-profile=srgb'];
    return new TestBrowser(await chromium.launch({ executablePath: CHROMIUM, args }), origin);
  }

  /** Somebody opens the page. */
  async openPage({ viewport = DESKTOP, ...options }: PageOptions = {}): Promise<ChatPage> {
    const context = await this.browser.newContext({
      viewport,
      locale: 'en-GB',
      hasTouch: options.isMobile === true,
      ...options,
    });
    context.setDefaultTimeout(TIMEOUT_MS);
    this.contexts.push(context);
    const page = await context.newPage();
    page.on('pageerror', (error) => this.pageErrors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && isPageError(message.text())) this.pageErrors.push(message.text());
    });
    await page.goto(this.origin);
    return new ChatPage(page, context);
  }

  async close(): Promise<void> {
    for (const context of this.contexts) await context.close();
    await this.browser.close();
  }
}

/** Keeps what a page looks like, for who wants to see it. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), animations: 'disabled', caret: 'hide' });
}
