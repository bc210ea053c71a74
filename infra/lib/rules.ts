import { isDeepStrictEqual } from 'node:util';
import { Field } from './field.ts';
import type { Catalogue, Consumer, Declared, Endpoint, Filter, Reaper, Relay, Scheduled, Snapshotter, Sweeper, Table } from './catalogue.ts';
import { CLAIMS, commandOf, EVENTS, RECEIVES, functionsOf, IDEMPOTENCY, OPERATIONS, OUTBOX, PENDING, PERSON_KEYS, PLATFORM, SCHEMAS } from './catalogue.ts';

/**
 * What must hold between the fields of a catalogue. CloudFormation would accept most of these mistakes, and the system
 * would lose or repeat events; so the build stops here.
 */
export function checkRules(catalogue: Catalogue): void {
  const { tables, publishers, queries, consumers, relays, sweepers, reapers, snapshotters, scheduled } = catalogue;
  checkUnique('tables', tables);
  // All functions share one name space: that of Lambda.
  checkUnique('publishers', publishers);
  checkUnique('queries', queries, publishers);
  const endpoints = [...publishers, ...queries];
  checkUnique('consumers', consumers, endpoints);
  checkUnique('relays', relays, [...endpoints, ...consumers]);
  checkUnique('sweepers', sweepers, [...endpoints, ...consumers, ...relays]);
  checkUnique('reapers', reapers, [...endpoints, ...consumers, ...relays, ...sweepers]);
  checkUnique('snapshotters', snapshotters, [...endpoints, ...consumers, ...relays, ...sweepers, ...reapers]);
  checkUnique('scheduled', scheduled, [...endpoints, ...consumers, ...relays, ...sweepers, ...reapers, ...snapshotters]);
  checkShared(catalogue);
  checkAppends(catalogue);
  checkCommands(catalogue);
  checkBuckets(catalogue);

  const known = new Map(tables.map((table) => [table.name, table]));
  publishers.forEach((publisher, index) => checkUses(publisher, known, `publishers[${index}]`));
  queries.forEach((query, index) => checkQuery(query, known, `queries[${index}]`));
  consumers.forEach((consumer, index) => {
    const path = `consumers[${index}]`;
    checkUses(consumer, known, path);
    checkTimes(consumer, path);
    const expected = filterFor(consumer);
    if (!isDeepStrictEqual(consumer.filter, expected)) {
      new Field(consumer.filter, `${path}.filter`).fail(`what "takes" says, ${JSON.stringify(expected)}`);
    }
  });
  relays.forEach((relay, index) => {
    checkUses(relay, known, `relays[${index}]`);
    checkTable(relay, tables, `relays[${index}]`, 'a stream');
  });
  sweepers.forEach((sweeper, index) => {
    const path = `sweepers[${index}]`;
    checkUses(sweeper, known, path);
    checkTable(sweeper, tables, path, 'an index "pending"');
    checkRuns(sweeper, path);
  });
  reapers.forEach((reaper, index) => checkRuns(reaper, `reapers[${index}]`));
  scheduled.forEach((one, index) => {
    checkUses(one, known, `scheduled[${index}]`);
    checkRuns(one, `scheduled[${index}]`);
  });
  snapshotters.forEach((snapshotter, index) => {
    const path = `snapshotters[${index}]`;
    checkUses(snapshotter, known, path);
    checkTable(snapshotter, tables, path, 'a stream');
    checkAggregates(snapshotter, path);
    checkReaders(snapshotter, relays, snapshotters, path);
  });
}

/** A batch of more than 10 needs a batching window (Lambda refuses it otherwise), which counts against the visibility. */
export function batchingWindowSeconds(consumer: Pick<Consumer, 'batchSize'>): number {
  return consumer.batchSize > 10 ? 1 : 0;
}

function filterFor({ takes }: Consumer): Filter {
  if ('all' in takes || 'command' in takes) return null;
  return { type: 'types' in takes ? takes.types : [{ prefix: takes.prefix }] };
}

function checkTimes(consumer: Consumer, path: string): void {
  const visibility = 6 * consumer.timeoutSeconds + batchingWindowSeconds(consumer);
  if (consumer.visibilityTimeoutSeconds < visibility) {
    new Field(consumer.visibilityTimeoutSeconds, `${path}.visibilityTimeoutSeconds`).fail(
      `at least ${visibility} (6 x timeoutSeconds, and the batching window), or a slow batch is delivered twice`,
    );
  }
  // A standard DLQ keeps the first enqueue time: with an equal retention, a message dies as soon as it gets there. A FIFO one does not.
  const fifo = commandOf(consumer) !== undefined;
  if (!fifo && consumer.deadLetterRetentionSeconds <= consumer.retentionSeconds) {
    new Field(consumer.deadLetterRetentionSeconds, `${path}.deadLetterRetentionSeconds`).fail(
      `more than retentionSeconds (${consumer.retentionSeconds})`,
    );
  }
  if (consumer.maxReceiveCount !== RECEIVES) {
    new Field(consumer.maxReceiveCount, `${path}.maxReceiveCount`).fail(
      `${RECEIVES}: the redrive policy would move messages that nobody has tried`,
    );
  }
}

/** What all services share, and who needs it. The platform owns it, because its stack is deployed before the others. */
function checkShared({ tables, publishers, consumers, relays, sweepers, scheduled }: Catalogue): void {
  const needs = (name: string, who: string) => {
    if (tables.some((table) => table.name === name && table.service === PLATFORM)) return;
    new Field(tables.map((table) => `${table.service}: ${table.name}`), 'tables').fail(
      `a table named "${name}" of the service "${PLATFORM}", which ${who}`,
    );
  };
  // Every system has these two: the permissions of operators name them (`operators.ts`), and a statement without a resource is refused.
  needs(IDEMPOTENCY, 'every consumer shares');
  needs(OPERATIONS, 'operators write down what they do in');
  const reads = [...publishers, ...consumers, ...scheduled].find(({ uses }) => uses.some((use) => 'personal' in use));
  if (reads) needs(PERSON_KEYS, `${reads.name} seals or opens personal values with`);
  const emits = consumers.find((consumer) => consumer.publishes.length > 0);
  if (emits) {
    needs(OUTBOX, `${emits.name} emits through`);
    checkPublished(OUTBOX, emits.name, relays, sweepers);
  }
  const states = [...publishers, ...scheduled].find((publisher) => publisher.publishes.length > 0);
  if (states) {
    needs(EVENTS, `${states.name} writes to`);
    checkPublished(EVENTS, states.name, relays, sweepers);
  }
}

/** Who states an event may write into its aggregate, and nowhere else: so where the catalogue says aggregates at all, each is known. And the ledger is only appended to. */
function checkAppends(catalogue: Catalogue): void {
  const { aggregates, publishers, consumers, scheduled, relays, sweepers } = catalogue;
  for (const { name, publishes } of aggregates ? [...publishers, ...consumers, ...scheduled] : []) {
    const unknown = publishes.find(({ type }) => !aggregates!.has(type));
    if (unknown) new Field(unknown.type, `publishes of ${name}`).fail('an event of which "contracts" says the aggregate');
  }
  const marking = new Set([...relays, ...sweepers].map(({ name }) => name));
  for (const { name, uses } of functionsOf(catalogue)) {
    for (const use of uses) {
      if (!('table' in use) || use.table !== EVENTS) continue;
      const allowed = marking.has(name) ? ['mark'] : ['read', 'list', 'append', 'readAppend'];
      if (!allowed.includes(use.access)) new Field(use.access, `uses of ${name}`).fail(`${allowed.map((one) => `"${one}"`).join(' or ')}: events are never changed`);
    }
  }
}

function checkPublished(table: string, who: string, relays: Relay[], sweepers: Sweeper[]): void {
  if (!relays.some((relay) => relay.table === table)) {
    new Field(relays, 'relays').fail(`a relay on the table "${table}", or what ${who} emits is never published`);
  }
  if (!sweepers.some((sweeper) => sweeper.table === table)) {
    new Field(sweepers, 'sweepers').fail(`a sweeper on the table "${table}", or what its relay gives up is published by nobody`);
  }
}

/**
 * A relay is in the stack that makes its table, which alone knows the stream's ARN (it holds the time when it was made). A
 * sweeper is there too: what it reads comes and goes with it.
 */
function checkTable(on: Relay | Sweeper | Snapshotter, tables: Table[], path: string, by: 'a stream' | 'an index "pending"'): void {
  const fits = (table: Table) => (by === 'a stream' ? table.stream : table.indexes.some(({ name }) => name === PENDING));
  const table = tables.find(({ name }) => name === on.table);
  if (!table || !fits(table)) {
    const suitable = tables.filter(fits).map(({ name }) => name);
    return new Field(on.table, `${path}.table`).fail(`one of the tables with ${by} (${suitable.join(', ') || 'none'})`);
  }
  if (on.service !== table.service) {
    new Field(on.service, `${path}.service`).fail(`"${table.service}", the service of the table ${table.name}`);
  }
}

/** A filter each, of which an event source takes five unless AWS is asked for more (AWS: Lambda, invocation-eventfiltering). */
function checkAggregates({ aggregates }: Snapshotter, path: string): void {
  if (aggregates.length < 1 || aggregates.length > 5) {
    new Field(aggregates, `${path}.aggregates`).fail('1 to 5 types of aggregates');
  }
}

/** More than two readers of a shard are throttled (AWS: DynamoDB, reading and processing a stream). */
function checkReaders({ table }: Snapshotter, relays: Relay[], snapshotters: Snapshotter[], path: string): void {
  const readers = [...relays, ...snapshotters].filter((one) => one.table === table).map(({ name }) => name);
  if (readers.length > 2) {
    new Field(readers, `${path}.table`).fail(`a table whose stream no more than two functions read; one snapshotter can keep several types`);
  }
}

function checkRuns(scheduled: Sweeper | Reaper | Scheduled, path: string): void {
  const most = 60 * scheduled.everyMinutes;
  if (scheduled.timeoutSeconds > most) {
    new Field(scheduled.timeoutSeconds, `${path}.timeoutSeconds`).fail(
      `at most ${most} (everyMinutes), or two runs do the same at once`,
    );
  }
}

/** What SQS gives out of a FIFO queue at once (AWS: Lambda with SQS, parameters), for which there is no batching window. */
const MOST_OF_FIFO = 10;
/** The longest name of a queue (AWS: SQS, queue name), less the stage (16 and a dash), `-replies-` and 16 digits. */
const LONGEST_ASKING = 80 - 17 - 9 - 16;

/** A command goes to one handler, which is there; and somebody deletes the reply queues that are left behind. */
function checkCommands({ system, publishers, queries, consumers, relays, sweepers, reapers, scheduled }: Catalogue): void {
  const handlers = new Map<string, string>();
  consumers.forEach((consumer, index) => {
    const command = commandOf(consumer);
    if (command === undefined) return;
    const path = `consumers[${index}]`;
    const other = handlers.get(command);
    if (other) new Field(command, `${path}.takes.command`).fail(`a command that nothing else handles; ${other} does`);
    handlers.set(command, consumer.name);
    if (consumer.batchSize > MOST_OF_FIFO) {
      new Field(consumer.batchSize, `${path}.batchSize`).fail(`at most ${MOST_OF_FIFO}: its queue is FIFO`);
    }
  });
  const senders: [string, Declared[]][] = [['publishers', publishers], ['queries', queries], ['consumers', consumers], ['relays', relays], ['sweepers', sweepers], ['scheduled', scheduled]];
  for (const [list, declared] of senders) {
    declared.forEach(({ uses }, index) => uses.forEach((use, at) => {
      const path = `${list}[${index}].uses[${at}]`;
      if ('command' in use && !handlers.has(use.command)) {
        new Field(use.command, `${path}.command`).fail(`a command that a consumer handles (${[...handlers.keys()].join(', ') || 'none'})`);
      }
      if (!('replies' in use)) return;
      if (reapers.length === 0) new Field(reapers, 'reapers').fail('a reaper, or reply queues that are left behind stay for ever');
      if (system.length > LONGEST_ASKING) new Field(system, 'system').fail(`at most ${LONGEST_ASKING} characters, because its functions make reply queues`);
    }));
  }
}

/** A bucket is made by the service that writes it, so there is one; and the platform has one of its own. */
function checkBuckets(catalogue: Catalogue): void {
  const writers = new Map<string, string>();
  const users = functionsOf(catalogue).flatMap(({ name, service, uses }) => uses.flatMap((use) => ('bucket' in use ? [{ name, service, ...use }] : [])));
  for (const { name, service, bucket } of users.filter((use) => use.access !== 'read')) {
    if (bucket === SCHEMAS) new Field(bucket, `uses of ${name}`).fail('another bucket: this one is for schemas');
    if (bucket === CLAIMS) new Field(bucket, `uses of ${name}`).fail('another bucket: this one is for the data of large events');
    const other = writers.get(bucket);
    if (other !== undefined && other !== service) new Field(bucket, `uses of ${name}`).fail(`a bucket that no other service writes; ${other} does`);
    writers.set(bucket, service);
  }
  for (const { name, bucket } of users) {
    if (!writers.has(bucket)) new Field(bucket, `uses of ${name}`).fail(`a bucket that a function writes (${[...writers.keys()].join(', ') || 'none'})`);
  }
}

/** A query changes nothing: one that could is a publisher by a wrong name. */
function checkQuery(query: Endpoint, tables: Map<string, Table>, path: string): void {
  checkUses(query, tables, path);
  if (query.publishes.length > 0) new Field(query.publishes, `${path}.publishes`).fail('nothing: a query publishes no event');
  query.uses.forEach((use, index) => {
    if (!('access' in use) || use.access === 'read' || use.access === 'list') return;
    new Field(use.access, `${path}.uses[${index}].access`).fail('"read" or "list": a query writes nothing');
  });
}

function checkUses(declared: Declared, tables: Map<string, Table>, path: string): void {
  declared.uses.forEach((use, index) => {
    if (!('table' in use)) return;
    const table = tables.get(use.table);
    if (!table) return new Field(use.table, `${path}.uses[${index}].table`).fail(`one of the tables (${[...tables.keys()].join(', ')})`);
    // CloudFormation refuses a statement without a resource, and tells nobody why.
    if (use.access === 'list' && table.indexes.length === 0) {
      new Field(use.access, `${path}.uses[${index}].access`).fail(`an access to the table itself: ${table.name} has no index`);
    }
  });
}

function checkUnique(path: string, named: { name: string }[], others: { name: string }[] = []): void {
  const seen = new Set(others.map((other) => other.name));
  named.forEach(({ name }, index) => {
    if (seen.has(name)) new Field(name, `${path}[${index}].name`).fail('a name that nothing else has');
    seen.add(name);
  });
}
