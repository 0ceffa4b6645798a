export const desk = {
  lost: 'The engine is out of reach',
  lostAdvice: (why: string) => `${why} Deskbell keeps trying.`,
  opening: 'Opening your desk…',
};
