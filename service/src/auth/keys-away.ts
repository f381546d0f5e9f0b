/** A token cannot be judged: the issuer's keys are not here. It may be a good one. */
export class KeysAway extends Error {
  constructor() {
    super('the keys of the token issuer cannot be fetched');
    this.name = 'KeysAway';
  }
}
