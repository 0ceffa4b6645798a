/** What Deskbell does about a fault, and what the operator can do where the fault itself has no advice. */
export const faults = {
  wait: 'There is nothing to do but wait. If it lasts, look at the server.',
  stuck: 'Deskbell keeps it, and sends nothing before you say so.',
};
