export const first = {
  begin: 'Begin',
  title: 'Welcome to Deskbell',
  about:
    'It is the bell on your desk for the agents you run. What they ask waits here, from all of them in one place, and you answer each ask once: in this window, on a notification, or with {} in a terminal.',
  demoInTerminal: 'The demo is a day at work with simulated agents. Start it in a terminal: {}',
  here: 'On this machine',
  hereAdd: 'Add',
  elsewhere: 'Somewhere else',
  demo: 'Just looking',
  done: 'Go to your inbox',
  hereAbout:
    'Deskbell looks for servers on this machine, and nowhere else. It sends no secret, and changes nothing.',
  elsewhereAbout: 'A server on another machine, or behind a login: its address, and how to get in.',
  demoOpens: 'The demo opens in a window of its own.',
  demoAbout:
    'The demo is a day at work with simulated agents, in a window of its own. Nothing in it is real, and nothing stays behind.',
  demoOpen: 'Look at the demo',
};
