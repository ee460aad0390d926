/**
 * Serialises the offers of one connection: one is in flight, and all calls that come meanwhile share
 * the next one.
 */
export class Negotiation {
  private readonly exchange: () => Promise<void>;
  private last: Promise<void> = Promise.resolve();
  private queued: Promise<void> | undefined;

  /** `exchange` makes an offer of what the connection holds by then and applies the answer. */
  constructor(exchange: () => Promise<void>) {
    this.exchange = exchange;
  }

  /** Resolves when an exchange that began after this call is done. */
  run(): Promise<void> {
    if (this.queued) return this.queued;
    const begin = () => {
      this.queued = undefined;
      return this.exchange();
    };
    this.queued = this.last.then(begin, begin);
    this.last = this.queued;
    return this.queued;
  }
}
