import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

import { ChatPage } from './chat-page.js';

/** Path of the browser: Debian's Chromium, unless `CHROMIUM` is set. */
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const SCREENSHOTS = join('artifacts', 'web');
/** A page that does not show an awaited element within this time fails the test. */
const TIMEOUT_MS = 15_000;

export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1280, height: 800 };

export interface PageOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
  /** Emulates a phone: touch input, and no pointer that hovers. */
  readonly isMobile?: boolean;
  /** Allows scripts that the page's Content-Security-Policy blocks, such as axe. */
  readonly bypassCSP?: boolean;
}

/** Whether a console error fails the test: errors of the page and policy violations do, failed requests of offline tests do not. */
const isPageError = (text: string): boolean =>
  !/Failed to load resource|ERR_INTERNET_DISCONNECTED|WebSocket connection/.test(text);

/** A browser. Each page has its own context, as if it ran on a separate device. */
export class TestBrowser {
  private readonly contexts: BrowserContext[] = [];
  /** Errors and policy violations of all pages. */
  readonly pageErrors: string[] = [];

  private constructor(
    private readonly browser: Browser,
    private readonly origin: string,
  ) {}

  static async launch(origin: string): Promise<TestBrowser> {
    const args = ['--no-sandbox', '--disable-dev-shm-usage', '--force-color-profile=srgb'];
    return new TestBrowser(await chromium.launch({ executablePath: CHROMIUM, args }), origin);
  }

  /** Opens GoChat on a new device. */
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

/** Saves a screenshot as `artifacts/web/<name>.png`. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), animations: 'disabled', caret: 'hide' });
}
