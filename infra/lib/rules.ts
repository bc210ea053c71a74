import { isDeepStrictEqual } from 'node:util';
import { Field } from './field.ts';
import { IDEMPOTENCY, type Catalogue, type Consumer, type Declared, type Filter } from './catalogue.ts';

/**
 * What must hold between the fields of a catalogue. CloudFormation would accept most of these mistakes, and the system
 * would lose or repeat events; so the build stops here.
 */
export function checkRules(catalogue: Catalogue): void {
  const { tables, publishers, consumers } = catalogue;
  checkUnique('tables', tables);
  // Publishers and consumers share one name space: that of Lambda functions.
  checkUnique('consumers', consumers, publishers);
  checkUnique('publishers', publishers);

  const known = new Set(tables.map((table) => table.name));
  if (consumers.length > 0 && !known.has(IDEMPOTENCY)) {
    new Field([...known], 'tables').fail(`a table named "${IDEMPOTENCY}", which every consumer shares`);
  }
  publishers.forEach((publisher, index) => checkUses(publisher, known, `publishers[${index}]`));
  consumers.forEach((consumer, index) => {
    const path = `consumers[${index}]`;
    checkUses(consumer, known, path);
    checkTimes(consumer, path);
    const expected = filterFor(consumer);
    if (!isDeepStrictEqual(consumer.filter, expected)) {
      new Field(consumer.filter, `${path}.filter`).fail(`what "takes" says, ${JSON.stringify(expected)}`);
    }
  });
}

/** A batch of more than 10 needs a batching window (Lambda refuses it otherwise), which counts against the visibility. */
export function batchingWindowSeconds(consumer: Pick<Consumer, 'batchSize'>): number {
  return consumer.batchSize > 10 ? 1 : 0;
}

function filterFor({ takes }: Consumer): Filter {
  if ('all' in takes) return null;
  return { type: 'types' in takes ? takes.types : [{ prefix: takes.prefix }] };
}

function checkTimes(consumer: Consumer, path: string): void {
  const visibility = 6 * consumer.timeoutSeconds + batchingWindowSeconds(consumer);
  if (consumer.visibilityTimeoutSeconds < visibility) {
    new Field(consumer.visibilityTimeoutSeconds, `${path}.visibilityTimeoutSeconds`).fail(
      `at least ${visibility} (6 x timeoutSeconds, and the batching window), or a slow batch is delivered twice`,
    );
  }
  // A standard DLQ keeps the first enqueue time: with an equal retention, a message dies as soon as it gets there.
  if (consumer.deadLetterRetentionSeconds <= consumer.retentionSeconds) {
    new Field(consumer.deadLetterRetentionSeconds, `${path}.deadLetterRetentionSeconds`).fail(
      `more than retentionSeconds (${consumer.retentionSeconds})`,
    );
  }
}

function checkUses(declared: Declared, tables: Set<string>, path: string): void {
  declared.uses.forEach((use, index) => {
    if ('table' in use && !tables.has(use.table)) {
      new Field(use.table, `${path}.uses[${index}].table`).fail(`one of the tables (${[...tables].join(', ')})`);
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
