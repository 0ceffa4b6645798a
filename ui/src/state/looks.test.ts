import { beforeEach, expect, test } from 'vitest';

import { Looks } from './looks.svelte';

beforeEach(() => localStorage.clear());

test('what was chosen is there the next time, each by itself', () => {
  const looks = new Looks(localStorage);
  expect([looks.density, looks.diff, looks.grouping]).toEqual(['comfortable', 'unified', 'deadline']);
  looks.fill('compact');
  looks.groupBy('agent');
  const next = new Looks(localStorage);
  expect([next.density, next.diff, next.grouping]).toEqual(['compact', 'unified', 'agent']);
});

test('what is kept and no longer known is not chosen', () => {
  new Looks(localStorage).fill('compact');
  const name = localStorage.key(0) ?? '';
  localStorage.setItem(name, 'roomy');
  expect(new Looks(localStorage).density).toBe('comfortable');
});

test('where nothing can be kept, it lasts as long as the window', () => {
  const forbidden = {
    getItem: () => {
      throw new Error('forbidden');
    },
    setItem: () => {
      throw new Error('forbidden');
    },
  } as unknown as Storage;
  const looks = new Looks(forbidden);
  looks.fill('compact');
  expect(looks.density).toBe('compact');
});
