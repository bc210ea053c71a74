import type { Catalogue, Consumer, Declared, Endpoint, EventVersion, Filter, Reaper, Relay, Scheduled, Snapshotter, Sweeper, Table, Takes, Use } from './catalogue.ts';
import { FOURTEEN_DAYS } from './catalogue.ts';
import type { Field } from './field.ts';

/** Reads the shape; what holds between fields is `rules.ts`. */
export function readCatalogue(root: Field): Catalogue {
  return {
    system: name(root.at('system')),
    ...(root.has('contracts') && { aggregates: readAggregates(root.at('contracts')) }),
    tables: root.at('tables').list(readTable),
    publishers: root.at('publishers').list(readEndpoint),
    queries: root.at('queries').list(readEndpoint),
    consumers: root.at('consumers').list(readConsumer),
    relays: root.at('relays').list(readRelay),
    sweepers: root.at('sweepers').list(readSweeper),
    reapers: root.at('reapers').list(readReaper),
    snapshotters: root.at('snapshotters').list(readSnapshotter),
    scheduled: root.at('scheduled').list(readScheduled),
  };
}

/** 46 characters leave room for a stage (16) and for `-subscription-dlq` within the 80 of a queue, the 64 of a function. */
function name(field: Field): string {
  return field.text(/^[a-z](-?[a-z0-9]){0,45}$/, 'a name of at most 46 lower-case letters, digits and single dashes');
}

/** Commands and answers are of no aggregate. */
function readAggregates(contracts: Field): Map<string, string> {
  const pairs = contracts.list((contract) => [contract.at('type').text(), contract.at('aggregate').orNull((of) => of.text(/^[^#*?]+$/, 'a text without "#", "*" or "?"'))] as const);
  return new Map(pairs.filter((pair): pair is readonly [string, string] => pair[1] !== null));
}

function readTable(table: Field): Table {
  return {
    name: name(table.at('name')),
    service: name(table.at('service')),
    partitionKey: table.at('partitionKey').text(),
    sortKey: table.at('sortKey').orNull((key) => key.text()),
    expiry: table.at('expiry').orNull((attribute) => attribute.text()),
    stream: table.at('stream').flag(),
    indexes: table.at('indexes').list((index) => ({
      name: index.at('name').text(),
      partitionKey: index.at('partitionKey').text(),
      sortKey: index.at('sortKey').text(),
      includes: index.at('includes').list((attribute) => attribute.text()),
    })),
  };
}

function readDeclared(of: Field): Declared {
  return {
    name: name(of.at('name')),
    service: name(of.at('service')),
    timeoutSeconds: of.at('timeoutSeconds').whole(1, 900),
    memoryMb: of.at('memoryMb').whole(128, 10_240),
    uses: of.at('uses').list(readUse),
  };
}

function readPublishes(of: Field): EventVersion[] {
  return of.at('publishes').list((event) => ({
    type: event.at('type').text(),
    version: event.at('version').whole(1, 1_000_000),
  }));
}

/** An unknown kind of use is an error: skipped, it would be a permission that is missed only when the function runs. */
function readUse(use: Field): Use {
  if (use.has('table')) {
    return { table: use.at('table').text(), access: use.at('access').oneOf('read', 'list', 'write', 'readWrite', 'append', 'readAppend', 'mark') };
  }
  if (use.has('personal')) return { personal: use.at('personal').oneOf('read', 'write', 'readWrite') };
  if (use.has('secret')) return { secret: name(use.at('secret')) };
  if (use.has('parameter')) return readParameter(use);
  if (use.has('bucket')) return { bucket: name(use.at('bucket')), access: use.at('access').oneOf('read', 'write', 'readWrite') };
  if (use.has('mail')) return { mail: use.at('mail').oneOf('send') };
  if (use.has('command')) return { command: name(use.at('command')) };
  if (use.has('replies')) return { replies: use.at('replies').oneOf('receive') };
  return use.fail('a use that infra/lib/access.ts knows: {"table", "access"}, {"mail"}, {"personal"}, {"secret"}, {"parameter", "default", "pattern", "summary"}, {"bucket", "access"}, {"command"} or {"replies"}');
}

function readParameter(parameter: Field): Use {
  const pattern = parameter.at('pattern').text();
  const whole = expression(pattern) ?? parameter.at('pattern').fail('a regular expression');
  return {
    parameter: name(parameter.at('parameter')),
    default: parameter.at('default').text(whole, `a text that ${pattern} matches`),
    pattern,
    summary: parameter.at('summary').text(),
  };
}

function expression(pattern: string): RegExp | null {
  try {
    return new RegExp(`^(?:${pattern})$`);
  } catch {
    return null;
  }
}

function readEndpoint(endpoint: Field): Endpoint {
  return {
    ...readDeclared(endpoint),
    publishes: readPublishes(endpoint),
    method: endpoint.at('method').text(),
    path: endpoint.at('path').text(/^\//, 'a path that starts with /'),
    callers: endpoint.at('callers').oneOf('customers', 'staff'),
  };
}

function readConsumer(consumer: Field): Consumer {
  return {
    ...readDeclared(consumer),
    guarantee: consumer.at('guarantee').oneOf('transactional', 'leased', 'natural'),
    publishes: readPublishes(consumer),
    claimCheck: consumer.at('claimCheck').flag(),
    takes: readTakes(consumer.at('takes')),
    // Taken word for word: `rules.ts` compares all of it with what the consumer takes.
    filter: consumer.at('filter').orNull((filter) => filter.value as Filter),
    batchSize: consumer.at('batchSize').whole(1, 10_000),
    maximumConcurrency: consumer.at('maximumConcurrency').whole(2, 1_000),
    visibilityTimeoutSeconds: consumer.at('visibilityTimeoutSeconds').whole(1, 43_200),
    // Below 5, receives that no consumer saw (a throttled poller, a restart) could send a good message to the DLQ.
    maxReceiveCount: consumer.at('maxReceiveCount').whole(5, 1_000),
    retentionSeconds: consumer.at('retentionSeconds').whole(60, FOURTEEN_DAYS),
    deadLetterRetentionSeconds: consumer.at('deadLetterRetentionSeconds').whole(60, FOURTEEN_DAYS),
  };
}

function readTakes(takes: Field): Takes {
  if (takes.has('types')) return { types: takes.at('types').list((type) => type.text()) };
  if (takes.has('prefix')) return { prefix: takes.at('prefix').text() };
  if (takes.has('all')) return { all: true };
  if (takes.has('command')) return { command: name(takes.at('command')) };
  return takes.fail('{"types"}, {"prefix"}, {"all": true} or {"command"}');
}

function readRelay(relay: Field): Relay {
  return {
    ...readDeclared(relay),
    table: relay.at('table').text(),
    batchSize: relay.at('batchSize').whole(1, 10_000),
    // A number, not "for ever": an entry that cannot be published would stop its shard until the stream forgets it.
    maximumRetryAttempts: relay.at('maximumRetryAttempts').whole(0, 10_000),
  };
}

function readSweeper(sweeper: Field): Sweeper {
  return {
    ...readDeclared(sweeper),
    table: sweeper.at('table').text(),
    // EventBridge counts in minutes; more than an hour, and what is left over is no longer soon published.
    everyMinutes: sweeper.at('everyMinutes').whole(1, 60),
  };
}

function readReaper(reaper: Field): Reaper {
  return { ...readDeclared(reaper), everyMinutes: reaper.at('everyMinutes').whole(1, 60) };
}

function readScheduled(scheduled: Field): Scheduled {
  return {
    ...readDeclared(scheduled),
    publishes: readPublishes(scheduled),
    everyMinutes: scheduled.at('everyMinutes').whole(1, 60),
  };
}

function readSnapshotter(snapshotter: Field): Snapshotter {
  return {
    ...readDeclared(snapshotter),
    table: snapshotter.at('table').text(),
    // What an aggregate's key begins with, up to the `#`.
    aggregates: snapshotter.at('aggregates').list((aggregate) => aggregate.text(/^[^#]+$/, 'a text without a "#"')),
    batchSize: snapshotter.at('batchSize').whole(1, 10_000),
    batchingWindowSeconds: snapshotter.at('batchingWindowSeconds').whole(0, 300),
    maximumRetryAttempts: snapshotter.at('maximumRetryAttempts').whole(0, 10_000),
  };
}
