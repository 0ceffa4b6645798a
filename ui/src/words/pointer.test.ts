import { expect, test } from 'vitest';

import { linkTo } from './pointer';

test.each([
  ['hive/approval:7', 'deskbell://ask/hive/approval:7'],
  ['büro/form:a/b c?d#e', 'deskbell://ask/b%C3%BCro/form:a%2Fb%20c%3Fd%23e'],
])('%s has the link that the engine reads', (key, link) => {
  expect(linkTo(key)).toBe(link);
});
