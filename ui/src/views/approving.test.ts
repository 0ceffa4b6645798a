import { cleanup, screen, within } from '@testing-library/svelte';
import { tick } from 'svelte';
import { expect, test, vi } from 'vitest';

import { EVERYTHING, longDiff } from '../gallery/diffs';
import { approval, offer, text } from '../gallery/samples';
import type { AskView, Subject } from '../gen';
import { ARMING } from '../state/arming';
import { host, open, taken, user } from './seat';

/** The window with one ask on screen, its keys awake. */
async function openAsk(more: Partial<AskView> = {}): Promise<HTMLElement> {
  await open(approval(more));
  return screen.getByTestId('ask-detail');
}

const change = (unified: string): { subject: Subject } => ({ subject: { type: 'diff', unified } });
const tool = (called: string): { subject: Subject } => ({
  subject: { type: 'tool', name: 'edit', arguments: called },
});

test('a change says in words what becomes of each file, and a file is put away and taken out again', async () => {
  const detail = await openAsk(change(EVERYTHING));
  for (const words of [
    'renamed',
    'may be run from now on',
    'binary: what is in it',
    'deleted',
    '7 files',
    '‹U+202E›',
  ]) {
    expect(detail.textContent).toContain(words);
  }
  expect(detail.textContent).toContain('This holds characters that are not seen otherwise.');
  const [head] = within(detail).getAllByTestId('diff-file');
  await user.click(head as HTMLElement);
  expect(detail.textContent).not.toContain('How often a call is tried');
  expect(head?.getAttribute('aria-expanded')).toBe('false');
  // The tree goes to a file, and opens what it goes to.
  await user.click(within(screen.getByTestId('diff-tree')).getByRole('button', { name: /retry\.ts/ }));
  expect(detail.textContent).toContain('How often a call is tried');
});

test('another change under the same ask has nothing folded away, and waits before it is pressed', async () => {
  const detail = await openAsk(change(EVERYTHING));
  await user.click(within(detail).getAllByTestId('diff-file')[0] as HTMLElement);
  host.push({
    patch: 'ask',
    row: approval({ ...change(EVERYTHING.replace('How often', 'Just how often')), shown: 'another' }),
  });
  await tick();
  expect(detail.textContent).toContain('Just how often');
  await user.click(screen.getByTestId('offer-approve'));
  expect(taken()).toHaveLength(0);
  expect(screen.getByRole('alert').textContent).toContain(
    'This came up just now. Look at it, then press again.',
  );
  vi.advanceTimersByTime(ARMING);
  await user.click(screen.getByTestId('offer-approve'));
  expect(taken()).toHaveLength(1);
});

test('the second half of a double click answers nothing, and says so', async () => {
  await openAsk();
  await user.dblClick(screen.getByTestId('offer-deny'));
  expect(taken()).toHaveLength(1);
  cleanup();
  await openAsk();
  const press = new MouseEvent('click', { bubbles: true, detail: 2 });
  screen.getByTestId('offer-approve').dispatchEvent(press);
  await tick();
  expect(taken()).toHaveLength(1);
  expect(screen.getByRole('alert').textContent).toContain('That was a double click.');
});

test('side by side is kept over restarts', async () => {
  await openAsk();
  await user.click(screen.getByRole('button', { name: 'Split' }));
  expect(screen.getByRole('button', { name: 'Split' }).getAttribute('aria-pressed')).toBe('true');
  cleanup();
  await openAsk();
  expect(screen.getByRole('button', { name: 'Split' }).getAttribute('aria-pressed')).toBe('true');
});

test('an empty change and a huge one are said plainly', async () => {
  expect((await openAsk(change(''))).textContent).toContain('This change is empty');
  cleanup();
  expect((await openAsk(change(longDiff(51_000)))).textContent).toContain('This change is huge: 51,00');
});

test('a command is shown whole with how long it is, and what would hide in it or in its folder is seen', async () => {
  const hidden = String.fromCodePoint(0x202e);
  const last = 'rm -rf ~';
  const detail = await openAsk({
    subject: { type: 'command', text: `ls${'\n'.repeat(80)}${last}`, cwd: `/srv/${hidden}x` },
  });
  expect(detail.querySelector('pre')?.textContent).toContain(last);
  expect(detail.textContent).toContain('81 lines');
  expect(detail.textContent).toContain('Command in /srv/‹U+202E›x');
});

test('an edit is shown as a change, its arguments as a tree, and as they were sent', async () => {
  const sent = JSON.stringify({
    filePath: 'src/a.ts',
    oldString: 'let x = 1;',
    newString: 'let x = 2;\\u200b',
  });
  const detail = await openAsk(tool(sent.replace('\\\\u200b', '\\u200b')));
  expect(within(detail).getByTestId('diff').textContent).toContain('let x = 2;‹U+200B›');
  expect(detail.textContent).toContain('This holds characters that are not seen otherwise.');
  const tree = within(detail).getByTestId('arguments');
  expect([...tree.querySelectorAll('dt')].map((name) => name.textContent?.trim())).toEqual([
    'filePath',
    'oldString',
    'newString',
  ]);
  await user.click(within(detail).getByRole('button', { name: 'As sent' }));
  expect(detail.querySelector('pre')?.textContent).toContain('\\u200b');
});

test('long words are cut where it says so, and go on', async () => {
  const detail = await openAsk(tool(JSON.stringify({ body: `${'x'.repeat(700)}the end` })));
  expect(detail.textContent).not.toContain('the end');
  await user.click(within(detail).getByRole('button', { name: 'Show all 707 characters' }));
  expect(detail.textContent).toContain('the end');
});

test('how far “always” reaches is said before the press, with every pattern and nothing in it hidden', async () => {
  const explains = `Allows all commands that match git push * or rm ${String.fromCodePoint(0x202e)}*, in every session.`;
  await openAsk({
    offers: [
      offer('once', 'Approve', { tone: 'yes' }),
      offer('always', 'Always approve', { tone: 'yes', scope: 'always', danger: 'confirm', explains }),
      offer('mute', 'Allow here', { scope: 'thread' }),
    ],
  });
  const said = (of: string): string =>
    screen.getByTestId(`reach-${of}`).textContent?.replace(/\s+/g, ' ').trim() ?? '';
  expect(said('always')).toBe(
    'Always approve from now on Allows all commands that match git push * or rm ‹U+202E›*, in every session.',
  );
  expect(said('mute')).toContain('for the rest of this thread Counts for more than what is shown here.');
  expect(screen.queryByTestId('reach-once')).toBeNull();
});

test('what is wrong with a note is said beside it, in the room that is kept for it', async () => {
  await openAsk({
    offers: [offer('deny', 'Deny', { tone: 'no', fields: [text('note', { required: true })] })],
  });
  await user.click(screen.getByTestId('offer-deny'));
  const note = screen.getByTestId('field-note');
  expect(document.activeElement).toBe(note);
  expect(document.getElementById(note.getAttribute('aria-describedby') ?? '')?.textContent).not.toBe('');
});
