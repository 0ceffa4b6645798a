/** The states of threads, tasks and findings. */
export const states = {
  idle: 'idle',
  busy: 'busy',
  ended: 'ended',
  waiting: 'waiting',
  running: 'running',
  done: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
  open: 'open',
  overridden: 'overridden',
};
