import type { Field, Offer } from '../gen';

/** Where the offers of one ask stand on screen. */
export interface Placement {
  /** Its fields are open on the page; its button sends them. */
  form: Offer | undefined;
  /** One text beside its button: a reason, a remark. */
  note: (offer: Offer) => Field | undefined;
  /** Its fields are asked for in a dialog. */
  dialog: (offer: Offer) => boolean;
  /** What `a` takes. */
  yes: Offer | undefined;
  /** What `d` takes. */
  no: Offer | undefined;
}

/** Offers keep the order in which the server made them: only where their fields stand is decided here. */
export function place(offers: readonly Offer[]): Placement {
  const form = offers.find((offer) => offer.fields.length > 0 && !isNote(offer));
  return {
    form,
    note: (offer) => (isNote(offer) ? offer.fields[0] : undefined),
    dialog: (offer) => offer !== form && offer.fields.length > 0 && !isNote(offer),
    yes: offers.find((offer) => offer.tone === 'yes' && offer.scope === 'once'),
    no: offers.find((offer) => offer.tone === 'no' && offer.scope === 'once'),
  };
}

function isNote(offer: Offer): boolean {
  const [field, ...more] = offer.fields;
  if (field === undefined || more.length > 0 || field.input.type !== 'text') return false;
  return offer.tone === 'no' || (offer.tone === 'yes' && !field.required);
}

/** The offer whose one text is written where one reads: a message to a thread. */
export function composable(offers: readonly Offer[]): { offer: Offer; field: Field } | undefined {
  for (const offer of offers) {
    const [field, ...more] = offer.fields;
    const isText = field?.input.type === 'text' && field.required;
    if (isText && more.length === 0 && offer.danger === 'none') return { offer, field };
  }
  return undefined;
}
