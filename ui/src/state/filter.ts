import type { HistoryFilter } from '../gen';

/** All of history, from the newest entry on. */
export const EVERYTHING: HistoryFilter = {
  source: null,
  thread: null,
  agent: null,
  kind: null,
  ask: null,
  outcome: null,
  by: null,
  since: null,
  until: null,
  search: null,
  best: false,
  before: null,
  after: null,
  around: null,
  limit: null,
};
