import type { Catalogue, Consumer } from './catalogue.ts';
import { commandOf } from './catalogue.ts';

/** US dollars, us-east-1, without free tiers and savings plans (AWS: the pricing pages of each service, on demand, November 2026). */
const PRICE = {
  lambdaRequest: 0.2e-6, gigabyteSecond: 1.33334e-5, topicRequest: 0.5e-6, queueRequest: 0.4e-6, writeUnit: 0.625e-6, readUnit: 0.125e-6, logGigabyte: 0.5,
  customMetric: 0.3, alarmMetric: 0.1, dashboard: 3, key: 1, secret: 0.4, storedGigabyte: 0.25, recoverableGigabyte: 0.2, mail: 1e-4,
};

/** What is not in the catalogue, for one event or delivery of the storefront's size. Each is an assumption, on the high side. */
const ASSUMED = {
  /** Of a function that handles one message or answers one request, and of one run of a schedule. */
  seconds: 0.1,
  /** An event of 2 KB and its entry in the index of what is pending, written in a transaction, marked, and taken out of the index. */
  writesOfAnEvent: 12,
  /** A record claimed and completed, and an effect of a kilobyte in the same transaction. */
  writesOfADelivery: 8,
  readsOfADelivery: 2,
  /** Received and deleted. What SNS sends costs nothing. */
  queueRequestsOfADelivery: 2,
  /** A line of what was done, those of Lambda, and the metrics. */
  logBytesOfADelivery: 2_500,
  /** Of each consumer, while it has something to count: with its failures. */
  metricsOfAConsumer: 10,
  /** An idle mapping polls with five connections, each for 20 seconds (AWS: Lambda, using Lambda with SQS). */
  pollsOfAQueueAMinute: 15,
  /** What is kept of an order for good: its events, its records, its views. */
  keptBytesOfAnOrder: 40_000,
};

const MONTH_DAYS = 30.4;
const MONTH_MINUTES = MONTH_DAYS * 24 * 60;
/** What a checkout that goes well states. */
const ORDERED = ['order.placed', 'payment.processed', 'inventory.reserved'];

/** How many events an order causes, and how many deliveries of them: each consumer states each event that it may. */
export function caused({ consumers }: Pick<Catalogue, 'consumers'>, types: readonly string[] = ORDERED): { events: number; deliveries: number } {
  const waiting = [...types];
  const count = { events: 0, deliveries: 0 };
  // A circle would be an event storm, which the library cuts by the hop limit.
  for (let type = waiting.shift(); type !== undefined && count.events < 10_000; type = waiting.shift()) {
    count.events += 1;
    for (const consumer of consumers.filter((one) => takes(one, type))) {
      count.deliveries += 1;
      waiting.push(...consumer.publishes.map((event) => event.type));
    }
  }
  return count;
}

/** US dollars a month: what the system costs while nothing happens, and what orders add. `alarmMetrics` is how many metrics its alarms watch. */
export function monthly(catalogue: Catalogue, alarmMetrics: number, ordersADay: number): Record<'idle' | 'orders' | 'metrics' | 'total', number> {
  const idle = atRest(catalogue, alarmMetrics);
  const orders = ordersADay * MONTH_DAYS * ofAnOrder(catalogue);
  // A metric is paid for by the hour in which it is written.
  const metrics = catalogue.consumers.length * ASSUMED.metricsOfAConsumer * PRICE.customMetric * Math.min(1, ordersADay / 24);
  return { idle, orders, metrics, total: idle + orders + metrics };
}

function atRest({ consumers, sweepers, scheduled, reapers, tables, publishers }: Catalogue, alarmMetrics: number): number {
  const polls = consumers.length * ASSUMED.pollsOfAQueueAMinute * MONTH_MINUTES * PRICE.queueRequest;
  const runs = [...sweepers, ...scheduled, ...reapers].map(({ everyMinutes, memoryMb }) => (MONTH_MINUTES / everyMinutes) * (run(memoryMb) + ASSUMED.readsOfADelivery * PRICE.readUnit));
  const secrets = new Set([...consumers, ...publishers].flatMap(({ uses }) => uses.flatMap((use) => ('secret' in use ? [use.secret] : [])))).size;
  const keys = tables.some(({ name }) => name === 'person-keys') ? 1 : 0;
  return alarmMetrics * PRICE.alarmMetric + polls + sum(runs) + PRICE.dashboard + secrets * PRICE.secret + keys * PRICE.key;
}

function ofAnOrder(catalogue: Catalogue): number {
  const { events, deliveries } = caused(catalogue);
  const event = ASSUMED.writesOfAnEvent * PRICE.writeUnit + PRICE.topicRequest + run(256);
  const delivery = run(256) + ASSUMED.queueRequestsOfADelivery * PRICE.queueRequest + ASSUMED.writesOfADelivery * PRICE.writeUnit
    + ASSUMED.readsOfADelivery * PRICE.readUnit + (ASSUMED.logBytesOfADelivery / 1e9) * PRICE.logGigabyte;
  // Kept for a year, with its recovery.
  const kept = (ASSUMED.keptBytesOfAnOrder / 1e9) * (PRICE.storedGigabyte + PRICE.recoverableGigabyte) * 12;
  return events * event + deliveries * delivery + kept + PRICE.mail;
}

function run(memoryMb: number): number {
  return PRICE.lambdaRequest + ASSUMED.seconds * (memoryMb / 1024) * PRICE.gigabyteSecond;
}

function takes(consumer: Consumer, type: string): boolean {
  const { takes: what } = consumer;
  if (commandOf(consumer) !== undefined) return false;
  if ('types' in what) return what.types.includes(type);
  return 'all' in what || ('prefix' in what && type.startsWith(what.prefix));
}

function sum(values: number[]): number {
  return values.reduce((one, other) => one + other, 0);
}
