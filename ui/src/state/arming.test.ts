import { expect, test } from 'vitest';

import { Arming, ARMING } from './arming';

test('keys are asleep until a new ask has been on screen for a moment', () => {
  const arming = new Arming();
  expect(arming.isArmed(0)).toBe(false);
  arming.show('one', 1000, true);
  expect(arming.isArmed(1000 + ARMING - 1)).toBe(false);
  expect(arming.isArmed(1000 + ARMING)).toBe(true);
  arming.show('one', 5000, false);
  expect(arming.isArmed(5000)).toBe(true);
  arming.show('two', 5000, true);
  expect(arming.isArmed(5000)).toBe(false);
});

test('a press is taken at once for what was chosen, and not for what slipped under the pointer', () => {
  const arming = new Arming();
  arming.show('one', 1000, false);
  expect(arming.isSteady(1000)).toBe(true);
  arming.show('two', 2000, true);
  expect(arming.isSteady(2000)).toBe(true);
  arming.show('changed', 3000, false);
  expect(arming.isSteady(3000 + ARMING - 1)).toBe(false);
  expect(arming.isSteady(3000 + ARMING)).toBe(true);
  arming.show('again', 4000, false);
  arming.show('again', 4000, true);
  expect(arming.isSteady(4000)).toBe(true);
});
