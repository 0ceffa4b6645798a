import type { AskKind, Level } from '../../gen';

export const ringing = {
  ring: 'Ring when something new waits',
  ringHint: 'Once for each ask, and never for the one you are looking at.',
  sound: 'With a sound',
  private: 'Hide what it is about',
  privateHint:
    'A notification then says that something waits and where. To see what, and to answer, open it.',
  breakthrough: 'Let what cannot wait through',
  breakthroughHint:
    'Urgent asks, and those whose deadline is near, ring while muted and in quiet hours all the same.',
  mute: 'Mute',
  kinds: {
    approval: 'Approvals',
    question: 'Questions',
    form: 'Forms',
    unknown: 'Unknown kinds',
  } satisfies Record<AskKind, string>,
  levels: {
    silent: 'Silent: in the inbox only',
    normal: 'Normal',
    urgent: 'Urgent',
  } satisfies Record<Level, string>,
  pauses: {
    quarter: '15 minutes',
    hour: '1 hour',
    hours: '4 hours',
    tomorrow: (time: string) => `Until tomorrow, ${time}`,
  },
  mutedUntil: 'Muted until {}',
  unmute: 'Unmute',
  muteFor: 'Mute for',
};
