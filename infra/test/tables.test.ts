import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { catalogues, synthesise } from './synthesise.ts';

for (const file of catalogues) {
  describe(`tables of ${file}`, () => {
    const { all, catalogue } = synthesise(file);
    const resources = new Map(all('AWS::DynamoDB::Table').map((table) => [table.properties.TableName as string, table]));

    test('every table has its keys, its time to live, its stream and its indexes as the catalogue says', () => {
      assert.equal(resources.size, catalogue.tables.length);
      for (const { name, partitionKey, sortKey, expiry, stream, indexes } of catalogue.tables) {
        const { properties } = resources.get(`${catalogue.system}-${name}`)!;
        const { KeySchema, TimeToLiveSpecification, StreamSpecification, GlobalSecondaryIndexes } = properties;
        assert.deepEqual({ KeySchema, TimeToLiveSpecification, StreamSpecification, GlobalSecondaryIndexes }, {
          KeySchema: [
            { AttributeName: partitionKey, KeyType: 'HASH' },
            ...(sortKey ? [{ AttributeName: sortKey, KeyType: 'RANGE' }] : []),
          ],
          TimeToLiveSpecification: expiry ? { AttributeName: expiry, Enabled: true } : undefined,
          StreamSpecification: stream ? { StreamViewType: 'NEW_IMAGE' } : undefined,
          GlobalSecondaryIndexes: indexes.length === 0 ? undefined : indexes.map((index) => ({
            IndexName: index.name,
            KeySchema: [
              { AttributeName: index.partitionKey, KeyType: 'HASH' },
              { AttributeName: index.sortKey, KeyType: 'RANGE' },
            ],
            Projection: index.includes.length > 0
              ? { ProjectionType: 'INCLUDE', NonKeyAttributes: index.includes }
              : { ProjectionType: 'KEYS_ONLY' },
          })),
        });
      }
    });

    test('every table is on demand, encrypted, can be restored, and is neither deleted nor lost with its stack', () => {
      const keys = `${catalogue.system}-person-keys`;
      for (const [name, { properties, deletionPolicy }] of resources) {
        assert.equal(properties.BillingMode, 'PAY_PER_REQUEST');
        assert.deepEqual(properties.SSESpecification, { SSEEnabled: true });
        // A key that was deleted is gone when no backup has it any more.
        const recovery = name === keys ? { RecoveryPeriodInDays: 7 } : {};
        // Restored, the records would say of what was done since that it was not.
        const recovered = name !== `${catalogue.system}-idempotency`;
        assert.deepEqual(properties.PointInTimeRecoverySpecification, { PointInTimeRecoveryEnabled: recovered, ...recovery });
        assert.equal(properties.DeletionProtectionEnabled, true);
        assert.equal(deletionPolicy, 'RetainExceptOnCreate');
      }
    });

    test('an ephemeral system leaves no table behind', () => {
      for (const ephemeral of [true, 'true']) {
        for (const { properties, deletionPolicy } of synthesise(file, { ephemeral }).all('AWS::DynamoDB::Table')) {
          assert.equal(properties.DeletionProtectionEnabled, false);
          assert.equal(deletionPolicy, 'Delete');
        }
      }
    });
  });
}

test('the idempotency table expires its records', () => {
  const table = synthesise().all('AWS::DynamoDB::Table').find(({ properties }) => properties.TableName === 'storefront-idempotency');
  assert.deepEqual(table?.properties.TimeToLiveSpecification, { AttributeName: 'expires', Enabled: true });
});
