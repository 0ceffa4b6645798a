import { expect, test } from 'vitest';

import { linkTo } from './pointer';

test.each([
  [{ at: 'ask', key: 'hive/approval:7' }, 'deskbell://ask/hive/approval:7'],
  [{ at: 'entry', key: 'hive/asked:approval:7' }, 'deskbell://entry/hive/asked:approval:7'],
  [{ at: 'ask', key: 'büro/form:a/b c?d#e' }, 'deskbell://ask/b%C3%BCro/form:a%2Fb%20c%3Fd%23e'],
] as const)('%o has the link that the engine reads', (pointer, link) => {
  expect(linkTo(pointer)).toBe(link);
});
