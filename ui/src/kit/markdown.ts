import DOMPurify from 'dompurify';
import { Marked, type Tokens } from 'marked';

import { plain } from '../words/visible';

import { say } from '../words/say';

/** What text of an agent may become. No styles, no classes, no pictures, nothing that loads or runs. */
const ALLOWED = {
  ALLOWED_TAGS: [
    'p',
    'br',
    'hr',
    'strong',
    'em',
    'del',
    'code',
    'pre',
    'blockquote',
    'ul',
    'ol',
    'li',
    'a',
    'h1',
    'h2',
    'h3',
    'h4',
    'h5',
    'h6',
    'table',
    'thead',
    'tbody',
    'tr',
    'th',
    'td',
  ],
  ALLOWED_ATTR: ['href', 'start'],
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
};

const marked = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    // Markup of an agent is text like any other.
    html: ({ text }: Tokens.HTML | Tokens.Tag) => escape(text),
    image: ({ text, href }: Tokens.Image) => escape(say.kit.picture(text === '' ? href : text)),
    // A box to tick would answer nothing.
    checkbox: ({ checked }: Tokens.Checkbox) => (checked ? '☑ ' : '☐ '),
  },
});

/** Markdown of an agent as HTML that can do nothing but be read. */
export function render(text: string): string {
  const html = marked.parse(plain(text), { async: false });
  return DOMPurify.sanitize(html, ALLOWED);
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
