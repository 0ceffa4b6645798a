export const snooze = {
  choose: 'Snooze…',
  until: (time: string) => `snoozed until ${time}`,
  wake: 'Wake it',
  title: 'Snooze',
};
