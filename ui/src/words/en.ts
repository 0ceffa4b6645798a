import { agents } from './en/agents';
import { asks } from './en/asks';
import { batch } from './en/batch';
import { buttons } from './en/buttons';
import { counts } from './en/counts';
import { desk } from './en/desk';
import { diff } from './en/diff';
import { faults } from './en/faults';
import { fields } from './en/fields';
import { findings } from './en/findings';
import { first } from './en/first';
import { history } from './en/history';
import { host } from './en/host';
import { inbox } from './en/inbox';
import { intents } from './en/intents';
import { keys } from './en/keys';
import { kit } from './en/kit';
import { links } from './en/links';
import { nav } from './en/nav';
import { offers } from './en/offers';
import { outcomes } from './en/outcomes';
import { outside } from './en/outside';
import { palette } from './en/palette';
import { quiet } from './en/quiet';
import { receipts } from './en/receipts';
import { record } from './en/record';
import { ringing } from './en/ringing';
import { screens } from './en/screens';
import { searches } from './en/searches';
import { secrets } from './en/secrets';
import { selfTest } from './en/selfTest';
import { settings } from './en/settings';
import { shortcut } from './en/shortcut';
import { snooze } from './en/snooze';
import { sources } from './en/sources';
import { states } from './en/states';
import { storage } from './en/storage';
import { subject } from './en/subject';
import { tasks } from './en/tasks';
import { threads } from './en/threads';
import { timeline } from './en/timeline';
import { times } from './en/times';
import { usage } from './en/usage';

/** All that the window says, by screen. Another language is another object of this type. */
export const en = {
  agents,
  asks,
  batch,
  buttons,
  counts,
  desk,
  diff,
  faults,
  fields,
  findings,
  first,
  history,
  host,
  inbox,
  intents,
  keys,
  kit,
  links,
  nav,
  offers,
  outcomes,
  outside,
  palette,
  quiet,
  receipts,
  record,
  ringing,
  screens,
  searches,
  secrets,
  selfTest,
  settings,
  shortcut,
  snooze,
  sources,
  states,
  storage,
  subject,
  tasks,
  threads,
  timeline,
  times,
  usage,
};

export type Words = typeof en;
