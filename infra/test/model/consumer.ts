import { backoff, Breaker } from './breaker.ts';
import type { Metrics } from './metrics.ts';
import { howMany, type Random } from './random.ts';

/** What becomes of a delivery. */
export type Fate =
  | 'done'
  /** The handler fails: the provider is down, or DynamoDB throttles it. */
  | 'fails'
  /** The function ends without an answer: it crashes, times out, does not start. */
  | 'dies'
  | 'throttled'
  /** Nobody fetches it: the mapping is disabled. */
  | 'left';

export interface Life {
  readonly name: string;
  readonly queue: string;
  readonly visibilitySeconds: number;
  /** Whether it pauses when its provider is down. */
  readonly pauses: boolean;
  readonly environments: number;
  readonly seconds: number;
  /** Messages a second that come at this second. */
  readonly rate: (second: number) => number;
  readonly fate: (second: number, message: number, random: Random) => Fate;
}

interface Message {
  readonly id: number;
  readonly sent: number;
  tries: number;
}

/** What an environment handles in a second: ten messages. */
const BATCH = 10;

/** Runs a consumer second by second, and writes the metrics that SQS, Lambda and the library would. */
export function live(life: Life, metrics: Metrics, random: Random): { firstHit: number | undefined } {
  const breakers = Array.from({ length: life.environments }, () => new Breaker());
  const later = new Map<number, Message[]>();
  let waiting: Message[] = [];
  let ids = 0;
  let firstHit: number | undefined;
  const again = (message: Message, at: number) => {
    const others = later.get(at);
    if (others) others.push(message);
    else later.set(at, [message]);
  };

  for (let second = 0; second < life.seconds; second += 1) {
    const minute = Math.floor(second / 60);
    const ours = (name: string, value: number) => metrics.add('Tidings', name, life.name, minute, value);
    const lambda = (name: string, value: number) => metrics.add('AWS/Lambda', name, life.name, minute, value);
    waiting.push(...(later.get(second) ?? []));
    later.delete(second);
    for (let come = howMany(life.rate(second), random); come > 0; come -= 1) waiting.push({ id: ids++, sent: second, tries: 0 });
    if (waiting.length > 0) metrics.add('AWS/SQS', 'ApproximateAgeOfOldestMessage', life.queue, minute, second - waiting[0]!.sent);

    for (const breaker of breakers) {
      if (waiting.length === 0) break;
      const batch = waiting.splice(0, BATCH);
      const fates = batch.map((message) => life.fate(second, message.id, random));
      const whole = fates.find((fate) => fate === 'left' || fate === 'throttled' || fate === 'dies');
      if (fates.some((fate) => fate !== 'done')) firstHit ??= second;
      if (whole === 'left') {
        waiting = [...batch, ...waiting];
        break;
      }
      metrics.add('AWS/SQS', 'NumberOfMessagesReceived', life.queue, minute, batch.length);
      if (whole === 'throttled' || whole === 'dies') {
        lambda(whole === 'dies' ? 'Errors' : 'Throttles', 1);
        for (const message of batch) again(message, second + life.visibilitySeconds);
        continue;
      }
      batch.forEach((message, index) => {
        const until = life.pauses ? breaker.admit(message.id, second) : undefined;
        if (until !== undefined) {
          ours('Paused', 1);
          return again(message, Math.max(second + 1, until + Math.floor(5 * random())));
        }
        message.tries += 1;
        ours('Attempts', message.tries);
        ours('Age', 1000 * (second - message.sent));
        if (fates[index] === 'done') {
          breaker.succeeded();
          return ours('Processed', 1);
        }
        ours('Failures', 1);
        breaker.failed(message.id, second);
        again(message, second + backoff(message.tries, random()));
      });
    }
    metrics.add('AWS/SQS', 'ApproximateNumberOfMessagesVisible', life.queue, minute, waiting.length);
  }
  return { firstHit };
}
