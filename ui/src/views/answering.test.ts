import { screen, within } from '@testing-library/svelte';
import { tick } from 'svelte';
import { expect, test, vi } from 'vitest';

import { approval, offer, pick, question, receipt, text } from '../gallery/samples';
import { ARMING } from '../state/arming';
import { host, open, taken, tell, user } from './seat';

test('an ask shows who, what, the whole change and what it will be bound to', async () => {
  await open(approval());
  const detail = screen.getByTestId('ask-detail');
  expect(detail.dataset).toMatchObject({ key: 'hive/approval:7', state: 'open' });
  expect(detail).toHaveProperty(
    'textContent',
    expect.stringContaining('coder asks to make a change · hive prod'),
  );
  for (const words of [
    'RIPGREP_CONFIG_PATH',
    'gnugrep',
    '+3',
    '−1',
    'You approve exactly this',
    '001122334455',
  ]) {
    expect(detail.textContent).toContain(words);
  }
  expect(within(detail).getByText('40 s').tagName).toBe('STRONG');
});

test('a approves, once', async () => {
  await open(approval());
  await user.keyboard('aA');
  expect(taken()).toEqual([['approve', {}, 'none']]);
});

test('keys are asleep while an ask is new on screen', async () => {
  await open(approval());
  await tell(approval({ shown: 'changed under the operator' }));
  await user.keyboard('a');
  expect(taken()).toEqual([]);
  vi.advanceTimersByTime(ARMING);
  await user.keyboard('a');
  expect(taken()).toHaveLength(1);
});

test('d asks for a reason, Enter sends it, and letters in it are only letters', async () => {
  await open(approval(), approval({ key: 'hive/approval:8' }));
  await user.keyboard('d');
  expect(document.activeElement).toBe(screen.getByTestId('field-note'));
  await user.keyboard('a jest, 1 day{Enter}');
  expect(taken()).toEqual([['deny', { note: { text: 'a jest, 1 day' } }, 'none']]);
});

test('Shift and d deny without a word', async () => {
  await open(approval());
  await user.keyboard('{Shift>}D{/Shift}');
  expect(taken()).toEqual([['deny', {}, 'none']]);
});

test('Escape leaves the reason, and the keys work again', async () => {
  await open(approval());
  await user.keyboard('d{Escape}a');
  expect(taken()).toEqual([['approve', {}, 'none']]);
});

test('numbers pick several options, own words stand beside them, Ctrl and Enter send', async () => {
  await open(question());
  await user.keyboard('31');
  expect(screen.getAllByTestId('option').map((it) => (it as HTMLInputElement).checked)).toEqual([
    true,
    false,
    true,
  ]);
  await user.click(screen.getByTestId('field-answer'));
  await user.keyboard('after the backup{Control>}{Enter}{/Control}');
  const value = { pick: { chosen: ['alpha', 'gamma'], other: 'after the backup' } };
  expect(taken()).toEqual([['answer', { answer: value }, 'none']]);
});

test('where one answer is wanted, own words take the place of an option and an option of own words', async () => {
  const one = offer('answer', 'Answer', { tone: 'yes', fields: [pick('answer', ['a', 'b'], false)] });
  await open(question({ offers: [one] }));
  await user.keyboard('2');
  await user.type(screen.getByTestId('field-answer'), 'c');
  await user.click(screen.getByTestId('offer-answer'));
  expect(taken()[0]?.[1]).toEqual({ answer: { pick: { chosen: [], other: 'c' } } });
});

test('e without an answer says what is missing, there', async () => {
  await open(question());
  await user.keyboard('e');
  expect(taken()).toEqual([]);
  expect(screen.getByRole('group', { name: /Answer/ }).textContent).toContain('Choose an answer.');
  expect(screen.getByRole('group', { name: /Answer/ }).contains(document.activeElement)).toBe(true);
});

test('a dangerous offer is confirmed in a dialog, and a name is typed out', async () => {
  const purge = offer('purge', 'Purge', {
    tone: 'no',
    danger: 'typeTheName',
    name: 'coder',
    explains: 'All is lost.',
  });
  await open(approval({ offers: [purge] }));
  await user.click(screen.getByTestId('offer-purge'));
  const confirm = screen.getByTestId<HTMLButtonElement>('dialog-confirm');
  expect(screen.getByTestId('offer-dialog').textContent).toContain('All is lost.');
  expect(confirm.disabled).toBe(true);
  await user.type(screen.getByTestId('type-name'), 'coder');
  expect(confirm.disabled).toBe(false);
  await user.click(confirm);
  expect(taken()).toEqual([['purge', {}, { typed: 'coder' }]]);
  await expect.poll(() => screen.queryByTestId('offer-dialog')).toBeNull();
});

test('a second form opens in a dialog with the same fields', async () => {
  const send = offer('send', 'Send a message', {
    fields: [text('body', { required: true, label: 'Message' })],
  });
  await open(question({ offers: [...question().offers, send] }));
  await user.click(screen.getByTestId('offer-send'));
  await user.click(screen.getByTestId('dialog-confirm'));
  expect(screen.getByTestId('offer-dialog').textContent).toContain('Fill this in.');
  await user.type(within(screen.getByTestId('offer-dialog')).getByTestId('field-body'), 'hello');
  await user.click(screen.getByTestId('dialog-confirm'));
  expect(taken()).toEqual([['send', { body: { text: 'hello' } }, 'none']]);
});

test('a held answer can be undone with z, wherever the operator is', async () => {
  const app = await open(approval());
  host.push(
    { patch: 'ask', row: approval({ state: 'held', heldUntil: Date.now() + 5000 }) },
    { patch: 'receipt', row: receipt() },
  );
  await tick();
  expect(screen.getByTestId('undo').textContent).toContain('leaves in 5');
  app.screen.go('sources');
  await tick();
  expect(screen.getByTestId('undo').textContent).toContain('Approve · Apply a1b2c3d');
  await user.keyboard('z');
  expect(host.sent.at(-1)).toEqual({ command: 'intent.undo', intent: 'intent-1' });
});

test('what becomes of an answer is said at each step', async () => {
  await open(approval());
  const said = (): string => screen.getByTestId('outcome').textContent ?? '';
  host.push({ patch: 'receipt', row: receipt() }, { patch: 'ask', row: approval({ state: 'sending' }) });
  await tick();
  expect(said()).toContain('is on its way');
  await tell(approval({ state: 'sent' }));
  expect(said()).toContain('Waiting for the server’s word');
  const lost = receipt({ verdict: 'lost', note: 'mia was first.', settledAt: Date.now() });
  host.push(
    { patch: 'receipt', row: lost },
    { patch: 'ask', row: approval({ state: 'settled', outcome: 'denied', by: 'mia' }) },
  );
  await tick();
  expect(said()).toContain('Denied by mia.');
  expect(said()).toContain('mia was first.');
  expect(screen.getByTestId('outcome').dataset['outcome']).toBe('denied');
});

test('a stuck answer says why, and can be retried or discarded', async () => {
  await open(approval());
  const fault = {
    code: 'rejected',
    message: 'The server said no.',
    advice: 'Look there.',
    next: 'never',
  } as const;
  host.push(
    { patch: 'receipt', row: receipt({ verdict: 'stuck', fault }) },
    { patch: 'ask', row: approval({ state: 'stuck', fault }) },
  );
  await tick();
  expect(screen.getByRole('alert').textContent).toContain('The server said no.');
  await user.click(screen.getByTestId('retry'));
  await user.click(screen.getByTestId('discard'));
  expect(host.sent.map((command) => command.command)).toEqual(['intent.retry', 'intent.discard']);
});

test('what the engine refuses is said beside the buttons', async () => {
  await open(approval());
  host.reply = () => ({
    code: 'changed',
    message: 'this changed since it was shown: look again, nothing was sent',
  });
  await user.keyboard('a');
  expect((await screen.findByRole('alert')).textContent).toContain('look again');
});
