import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CatalogueError } from '../lib/field.ts';
import { functionFolder, loadCatalogue } from '../lib/load.ts';
import { changed, FIXTURE, temporaryFolder } from './synthesise.ts';

/** What is wrong, and the start of the message: the field, what is expected, what was found. */
const MISTAKES: [string, (catalogue: any) => void, string][] = [
  ['no system', (c) => delete c.system, 'system: expected a name'],
  ['a system in capitals', (c) => (c.system = 'Store'), 'system: expected a name of at most 46 lower-case letters, digits and single dashes, found "Store"'],
  ['a name that is too long for a queue with a suffix', (c) => (c.consumers[0].name = 'a'.repeat(47)), 'consumers[0].name: expected a name'],
  ['consumers that are no list', (c) => (c.consumers = {}), 'consumers: expected a list, found {}'],
  ['a consumer that is no object', (c) => (c.consumers[1] = 'x'), 'consumers[1]: expected an object, found "x"'],
  ['an unknown guarantee', (c) => (c.consumers[0].guarantee = 'hope'), 'consumers[0].guarantee: expected "transactional" or "leased" or "natural", found "hope"'],
  ['a time-out that is a text', (c) => (c.publishers[0].timeoutSeconds = '10'), 'publishers[0].timeoutSeconds: expected a whole number from 1 to 900, found "10"'],
  ['too little memory', (c) => (c.consumers[0].memoryMb = 64), 'consumers[0].memoryMb: expected a whole number from 128 to 10240, found 64'],
  ['a concurrency of one', (c) => (c.consumers[0].maximumConcurrency = 1), 'consumers[0].maximumConcurrency: expected a whole number from 2 to 1000'],
  ['too few receives', (c) => (c.consumers[0].maxReceiveCount = 1), 'consumers[0].maxReceiveCount: expected a whole number from 5 to 1000, found 1'],
  ['more than 14 days', (c) => (c.consumers[0].deadLetterRetentionSeconds = 1_209_601), 'consumers[0].deadLetterRetentionSeconds: expected a whole number from 60 to 1209600'],
  ['a batch of half a message', (c) => (c.consumers[0].batchSize = 0.5), 'consumers[0].batchSize: expected a whole number'],
  ['a path without a slash', (c) => (c.publishers[0].path = 'orders'), 'publishers[0].path: expected a path that starts with /'],
  ['an event without a version', (c) => delete c.publishers[0].publishes[0].version, 'publishers[0].publishes[0].version: expected a whole number from 1 to 1000000, found nothing'],
  ['a use that infra does not know', (c) => (c.consumers[0].uses = [{ barrel: 'b' }]), 'consumers[0].uses[0]: expected a use that infra/lib/access.ts knows'],
  ['an unknown access', (c) => (c.consumers[0].uses[0].access = 'own'), 'consumers[0].uses[0].access: expected "read" or "list" or "write" or "readWrite" or "append" or "readAppend" or "mark", found "own"'],
  ['a table that is not there', (c) => (c.consumers[0].uses[0].table = 'ghosts'), 'consumers[0].uses[0].table: expected one of the tables (idempotency, invoices, analytics, audit-log, person-keys, outbox, events, snapshots, checkouts, operations), found "ghosts"'],
  ['a stream that is neither', (c) => (c.tables[0].stream = 'yes'), 'tables[0].stream: expected true or false, found "yes"'],
  ['no idempotency table', (c) => c.tables.shift(), 'tables: expected a table named "idempotency" of the service "platform", which every consumer shares'],
  ['an idempotency table of a service', (c) => (c.tables[0].service = 'billing'), 'tables: expected a table named "idempotency" of the service "platform"'],
  ['no outbox', (c) => c.tables.splice(5, 1), 'tables: expected a table named "outbox" of the service "platform", which create-invoice emits through'],
  ['an outbox of a service', (c) => (c.tables[5].service = 'billing'), 'tables: expected a table named "outbox" of the service "platform"'],
  ['no keys of persons', (c) => c.tables.splice(4, 1), 'tables: expected a table named "person-keys" of the service "platform", which place-order seals or opens personal values with'],
  ['an unknown access to personal values', (c) => (c.publishers[0].uses = [{ personal: 'delete' }]), 'publishers[0].uses[0].personal: expected "read" or "write" or "readWrite", found "delete"'],
  ['an outbox that nobody publishes', (c) => (c.relays = []), 'relays: expected a relay on the table "outbox", or what create-invoice emits is never published, found []'],
  ['an event store that nobody publishes', (c) => c.relays.pop(), 'relays: expected a relay on the table "events", or what place-order emits is never published'],
  ['an event store that nobody sweeps', (c) => c.sweepers.pop(), 'sweepers: expected a sweeper on the table "events", or what its relay gives up is published by nobody'],
  ['no event store', (c) => c.tables.splice(6, 1), 'tables: expected a table named "events" of the service "platform", which place-order writes to'],
  ['no table of operations', (c) => c.tables.pop(), 'tables: expected a table named "operations" of the service "platform", which operators write down what they do in'],
  ['no queries', (c) => delete c.queries, 'queries: expected a list, found nothing'],
  ['a query that writes', (c) => (c.queries[0].uses[0].access = 'readWrite'), 'queries[0].uses[0].access: expected "read" or "list": a query writes nothing, found "readWrite"'],
  ['a list of a table without an index', (c) => (c.queries[2].uses[0].table = 'analytics'), 'queries[2].uses[0].access: expected an access to the table itself: analytics has no index, found "list"'],
  ['a query that publishes', (c) => (c.queries[0].publishes = c.publishers[0].publishes), 'queries[0].publishes: expected nothing: a query publishes no event'],
  ['a query named as a publisher', (c) => (c.queries[0].name = 'place-order'), 'queries[0].name: expected a name that nothing else has'],
  ['two consumers of one name', (c) => (c.consumers[1].name = c.consumers[0].name), 'consumers[1].name: expected a name that nothing else has, found "create-invoice"'],
  ['a consumer named as a publisher', (c) => (c.consumers[0].name = 'place-order'), 'consumers[0].name: expected a name that nothing else has'],
  ['two publishers of one name', (c) => (c.publishers[1].name = 'place-order'), 'publishers[1].name: expected a name that nothing else has'],
  ['two tables of one name', (c) => (c.tables[1].name = 'idempotency'), 'tables[1].name: expected a name that nothing else has'],
  ['a visibility that is too short', (c) => (c.consumers[0].visibilityTimeoutSeconds = 59), 'consumers[0].visibilityTimeoutSeconds: expected at least 60 (6 x timeoutSeconds'],
  ['a visibility without the window', (c) => (c.consumers[0].batchSize = 11), 'consumers[0].visibilityTimeoutSeconds: expected at least 61'],
  ['a queue that moves what nobody tried', (c) => (c.consumers[0].maxReceiveCount = 40), 'consumers[0].maxReceiveCount: expected 1000: the redrive policy would move messages that nobody has tried'],
  ['a DLQ that forgets with its queue', (c) => (c.consumers[0].deadLetterRetentionSeconds = 345_600), 'consumers[0].deadLetterRetentionSeconds: expected more than retentionSeconds (345600)'],
  ['takes that say nothing', (c) => (c.consumers[0].takes = {}), 'consumers[0].takes: expected {"types"}, {"prefix"}, {"all": true} or {"command"}'],
  ['a filter of another type', (c) => (c.consumers[0].filter.type = ['order.cancelled']), 'consumers[0].filter: expected what "takes" says, {"type":["order.placed"]}, found {"type":["order.cancelled"]}'],
  ['a filter with one key more', (c) => (c.consumers[0].filter.version = [2]), 'consumers[0].filter: expected what "takes" says'],
  ['a filter that is missing', (c) => (c.consumers[0].filter = null), 'consumers[0].filter: expected what "takes" says, {"type":["order.placed"]}, found null'],
  ['a filter on a wildcard', (c) => (c.consumers[3].filter = { type: ['x'] }), 'consumers[3].filter: expected what "takes" says, null'],
  ['no relays', (c) => delete c.relays, 'relays: expected a list, found nothing'],
  ['a relay that is on no table', (c) => delete c.relays[0].table, 'relays[0].table: expected a text, found nothing'],
  ['a relay on a table without a stream', (c) => c.relays.push({ ...c.relays[0], name: 'other', table: 'invoices' }), 'relays[2].table: expected one of the tables with a stream ('],
  ['an outbox without a stream', (c) => c.tables.forEach((table: any) => (table.stream = false)), 'relays[0].table: expected one of the tables with a stream (none), found "outbox"'],
  ['a relay apart from its table', (c) => (c.relays[0].service = 'billing'), 'relays[0].service: expected "platform", the service of the table outbox, found "billing"'],
  ['a relay that tries for ever', (c) => (c.relays[0].maximumRetryAttempts = -1), 'relays[0].maximumRetryAttempts: expected a whole number from 0 to 10000, found -1'],
  ['a relay with too large a batch', (c) => (c.relays[0].batchSize = 10_001), 'relays[0].batchSize: expected a whole number from 1 to 10000, found 10001'],
  ['a relay that uses a table that is not there', (c) => (c.relays[0].uses[0].table = 'ghosts'), 'relays[0].uses[0].table: expected one of the tables'],
  ['a relay named as a consumer', (c) => (c.relays[0].name = 'create-invoice'), 'relays[0].name: expected a name that nothing else has'],
  ['a relay named as a publisher', (c) => (c.relays[0].name = 'place-order'), 'relays[0].name: expected a name that nothing else has'],
  ['two relays of one name', (c) => c.relays.push(c.relays[0]), 'relays[2].name: expected a name that nothing else has'],
  ['no snapshotters', (c) => delete c.snapshotters, 'snapshotters: expected a list, found nothing'],
  ['a snapshotter on a table without a stream', (c) => (c.snapshotters[0].table = 'snapshots'), 'snapshotters[0].table: expected one of the tables with a stream ('],
  ['a snapshotter apart from its table', (c) => (c.snapshotters[0].service = 'billing'), 'snapshotters[0].service: expected "platform", the service of the table events, found "billing"'],
  ['a snapshotter of nothing', (c) => (c.snapshotters[0].aggregates = []), 'snapshotters[0].aggregates: expected 1 to 5 types of aggregates, found []'],
  ['a snapshotter of too much', (c) => (c.snapshotters[0].aggregates = ['a', 'b', 'c', 'd', 'e', 'f']), 'snapshotters[0].aggregates: expected 1 to 5 types of aggregates'],
  ['a snapshotter of half a key', (c) => (c.snapshotters[0].aggregates = ['order#1']), 'snapshotters[0].aggregates[0]: expected a text without a "#", found "order#1"'],
  ['a third reader of a stream', (c) => c.snapshotters.push({ ...c.snapshotters[0], name: 'snapshot-more' }), 'snapshotters[0].table: expected a table whose stream no more than two functions read'],
  ['a snapshotter that uses a table that is not there', (c) => (c.snapshotters[0].uses[0].table = 'ghosts'), 'snapshotters[0].uses[0].table: expected one of the tables'],
  ['a snapshotter named as a relay', (c) => (c.snapshotters[0].name = 'relay-events'), 'snapshotters[0].name: expected a name that nothing else has'],
  ['no sweepers', (c) => delete c.sweepers, 'sweepers: expected a list, found nothing'],
  ['an outbox that nobody sweeps', (c) => (c.sweepers = []), 'sweepers: expected a sweeper on the table "outbox", or what its relay gives up is published by nobody, found []'],
  ['an outbox that is left out by the sweeper of another table', (c) => ((c.tables[0].indexes = c.tables[5].indexes), (c.sweepers[0].table = 'idempotency')), 'sweepers: expected a sweeper on the table "outbox"'],
  ['a sweeper of a table that is not there', (c) => c.sweepers.push({ ...c.sweepers[0], name: 'other', table: 'ghosts' }), 'sweepers[2].table: expected one of the tables with an index "pending" (outbox, events, checkouts), found "ghosts"'],
  ['a sweeper of a table without an index', (c) => c.sweepers.push({ ...c.sweepers[0], name: 'other', table: 'invoices' }), 'sweepers[2].table: expected one of the tables with an index "pending" (outbox, events, checkouts), found "invoices"'],
  ['an outbox without an index', (c) => (c.tables[5].indexes = []), 'sweepers[0].table: expected one of the tables with an index "pending" (events, checkouts), found "outbox"'],
  ['a sweeper apart from its table', (c) => (c.sweepers[0].service = 'billing'), 'sweepers[0].service: expected "platform", the service of the table outbox, found "billing"'],
  ['a sweeper that never rests', (c) => (c.sweepers[0].everyMinutes = 0), 'sweepers[0].everyMinutes: expected a whole number from 1 to 60, found 0'],
  ['a sweeper that rests for hours', (c) => (c.sweepers[0].everyMinutes = 61), 'sweepers[0].everyMinutes: expected a whole number from 1 to 60, found 61'],
  ['a sweeper that meets itself', (c) => (c.sweepers[0].timeoutSeconds = 61), 'sweepers[0].timeoutSeconds: expected at most 60 (everyMinutes), or two runs do the same at once, found 61'],
  ['a sweeper that uses a table that is not there', (c) => (c.sweepers[0].uses[0].table = 'ghosts'), 'sweepers[0].uses[0].table: expected one of the tables'],
  ['a sweeper named as a publisher', (c) => (c.sweepers[0].name = 'place-order'), 'sweepers[0].name: expected a name that nothing else has'],
  ['a sweeper named as a consumer', (c) => (c.sweepers[0].name = 'create-invoice'), 'sweepers[0].name: expected a name that nothing else has'],
  ['a sweeper named as a relay', (c) => (c.sweepers[0].name = 'relay-outbox'), 'sweepers[0].name: expected a name that nothing else has'],
  ['no reapers', (c) => delete c.reapers, 'reapers: expected a list, found nothing'],
  ['reply queues that nobody reaps', (c) => (c.reapers = []), 'reapers: expected a reaper, or reply queues that are left behind stay for ever, found []'],
  ['a reaper that meets itself', (c) => (c.reapers[0].timeoutSeconds = 601), 'reapers[0].timeoutSeconds: expected at most 600 (everyMinutes)'],
  ['a reaper named as a sweeper', (c) => (c.reapers[0].name = 'sweep-outbox'), 'reapers[0].name: expected a name that nothing else has'],
  ['no scheduled functions', (c) => delete c.scheduled, 'scheduled: expected a list, found nothing'],
  ['a scheduled function that meets itself', (c) => (c.scheduled[0].timeoutSeconds = 61), 'scheduled[0].timeoutSeconds: expected at most 60 (everyMinutes)'],
  ['a scheduled function named as a reaper', (c) => (c.scheduled[0].name = 'reap-reply-queues'), 'scheduled[0].name: expected a name that nothing else has'],
  ['a scheduled function that uses a table that is not there', (c) => (c.scheduled[0].uses[0].table = 'ghosts'), 'scheduled[0].uses[0].table: expected one of the tables'],
  ['a command that nobody handles', (c) => (c.queries[1].uses[0].command = 'dance'), 'queries[1].uses[0].command: expected a command that a consumer handles (place-order, quote-shipping), found "dance"'],
  ['a command that two handle', (c) => (c.consumers[6].takes.command = 'place-order'), 'consumers[6].takes.command: expected a command that nothing else handles; handle-place-order does, found "place-order"'],
  ['a handler with a batch that no FIFO queue gives', (c) => Object.assign(c.consumers[5], { batchSize: 11, visibilityTimeoutSeconds: 61 }), 'consumers[5].batchSize: expected at most 10: its queue is FIFO, found 11'],
  ['a handler with a filter', (c) => (c.consumers[5].filter = { type: ['place-order'] }), 'consumers[5].filter: expected what "takes" says, null'],
  ['replies that are sent', (c) => (c.queries[1].uses[1].replies = 'send'), 'queries[1].uses[1].replies: expected "receive", found "send"'],
  ['a system whose name is too long for its reply queues', (c) => (c.system = 's'.repeat(39)), 'system: expected at most 38 characters'],
  ['a secret without a name', (c) => (c.consumers[1].uses = [{ secret: '' }]), 'consumers[1].uses[0].secret: expected a name'],
  ['a secret of another place', (c) => (c.consumers[1].uses = [{ secret: '/other/crm' }]), 'consumers[1].uses[0].secret: expected a name'],
  ['a parameter without a default', (c) => (c.consumers[0].uses = [{ parameter: 'tax-rate', pattern: 'a', summary: 'a' }]), 'consumers[0].uses[0].default: expected a text'],
  ['a parameter that takes everything', (c) => (c.consumers[0].uses = [{ parameter: 'tax-rate', default: '2000', summary: 'a' }]), 'consumers[0].uses[0].pattern: expected a text'],
  ['a parameter whose pattern is none', (c) => (c.consumers[0].uses = [{ parameter: 'tax-rate', default: '2000', pattern: '(', summary: 'a' }]), 'consumers[0].uses[0].pattern: expected a regular expression, found "("'],
  ['a parameter that does not take its default', (c) => (c.consumers[0].uses = [{ parameter: 'tax-rate', default: '20 %', pattern: '[0-9]+', summary: 'a' }]), 'consumers[0].uses[0].default: expected a text that [0-9]+ matches, found "20 %"'],
  ['a list of a bucket', (c) => (c.consumers[0].uses = [{ bucket: 'invoices', access: 'list' }]), 'consumers[0].uses[0].access: expected "read" or "write" or "readWrite", found "list"'],
  ['a bucket that nobody writes', (c) => (c.queries[0].uses = [{ bucket: 'ghosts', access: 'read' }]), 'uses of get-invoice: expected a bucket that a function writes (invoices), found "ghosts"'],
  ['a bucket that two services write', (c) => (c.consumers[2].uses = [{ bucket: 'invoices', access: 'write' }]), 'uses of track-analytics: expected a bucket that no other service writes; billing does, found "invoices"'],
  ['the bucket of schemas', (c) => (c.consumers[0].uses = [{ bucket: 'schemas', access: 'write' }]), 'uses of create-invoice: expected another bucket: this one is for schemas, found "schemas"'],
  ['the bucket for large data', (c) => (c.consumers[0].uses = [{ bucket: 'claims', access: 'write' }]), 'uses of create-invoice: expected another bucket: this one is for the data of large events, found "claims"'],
  ['a query that writes a bucket', (c) => (c.queries[0].uses = [{ bucket: 'invoices', access: 'write' }]), 'queries[0].uses[0].access: expected "read" or "list": a query writes nothing, found "write"'],
  ['two sweepers of one name', (c) => c.sweepers.push(c.sweepers[0]), 'sweepers[2].name: expected a name that nothing else has'],
];

for (const [mistake, change, message] of MISTAKES) {
  test(`the catalogue is refused for ${mistake}`, () => {
    const file = changed(change);
    assert.throws(() => loadCatalogue(file), (error: unknown) => {
      assert.ok(error instanceof CatalogueError);
      assert.ok(error.message.startsWith(`${file}: ${message}`), error.message);
      assert.match(error.message, /Correct the declaration in the Rust code, then run `make catalogue`\.$/);
      return true;
    });
  });
}

test('what is not JSON is refused with the file and what to run', () => {
  const file = join(temporaryFolder(), 'catalogue.json');
  writeFileSync(file, '{');
  assert.throws(() => loadCatalogue(file), (error: Error) => error.message.startsWith(`${file}: `) && error.message.includes('`make catalogue`'));
});

test('a missing catalogue and a missing function say what to run', () => {
  assert.throws(() => loadCatalogue('nowhere.json'), /no catalogue at nowhere\.json\. Run `make catalogue`/);
  assert.throws(() => functionFolder('nowhere', 'place-order'), /no nowhere\/place-order\/bootstrap\. Run `make functions`/);
});

test('a system that emits nothing and asks nothing needs neither outbox nor event store nor relay nor sweeper nor reaper', () => {
  const file = changed((catalogue) => {
    catalogue.consumers.forEach((consumer: any) => ((consumer.publishes = []), (consumer.uses = consumer.uses.filter((use: any) => !('personal' in use)))));
    catalogue.publishers = [];
    catalogue.consumers.splice(5);
    catalogue.queries.splice(1);
    catalogue.reapers = [];
    catalogue.tables.splice(4, 5);
    catalogue.relays = [];
    catalogue.sweepers = [];
    catalogue.snapshotters = [];
    catalogue.scheduled = [];
  });
  const { relays, sweepers, reapers } = loadCatalogue(file);
  assert.deepEqual([relays, sweepers, reapers], [[], [], []]);
});

test('fields that infra does not need are no mistake', () => {
  const file = changed((catalogue) => (catalogue.consumers[0].since = '1.2'));
  assert.deepEqual(loadCatalogue(file), loadCatalogue(FIXTURE));
});
