import { expect, test } from 'vitest';

import { render } from './markdown';

test('what agents use is rendered', () => {
  const html = render('**bold** `code`\n\n- one\n- [x] two\n\n[site](https://example.org/a?b)');
  expect(html).toContain('<strong>bold</strong>');
  expect(html).toContain('<code>code</code>');
  expect(html).toContain('<a href="https://example.org/a?b">site</a>');
  expect(html).toContain('☑');
});

test('nothing an agent writes can run, load, or look like a part of the window', () => {
  const hostile = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '![x](https://tracker.example/p.png)',
    '[x](javascript:alert(1))',
    '[x](data:text/html,<script>)',
    '[x](file:///etc/passwd)',
    '<a href="https://x" onclick="alert(1)" style="position:fixed" class="button" id="app">x</a>',
    '<svg onload=alert(1)>',
    '<iframe src="https://x"></iframe>',
    '<form action="https://x"><input></form>',
    '<style>*{display:none}</style>',
    '<button>Approve</button>',
    '[x]: javascript:alert(1)\n[x]',
  ];
  for (const text of hostile) {
    const page = document.createElement('div');
    page.innerHTML = render(text);
    const bad = page.querySelector(
      'script, img, svg, iframe, form, input, style, button, [onclick], [onerror], [style], [class], [id]',
    );
    expect(bad, text).toBeNull();
    for (const link of page.querySelectorAll('a[href]')) {
      expect(link.getAttribute('href'), text).toMatch(/^(https?|mailto):/);
    }
  }
});

test('markup is shown as the text it is, and a picture by its words', () => {
  expect(render('<b>x</b>')).toContain('&lt;b&gt;');
  expect(render('![a chart](https://x/y.png)')).toContain('[picture: a chart]');
});

test('what reorders text is made visible', () => {
  expect(render('safe\u202Etxt.exe')).toContain('safe‹U+202E›txt.exe');
});
