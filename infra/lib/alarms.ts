import { Duration } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { alarm, expression, MINUTE } from './alarm.ts';
import type { Endpoint, Reaper, Relay, Scheduled, Snapshotter, Sweeper, Table } from './catalogue.ts';
import { ofFunction, ofRoute, ofTable } from './metrics.ts';
import { logicalId } from './names.ts';
import { run } from './runbook.ts';
import type { System } from './system.ts';

/**
 * The alarms of what is no consumer (`consumer-alarms.ts`). What each rings for, and that it does so within ten minutes and never in a healthy day, is
 * shown by `test/outages.test.ts`, which evaluates these very definitions.
 */
const MAXIMUM = { period: MINUTE, statistic: 'Maximum' };

/**
 * One message is one too many: it never leaves by itself. SQS reports a queue that nothing has touched for long up to 15 minutes late.
 * `command` is what to run.
 */
export function watchLetters(scope: Construct, id: string, system: System, name: string, queue: sqs.Queue, command: string): void {
  alarm(scope, id, system, {
    alarmName: `${name}-not-empty`,
    alarmDescription: `${name} holds messages that nobody will handle until somebody decides`,
    run: command,
    metric: queue.metricApproximateNumberOfMessagesVisible(MAXIMUM),
    periods: 1,
    of: 1,
  });
}

/**
 * A function that crashes, times out, has too little memory, does not start, or that Lambda does not let run, says nothing itself. A single one is
 * nothing: what it was to do comes back. What comes back fails again within the minutes of a visibility time-out.
 */
export function watchRuns(scope: Construct, system: System, declared: string, periods = 2): void {
  const name = system.names.function(declared);
  alarm(scope, 'RunsAlarm', system, {
    alarmName: `${name}-cannot-run`,
    alarmDescription: `${name} crashes, times out, does not start or is throttled, again and again; the end of its log says which`,
    run: run.log(system.names, declared),
    metric: expression('FILL(errors, 0) + FILL(throttles, 0)', {
      errors: ofFunction(name, 'Errors', MINUTE, 'Sum'), throttles: ofFunction(name, 'Throttles', MINUTE, 'Sum'),
    }),
    periods,
    of: 6,
  });
}

/** `IteratorAge` is what waits. Where nothing runs there is none: then the table is written to, and nobody is told. */
export function watchRelay(scope: Construct, system: System, relay: Relay): void {
  const { names } = system;
  const [name, table] = [names.function(relay.name), names.table(relay.table)];
  alarm(scope, 'AgeAlarm', system, {
    alarmName: `${name}-falls-behind`,
    alarmDescription: `What ${name} got last had waited in the stream of ${table} for over a minute`,
    run: run.doctor(system),
    metric: ofFunction(name, 'IteratorAge', MINUTE, 'Maximum'),
    // In milliseconds.
    above: 60_000,
    periods: 1,
    of: 1,
  });
  // One is enough: its batch is tried again, and holds up its shard.
  watchRuns(scope, system, relay.name, 1);
  alarm(scope, 'SilentAlarm', system, {
    alarmName: `${name}-is-silent`,
    alarmDescription: `${table} is written to, and ${name} is not told: its event source mapping is disabled or gone; the sweeper publishes, late`,
    run: run.drift(system),
    metric: expression('IF(FILL(writes, 0) > 0 AND FILL(runs, 0) == 0, 1, 0)', {
      writes: ofTable(table, 'ConsumedWriteCapacityUnits', MINUTE), runs: ofFunction(name, 'Invocations', MINUTE, 'Sum'),
    }),
    periods: 4,
    of: 10,
  });
}

/** Without snapshots nothing is wrong, and everything slower the longer it goes on. */
export function watchSnapshotter(scope: Construct, system: System, snapshotter: Snapshotter): void {
  watchRuns(scope, system, snapshotter.name);
}

/** What each sort of function on a schedule leaves behind, and what nobody does while it does not run. */
type Left = { readonly stuck: string; readonly missed: string; readonly run: string };

export function watchSweeper(scope: Construct, system: System, sweeper: Sweeper): void {
  watchSchedule(scope, system, sweeper, {
    stuck: 'cannot publish some aggregates: what is behind their first pending event waits; its logs say which',
    missed: `what the relay of ${system.names.table(sweeper.table)} gives up is published by nobody`,
    run: run.doctor(system),
  });
}

export function watchReaper(scope: Construct, system: System, reaper: Reaper): void {
  watchSchedule(scope, system, reaper, {
    stuck: 'cannot delete some reply queues that nobody owns any more; its logs say which',
    missed: 'reply queues that nobody owns any more pile up',
    run: run.log(system.names, reaper.name),
  });
}

export function watchScheduled(scope: Construct, system: System, scheduled: Scheduled): void {
  watchSchedule(scope, system, scheduled, {
    stuck: 'has left something behind in each of its last runs; its logs say what',
    missed: 'what was left unfinished is ended by nobody',
    run: run.log(system.names, scheduled.name),
  });
}

/**
 * A run that leaves something behind fails, so `Errors` tells of what waits. One is nothing, as the next run tries again. A function that does
 * not run has no errors either, so that is an alarm of its own; it also rings while it is first deployed, until runs are counted.
 */
function watchSchedule(scope: Construct, system: System, of: { name: string; everyMinutes: number }, left: Left): void {
  const [name, period] = [system.names.function(of.name), Duration.minutes(of.everyMinutes)];
  alarm(scope, 'StuckAlarm', system, {
    alarmName: `${name}-stuck`,
    alarmDescription: `${name} ${left.stuck}`,
    run: left.run,
    metric: ofFunction(name, 'Errors', period, 'Sum'),
    periods: 5,
    of: 5,
  });
  alarm(scope, 'RunsAlarm', system, {
    alarmName: `${name}-does-not-run`,
    alarmDescription: `${name} has missed six runs: ${left.missed}`,
    run: run.schedule(system.names.schedule(of.name)),
    metric: expression('IF(FILL(runs, 0) == 0, 1, 0)', { runs: ofFunction(name, 'Invocations', period, 'Sum') }, period),
    periods: 6,
    of: 8,
  });
}

/** What is known of the requests of an endpoint: how many there were, how many of them were answered with 5xx or throttled, and how long answers took, in milliseconds. */
interface Requests {
  readonly failed: Record<string, cloudwatch.IMetric>;
  readonly requests: cloudwatch.IMetric;
  readonly latency: cloudwatch.IMetric;
}

/** By its Function URL. */
export function watchUrl(scope: Construct, system: System, endpoint: Endpoint): void {
  const name = system.names.function(endpoint.name);
  const sum = (metric: string) => ofFunction(name, metric, MINUTE, 'Sum');
  watchRequests(scope, '', system, endpoint, {
    failed: { failed: sum('Url5xxCount'), throttled: sum('Throttles') },
    requests: sum('UrlRequestCount'),
    latency: ofFunction(name, 'UrlRequestLatency', MINUTE, 'Average'),
  });
}

/** By its route of the HTTP API, which counts as 5xx, too, what Lambda throttles or does not run. */
export function watchRoute(scope: Construct, system: System, apiId: string, endpoint: Endpoint): void {
  const of = (metric: string, statistic: string) => ofRoute(apiId, endpoint, metric, MINUTE, statistic);
  watchRequests(scope, logicalId(endpoint.name), system, endpoint, {
    failed: { failed: of('5xx', 'Sum') },
    requests: of('Count', 'Sum'),
    latency: of('Latency', 'Average'),
  });
}

/** A caller is told of each failure; an alarm is what more than a tenth of them is, or that answers take seconds. */
function watchRequests(scope: Construct, id: string, system: System, endpoint: Endpoint, { failed, requests, latency }: Requests): void {
  const name = system.names.function(endpoint.name);
  const failures = Object.keys(failed).map((metric) => `FILL(${metric}, 0)`).join(' + ');
  alarm(scope, `${id}FailuresAlarm`, system, {
    alarmName: `${name}-fails`,
    alarmDescription: `${name} answers more than a tenth of its requests with 5xx, or Lambda throttles it (429); its logs say why`,
    run: run.log(system.names, endpoint.name),
    metric: expression(`IF(${failures} > FILL(requests, 0) / 10, 1, 0)`, { ...failed, requests }),
    // Three would be chance: with few requests a minute, one that fails is a tenth of them.
    periods: 4,
    of: 10,
  });
  alarm(scope, `${id}LatencyAlarm`, system, {
    alarmName: `${name}-is-slow`,
    alarmDescription: `${name} takes more than three seconds for an answer, on average`,
    run: run.log(system.names, endpoint.name),
    metric: latency,
    // In milliseconds.
    above: 3_000,
    periods: 3,
    of: 10,
  });
}

/** The functions say so, too, by what they fail at; this says which table it is: a hot key, or the throughput that it is allowed. */
export function watchTable(scope: Construct, system: System, table: Table): void {
  const name = system.names.table(table.name);
  alarm(scope, 'ThrottledAlarm', system, {
    alarmName: `${name}-is-throttled`,
    alarmDescription: `DynamoDB throttles requests to ${name}: one key gets too many, or all together more than the table is allowed`,
    run: run.keys(name),
    metric: expression('FILL(reads, 0) + FILL(writes, 0)', {
      reads: ofTable(name, 'ReadThrottleEvents', MINUTE), writes: ofTable(name, 'WriteThrottleEvents', MINUTE),
    }),
    periods: 3,
    of: 6,
  });
}
