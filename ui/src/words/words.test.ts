import { expect, test } from 'vitest';

import { approval, NOON } from '../gallery/samples';
import { beyondTitle, outcomeWord, outcomeWords, urgentWords } from './ask';
import { pretty } from './json';
import { linkWords, settingWords } from './link';
import { SETTINGS } from './ringing';
import { lastDayWords } from './range';
import { phaseWords } from './thing';
import { countdown, exact, machine, moment, relative, spoken } from './time';
import { hides, pieces, plain, spaced } from './visible';

test('what is not seen in code is shown by its number', () => {
  const shown = pieces('rm\u00A0-rf /\u202E tmp\u200B\u{E0041}\x1b[2J');
  expect(shown.map((piece) => piece.text).join('')).toBe(
    'rm‹U+00A0›-rf /‹U+202E› tmp‹U+200B›‹U+E0041›‹U+001B›[2J',
  );
  expect(shown.filter((piece) => piece.hidden)).toHaveLength(5);
});

test('lines, tabs and letters of every script stay as they are', () => {
  const text = 'grüß\tdich\nمرحبا 你好 😀';
  expect(pieces(text)).toEqual([{ text, hidden: false }]);
  expect(hides(text)).toBe(false);
});

test('the spaces of a locale are no hidden characters', () => {
  expect(spaced('1\u202F234,50\u00A0$')).toBe('1 234,50 $');
  expect(hides(exact(NOON))).toBe(false);
});

test('prose keeps what joins emoji and loses what reorders', () => {
  expect(plain('👩‍👩‍👧 ok')).toBe('👩‍👩‍👧 ok');
  expect(plain('a\u2067b')).toBe('a‹U+2067›b');
});

test('JSON is broken into lines and otherwise left exactly as it was sent', () => {
  expect(pretty('{"a":1.00,"b":[],"c":{"a":"x, {y}"},"c":12345678901234567890}')).toBe(
    '{\n  "a": 1.00,\n  "b": [],\n  "c": {\n    "a": "x, {y}"\n  },\n  "c": 12345678901234567890\n}',
  );
  for (const text of ['plain words', '{broken', '"just a text"', '{"a":1} and more'])
    expect(pretty(text)).toBe(text);
});

test('a countdown never shows its end before it is there', () => {
  expect([1, 999, 1000, 61_000, 3_600_000, 90_000_000, 0, -5].map(countdown)).toEqual([
    '0:01',
    '0:01',
    '0:01',
    '1:01',
    '1:00:00',
    '1 d 1 h',
    '0:00',
    '0:00',
  ]);
  expect(spoken(252_000)).toBe('4 minutes 12 seconds');
});

test('a time is told from now by its largest part, and by its day where it is far away', () => {
  const told = (away: number): string => relative(NOON + away, NOON);
  expect([0, -59_999, 59_999, -60_000, -3_600_000, -200_000_000].map(told)).toEqual([
    'now',
    'now',
    'now',
    '1 min ago',
    '1 h ago',
    '2 d ago',
  ]);
  expect([60_000, 7_200_000].map(told)).toEqual(['in 1 min', 'in 2 h']);
  const week = 7 * 86_400_000;
  for (const away of [week, -week]) expect(told(away)).toMatch(/20\d\d/);
  expect(machine(NOON)).toBe(new Date(NOON).toISOString());
});

test('a time no calendar knows is no reason to fall over', () => {
  for (const nonsense of [9e15, -9e15, Number.NaN]) {
    expect(exact(nonsense)).toBe('no time a calendar knows');
    expect([moment(nonsense, NOON), relative(nonsense, NOON)]).toEqual(['–', '–']);
    expect(machine(nonsense)).toBeUndefined();
  }
});

test('an outcome says who and what, and a timeout is never called a denial', () => {
  const ended = (more: Partial<ReturnType<typeof approval>>): string =>
    outcomeWords(approval({ state: 'settled', ...more }));
  expect(ended({ outcome: 'approved', by: 'us' })).toBe('You approved this.');
  expect(ended({ outcome: 'denied', by: 'mia', outcomeNote: 'not now' })).toBe('Denied by mia: “not now”.');
  expect(ended({ outcome: 'answered', by: 'us', outcomeNote: 'alpha' })).toBe('You answered: “alpha”.');
  expect(ended({ outcome: 'expired', by: 'nobody' })).toContain('no answer, not as a denial');
  expect(ended({ outcome: 'vanished', by: 'nobody' })).toContain('neither approved nor denied');
  expect(outcomeWord(approval({ outcome: 'denied', by: 'us' }))).toBe('denied by you');
});

test('a link that waits says when it tries again', () => {
  const fault = { code: 'unreachable', message: 'm', advice: '', next: 'soon' } as const;
  const link = { state: 'waiting', until: NOON + 8000, fault } as const;
  expect(linkWords({ link, paused: false }, NOON)).toBe('next try in 0:08');
  expect(linkWords({ link: { state: 'off' }, paused: true }, NOON)).toBe('paused');
});

test('a detail does not say the title again, and loses nothing else', () => {
  const beyond = (title: string, detail: string | null): string => beyondTitle({ title, detail });
  expect(beyond('Which one? …', 'Which  one?\n\nThe left, or\nthe right?')).toBe('The left, or\nthe right?');
  expect(beyond('Which one?', 'Which one?')).toBe('');
  expect(beyond('Which one of the …', 'Which one of the two?\nSay.')).toBe('Which one of the two?\nSay.');
  expect(beyond('Which one?', null)).toBe('');
});

test('names made for programs are read as words', () => {
  expect([settingWords('allowPlainHttp'), settingWords('server_json')]).toEqual([
    'Allow plain http',
    'Server json',
  ]);
  expect(phaseWords('input_required')).toBe('input required');
});

test('why an ask is urgent is said: who says so', () => {
  const { ringing } = SETTINGS;
  const ask = approval();
  const set = { ...ringing, sources: { [ask.source]: 'urgent' as const } };
  expect(urgentWords(ask, ringing, 'hive')).toBeNull();
  expect(urgentWords(approval({ urgency: 'urgent' }), set, 'hive')).toBe('hive calls it urgent');
  expect(urgentWords(ask, set, 'hive')).toBe('urgent, as you set all from hive');
  expect(urgentWords(ask, { ...ringing, kinds: { approval: 'urgent' } }, 'hive')).toBe(
    'urgent, as you set all approvals',
  );
});

test('the last day in words is what its line shows', () => {
  const bars = [3, 9, 0].map((count, at) => ({
    since: NOON + at * 3_600_000,
    until: NOON + (at + 1) * 3_600_000,
    count,
  }));
  expect(lastDayWords(bars)).toMatch(/^12 lines of history in the last 24 hours; the busiest: /);
  expect(lastDayWords(bars.map((bar) => ({ ...bar, count: 0 })))).toBe('Nothing in the last 24 hours');
});
