export const outside = {
  leadsTo: 'It leads to {}.',
  title: 'Open this outside of Deskbell?',
};
