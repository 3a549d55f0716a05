import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { TestServer } from '../../test/harness/server.js';
import { TestBrowser } from './browser.js';
import type { ChatPage } from './chat-page.js';

describe('web client: chatting', () => {
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
  });

  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  afterEach(() => expect(browser.pageErrors).toEqual([]));

  it('joins a room from the list of rooms, and shows who joined', async () => {
    await ada.joinRoom('general');
    await bob.joinRoom('general');
    await ada.page.getByText('Bob Bemer joined').waitFor();
  });

  it('delivers messages to both members', async () => {
    await ada.send('Hello, Bob');
    await bob.message('Hello, Bob').waitFor();
    await bob.send('Hello, Ada');
    await ada.message('Hello, Ada').waitFor();
  });

  it('shows when a message was read', async () => {
    await ada.waitForTick('Hello, Bob', 'read');
    await bob.waitForTick('Hello, Ada', 'read');
  });

  it('shows while the other member is typing', async () => {
    // At human speed: after a send, the sender is shown as typing again only after a short delay.
    await bob.composer.pressSequentially('I am thinking about it', { delay: 200 });
    await ada.page.locator('.typing-line', { hasText: 'Bob Bemer is typing' }).waitFor();
    await bob.composer.fill('');
    await ada.page.locator('.typing-line', { hasText: 'typing' }).waitFor({ state: 'detached' });
  });

  it('replies to a message, and scrolls to it from the quote', async () => {
    await bob.clickMessageAction('Hello, Bob', 'Reply');
    await bob.send('Nice to meet you');
    const quote = ada.message('Nice to meet you').locator('.quote');
    await quote.getByText('Hello, Bob').waitFor();
    await quote.click();
    await ada.page.locator('.timeline-row-highlighted', { hasText: 'Hello, Bob' }).waitFor();
  });

  it('adds and removes reactions', async () => {
    await ada.clickMessageAction('Nice to meet you', 'React with ❤️');
    const reaction = bob.message('Nice to meet you').locator('.reaction');
    await reaction.waitFor();
    await reaction.click();
    await ada.message('Nice to meet you').locator('.reaction-count', { hasText: '2' }).waitFor();
    await reaction.click();
    await ada.message('Nice to meet you').locator('.reaction-count', { hasText: '2' }).waitFor({ state: 'detached' });
  });

  it('edits the last own message with ArrowUp', async () => {
    await ada.send('Helo again');
    await ada.composer.press('ArrowUp');
    expect(await ada.composer.inputValue()).toBe('Helo again');
    await ada.composer.fill('Hello again');
    await ada.composer.press('Enter');
    await bob.message('Hello again').getByText('edited').waitFor();
    expect(await ada.composer.inputValue()).toBe('');
  });

  it('deletes an own message for all members', async () => {
    await ada.send('Never mind');
    await bob.message('Never mind').waitFor();
    await ada.selectMenuItem('Never mind', 'Delete');
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await bob.message('This message was deleted').waitFor();
    expect(await bob.message('Never mind').count()).toBe(0);
  });

  it('suggests members for a mention, and highlights it for the mentioned user', async () => {
    await ada.composer.pressSequentially('Ask @bo');
    await ada.page.getByRole('option', { name: 'Bob Bemer' }).waitFor();
    await ada.composer.press('Enter');
    await ada.composer.pressSequentially('about it');
    await ada.composer.press('Enter');
    await bob.message('Ask @bob about it').locator('.mention-self').waitFor();
  });

  it('shows markup as plain text', async () => {
    const text = '<img src=x onerror="document.title=1"> <b>bold</b>';
    await ada.send(text);
    await bob.message(text).waitFor();
    expect(await bob.page.locator('.message-text :is(img, b)').count()).toBe(0);
  });

  it('keeps a draft across a reload, and shows it in the inbox', async () => {
    await ada.composer.fill('Half a thought');
    await ada.page.getByRole('button', { name: 'Discover rooms' }).click();
    await ada.inboxRow('general').getByText('Half a thought').waitFor();
    await ada.page.reload();
    await ada.open('general');
    expect(await ada.composer.inputValue()).toBe('Half a thought');
    await ada.composer.fill('');
  });

  it('finds a message by text, and scrolls to it', async () => {
    await bob.page.getByRole('searchbox', { name: 'Search conversations, messages and users' }).fill('meet you');
    await bob.page.locator('.inbox-row', { hasText: 'Nice to meet you' }).click();
    await bob.page.locator('.timeline-row-highlighted', { hasText: 'Nice to meet you' }).waitFor();
    await bob.page.getByRole('button', { name: 'Clear search' }).click();
  });

  it('starts a direct conversation, and counts its unread messages', async () => {
    await ada.page.getByRole('button', { name: 'New chat' }).click();
    await ada.page.getByRole('searchbox', { name: 'Search users' }).fill('bob');
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Bob Bemer' }).click();
    await ada.send('Just us');
    const row = bob.inboxRow('Ada Lovelace');
    await row.locator('.badge').waitFor();
    expect(await row.locator('.badge').innerText()).toMatch(/^1/);
    await row.locator('.avatar-online').waitFor();
    await row.click();
    await row.locator('.badge').waitFor({ state: 'detached' });
    await ada.waitForTick('Just us', 'read');
  });

  it('creates a group, and lists its members', async () => {
    await ada.page.getByRole('button', { name: 'New chat' }).click();
    const dialog = ada.page.getByRole('dialog');
    await dialog.getByText('Group', { exact: true }).click();
    await dialog.getByLabel('Group name (optional)').fill('Engines');
    await dialog.getByRole('searchbox', { name: 'Search users' }).fill('bob');
    await dialog.getByRole('button', { name: 'Bob Bemer' }).click();
    await dialog.getByRole('button', { name: 'Create group' }).click();
    await ada.composer.waitFor();
    await bob.open('Engines');
    await bob.page.getByRole('button', { name: 'Details' }).click();
    await bob.page.getByRole('region', { name: 'Members' }).getByText('Ada Lovelace').waitFor();
  });
});
