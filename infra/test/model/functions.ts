import type { Metrics } from './metrics.ts';
import { howMany, type Random } from './random.ts';

/** What Lambda, DynamoDB and the front of an endpoint say of what is no consumer, minute by minute. */

/** How the front of an endpoint calls what it counts, and of what. */
export interface Counted {
  readonly namespace: string;
  readonly of: string;
  readonly requests: string;
  readonly failed: string;
  readonly latency: string;
  /** How it counts what Lambda throttles: an HTTP API as a failure of its own. */
  readonly throttled: string;
}

export function byUrl(name: string): Counted {
  return { namespace: 'AWS/Lambda', of: name, requests: 'UrlRequestCount', failed: 'Url5xxCount', latency: 'UrlRequestLatency', throttled: 'Throttles' };
}

export function byRoute(dimension: string): Counted {
  return { namespace: 'AWS/ApiGateway', of: dimension, requests: 'Count', failed: '5xx', latency: 'Latency', throttled: '5xx' };
}

export interface Served {
  readonly front: Counted;
  readonly minutes: number;
  /** Requests a minute. */
  readonly rate: (minute: number) => number;
  /** The share of requests that are answered with 5xx, and that Lambda throttles. */
  readonly failed?: (minute: number) => number;
  readonly throttled?: (minute: number) => number;
  /** Of an answer, in milliseconds. */
  readonly latency?: (minute: number) => number;
}

export function serve({ front, minutes, rate, failed, throttled, latency }: Served, metrics: Metrics, random: Random): number | undefined {
  let firstHit: number | undefined;
  for (let minute = 0; minute < minutes; minute += 1) {
    const add = (metric: string, value: number) => metrics.add(front.namespace, metric, front.of, minute, value);
    const requests = howMany(rate(minute), random);
    if (requests === 0) continue;
    const share = (of: ((at: number) => number) | undefined) => Array.from({ length: requests }, random).filter((one) => one < (of?.(minute) ?? 0)).length;
    const [worse, refused] = [share(failed), share(throttled)];
    if (worse + refused > 0 || (latency?.(minute) ?? 0) > 3_000) firstHit ??= minute;
    add(front.requests, requests);
    add(front.failed, worse);
    add(front.throttled, refused);
    // A cold start is a second; the others take what they take.
    for (let one = 0; one < Math.min(requests, 20); one += 1) add(front.latency, (latency?.(minute) ?? 120) + (random() < 0.01 ? 1_000 : 0));
  }
  return firstHit;
}

export interface Relayed {
  readonly name: string;
  readonly table: string;
  readonly minutes: number;
  /** Entries a minute. */
  readonly rate: (minute: number) => number;
  readonly state: (minute: number) => 'runs' | 'dies' | 'disabled';
}

/** The function hears of an entry in a second or less, and marks it; what it does not mark, the sweeper does, a minute or two later. */
export function relay({ name, table, minutes, rate, state }: Relayed, metrics: Metrics, random: Random): number | undefined {
  let firstHit: number | undefined;
  for (let minute = 0; minute < minutes; minute += 1) {
    const lambda = (at: number, metric: string, value: number) => metrics.add('AWS/Lambda', metric, name, at, value);
    for (let entries = howMany(rate(minute), random); entries > 0; entries -= 1) {
      const write = (at: number) => metrics.add('AWS/DynamoDB', 'ConsumedWriteCapacityUnits', table, at, 2);
      const heard = Math.floor(minute + random() + random() / 60);
      write(minute);
      const now = state(minute);
      if (now !== 'runs') firstHit ??= minute;
      if (now === 'disabled') {
        write(minute + 1 + Math.floor(2 * random()));
        continue;
      }
      lambda(heard, 'Invocations', 1);
      lambda(heard, 'Errors', now === 'dies' ? 1 : 0);
      if (now === 'runs') {
        lambda(heard, 'IteratorAge', 1_000 * random());
        write(heard);
      }
    }
  }
  return firstHit;
}

/** A function on a schedule: how a run ends, if there is one. */
export function runs(name: string, everyMinutes: number, minutes: number, ends: (minute: number) => 'well' | 'badly' | 'never', metrics: Metrics): void {
  for (let minute = 0; minute < minutes; minute += everyMinutes) {
    const how = ends(minute);
    if (how === 'never') continue;
    metrics.add('AWS/Lambda', 'Invocations', name, minute, 1);
    metrics.add('AWS/Lambda', 'Errors', name, minute, how === 'badly' ? 1 : 0);
  }
}
