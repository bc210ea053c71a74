import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { catalogues, changed, synthesise } from './synthesise.ts';

for (const file of catalogues) {
  describe(`snapshotters of ${file}`, () => {
    const { all, catalogue } = synthesise(file);
    const mappings = all('AWS::Lambda::EventSourceMapping').map(({ properties }) => properties);

    test('a snapshotter gets what enters the event store of its aggregates, and gives up a snapshot that it cannot take', () => {
      assert.ok(catalogue.snapshotters.length > 0);
      for (const { name, table, aggregates, batchSize, batchingWindowSeconds, maximumRetryAttempts } of catalogue.snapshotters) {
        const [mapping, ...others] = mappings.filter(({ FunctionName }) => FunctionName === name);
        assert.deepEqual(others, []);
        const { FilterCriteria, ...rest } = mapping;
        assert.deepEqual(rest, {
          FunctionName: name,
          EventSourceArn: `stream of ${catalogue.system}-${table}`,
          StartingPosition: 'TRIM_HORIZON',
          BatchSize: batchSize,
          MaximumBatchingWindowInSeconds: batchingWindowSeconds,
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          BisectBatchOnFunctionError: true,
          MaximumRetryAttempts: maximumRetryAttempts,
        });
        const patterns = FilterCriteria.Filters.map(({ Pattern }: { Pattern: string }) => JSON.parse(Pattern));
        assert.deepEqual(patterns, aggregates.map((aggregate) => ({
          eventName: ['INSERT'],
          dynamodb: { Keys: { aggregate_key: { S: [{ prefix: `${aggregate}#` }] } } },
        })));
      }
    });
  });
}

test('a stage comes before the names of a snapshotter and its tables', () => {
  const { all } = synthesise(undefined, { stage: 'dev' });
  const made = all('AWS::Lambda::Function').find(({ properties }) => properties.FunctionName === 'dev-snapshot-orders');
  assert.deepEqual(made?.properties.Environment.Variables, {
    TABLE_EVENTS: 'dev-storefront-events', TABLE_SNAPSHOTS: 'dev-storefront-snapshots',
  });
});

test('a system without snapshots needs no snapshotter', () => {
  const { all } = synthesise(changed((catalogue) => (catalogue.snapshotters = [])));
  assert.ok(!all('AWS::Lambda::Function').some(({ properties }) => properties.FunctionName === 'snapshot-orders'));
});
