import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** The numbers of the Rust code, from its text: a model with numbers of its own would prove nothing when they change. */
function number(file: string, pattern: RegExp): number {
  const text = readFileSync(resolve(import.meta.dirname, '../../../shared/core/src', file), 'utf8');
  const [, found] = pattern.exec(text) ?? assert.fail(`${file} has no ${pattern}`);
  return found!.split('*').map(Number).reduce((one, other) => one * other);
}

const EVENTS = number('breaker.rs', /DEFAULT: Self = Self \{\s*events: (\d+)/);
const FIRST = number('breaker.rs', /first_pause: Duration::from_secs\(([\d* ]+)\)/);
const LONGEST = number('breaker.rs', /longest_pause: Duration::from_secs\(([\d* ]+)\)/);
const BACKOFF = number('backoff.rs', /DEFAULT: Self = Self \{\s*first_seconds: (\d+)/);
const MOST = number('backoff.rs', /most_seconds: (\d+)/);

/** Seconds until try `tries` + 1: exponential, with full jitter (`backoff.rs`). */
export function backoff(tries: number, random: number): number {
  return Math.max(1, Math.ceil(Math.min(BACKOFF * 2 ** Math.min(tries - 1, 30), MOST) * random));
}

/** The breaker of one process (`breaker.rs`), for tries that end within the second in which they begin. */
export class Breaker {
  readonly #failed = new Set<number>();
  #until = 0;
  #open = false;
  #pause = 0;
  #failedProbe: number | undefined;

  /** Until when the event waits, if it does. */
  admit(event: number, now: number): number | undefined {
    if (!this.#open) return undefined;
    if (now < this.#until) return this.#until;
    if (this.#failedProbe !== event) return undefined;
    this.#failedProbe = undefined;
    return now + FIRST;
  }

  failed(event: number, now: number): void {
    if (this.#open) {
      this.#failedProbe = event;
      this.#pause = Math.min(this.#pause * 2, LONGEST);
    } else {
      this.#failed.add(event);
      if (this.#failed.size < EVENTS) return;
      this.#pause = FIRST;
      this.#open = true;
    }
    this.#until = now + this.#pause;
  }

  succeeded(): void {
    this.#failed.clear();
    this.#open = false;
    this.#failedProbe = undefined;
  }
}
