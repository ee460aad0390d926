// So long a sentence stands before the next takes its place; a reader that has not seen it would never say it.
const pause = 500;

/** Says one thing after the other; what comes during a pause is said together after it. */
export class Speech {
  private readonly say: (text: string) => void;
  private waiting: string[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(say: (text: string) => void) {
    this.say = say;
  }

  add(sentences: string[]): void {
    this.waiting.push(...sentences);
    if (this.timer === undefined) this.next();
  }

  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting = [];
  }

  private next(): void {
    this.timer = undefined;
    if (this.waiting.length === 0) return;
    this.say(this.waiting.join('. '));
    this.waiting = [];
    this.timer = setTimeout(() => this.next(), pause);
  }
}
