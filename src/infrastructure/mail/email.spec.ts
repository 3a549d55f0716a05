import { describe, expect, it } from '@jest/globals';

import { composeEmail } from './email.js';

describe('composeEmail', () => {
  it('renders the same paragraphs as text and as HTML', () => {
    expect(
      composeEmail('ann@mail.example', 'Hello', ['One.', { label: 'Go there', url: 'https://a.example/#b' }, 'Two.']),
    ).toEqual({
      to: 'ann@mail.example',
      subject: 'Hello',
      text: 'One.\n\nGo there:\nhttps://a.example/#b\n\nTwo.\n',
      html: expect.stringContaining('<p>One.</p>\n<p><a href="https://a.example/#b">Go there</a></p>\n<p>Two.</p>\n'),
    });
  });

  it('escapes markup in subject, paragraphs, labels and URLs', () => {
    const evil = `"><script>alert('1')</script>&`;
    const { html } = composeEmail('ann@mail.example', evil, [evil, { label: evil, url: evil }]);
    expect(html.match(/<\/?\w+/g)).toEqual([
      '<html',
      '<head',
      '<meta',
      '<title',
      '</title',
      '</head',
      '<body',
      '<p',
      '</p',
      '<p',
      '<a',
      '</a',
      '</p',
      '</body',
      '</html',
    ]);
    expect(html).toContain('&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;');
  });
});
