export const subject = {
  unseen: 'This holds characters that are not seen otherwise. They are marked with their numbers.',
  command: 'Command',
  commandIn: (folder: string) => `Command in ${folder}`,
  newAgent: 'New agent',
  text: 'Text',
  arguments: (tool: string) => `Arguments of ${tool}`,
  layout: 'Layout of the arguments',
  tree: 'Tree',
  asSent: 'As sent',
  output: 'Output',
};
