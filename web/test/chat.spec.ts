import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { TestServer } from '../../test/harness/server.js';
import { TestBrowser } from './browser.js';
import type { ChatPage } from './chat-page.js';

describe('two people in a room', () => {
  let server: TestServer;
  let browsing: TestBrowser;
  let ada: ChatPage;
  let bob: ChatPage;

  beforeAll(async () => {
    server = await TestServer.start();
    browsing = await TestBrowser.launch(server.origin);
    ada = await browsing.openPage();
    bob = await browsing.openPage();
    await ada.signUp('ada', 'Ada Lovelace');
    await bob.signUp('bob', 'Bob Bemer');
  });

  afterAll(async () => {
    await browsing.close();
    await server.stop();
  });

  afterEach(() => expect(browsing.pageErrors).toEqual([]));

  it('join it from the list of rooms, and each sees the other come', async () => {
    await ada.joinRoom('general');
    await bob.joinRoom('general');
    await ada.page.getByText('Bob Bemer joined').waitFor();
  });

  it('hear each other', async () => {
    await ada.send('Hello, Bob');
    await bob.message('Hello, Bob').waitFor();
    await bob.send('Hello, Ada');
    await ada.message('Hello, Ada').waitFor();
  });

  it('see what has been read', async () => {
    await ada.waitForTick('Hello, Bob', 'read');
    await bob.waitForTick('Hello, Ada', 'read');
  });

  it('see the other type', async () => {
    // As fast as one types: who has just sent something is shown to type again only after a moment.
    await bob.composer.pressSequentially('I am thinking about it', { delay: 200 });
    await ada.page.locator('.typing-line', { hasText: 'Bob Bemer is typing' }).waitFor();
    await bob.composer.fill('');
    await ada.page.locator('.typing-line', { hasText: 'typing' }).waitFor({ state: 'detached' });
  });

  it('answer a message, and go to what was answered', async () => {
    await bob.clickMessageAction('Hello, Bob', 'Reply');
    await bob.send('Nice to meet you');
    const quote = ada.message('Nice to meet you').locator('.quote');
    await quote.getByText('Hello, Bob').waitFor();
    await quote.click();
    await ada.page.locator('.timeline-row-highlighted', { hasText: 'Hello, Bob' }).waitFor();
  });

  it('react, and take it back', async () => {
    await ada.clickMessageAction('Nice to meet you', 'React with ❤️');
    const reaction = bob.message('Nice to meet you').locator('.reaction');
    await reaction.waitFor();
    await reaction.click();
    await ada.message('Nice to meet you').locator('.reaction-count', { hasText: '2' }).waitFor();
    await reaction.click();
    await ada.message('Nice to meet you').locator('.reaction-count', { hasText: '2' }).waitFor({ state: 'detached' });
  });

  it('edit what they wrote last with the up key', async () => {
    await ada.send('Helo again');
    await ada.composer.press('ArrowUp');
    expect(await ada.composer.inputValue()).toBe('Helo again');
    await ada.composer.fill('Hello again');
    await ada.composer.press('Enter');
    await bob.message('Hello again').getByText('edited').waitFor();
    expect(await ada.composer.inputValue()).toBe('');
  });

  it('delete what they wrote, for both', async () => {
    await ada.send('Never mind');
    await bob.message('Never mind').waitFor();
    await ada.selectMenuItem('Never mind', 'Delete');
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await bob.message('This message was deleted').waitFor();
    expect(await bob.message('Never mind').count()).toBe(0);
  });

  it('mention each other by name', async () => {
    await ada.composer.pressSequentially('Ask @bo');
    await ada.page.getByRole('option', { name: 'Bob Bemer' }).waitFor();
    await ada.composer.press('Enter');
    await ada.composer.pressSequentially('about it');
    await ada.composer.press('Enter');
    await bob.message('Ask @bob about it').locator('.mention-self').waitFor();
  });

  it('read markup as the text that it is', async () => {
    const text = '<img src=x onerror="document.title=1"> <b>bold</b>';
    await ada.send(text);
    await bob.message(text).waitFor();
    expect(await bob.page.locator('.message-text :is(img, b)').count()).toBe(0);
  });

  it('keep what they have not sent yet, and see it in the inbox', async () => {
    await ada.composer.fill('Half a thought');
    await ada.page.getByRole('button', { name: 'Discover rooms' }).click();
    await ada.inboxRow('general').getByText('Half a thought').waitFor();
    await ada.page.reload();
    await ada.open('general');
    expect(await ada.composer.inputValue()).toBe('Half a thought');
    await ada.composer.fill('');
  });

  it('find a message, and go to it', async () => {
    await bob.page.getByRole('searchbox', { name: 'Search conversations, messages and people' }).fill('meet you');
    await bob.page.locator('.inbox-row', { hasText: 'Nice to meet you' }).click();
    await bob.page.locator('.timeline-row-highlighted', { hasText: 'Nice to meet you' }).waitFor();
    await bob.page.getByRole('button', { name: 'Clear the search' }).click();
  });

  it('write to each other alone, and count what is unread', async () => {
    await ada.page.getByRole('button', { name: 'New chat' }).click();
    await ada.page.getByRole('searchbox', { name: 'Search people' }).fill('bob');
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

  it('make a group, and see who is in it', async () => {
    await ada.page.getByRole('button', { name: 'New chat' }).click();
    const dialog = ada.page.getByRole('dialog');
    await dialog.getByText('Group', { exact: true }).click();
    await dialog.getByLabel('Name of the group').fill('Engines');
    await dialog.getByRole('searchbox', { name: 'Search people' }).fill('bob');
    await dialog.getByRole('button', { name: 'Bob Bemer' }).click();
    await dialog.getByRole('button', { name: 'Create group' }).click();
    await ada.composer.waitFor();
    await bob.open('Engines');
    await bob.page.getByRole('button', { name: 'Details' }).click();
    await bob.page.getByRole('region', { name: 'Members' }).getByText('Ada Lovelace').waitFor();
  });
});
