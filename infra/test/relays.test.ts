import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { arn, catalogues, changed, synthesise } from './synthesise.ts';

for (const file of catalogues) {
  describe(`relays of ${file}`, () => {
    const { all, catalogue, templates } = synthesise(file);
    const { relays, system } = catalogue;
    const mappings = all('AWS::Lambda::EventSourceMapping').map(({ properties }) => properties);

    test('there is one on the outbox', () => {
      assert.deepEqual(relays.filter(({ table }) => table === 'outbox').length, 1);
    });

    test('a relay gets what enters its table, from the oldest record on, and gives up what it cannot publish', () => {
      for (const { name, table, batchSize, maximumRetryAttempts } of relays) {
        assert.deepEqual(mappings.filter(({ FunctionName }) => FunctionName === name), [{
          FunctionName: name,
          EventSourceArn: `stream of ${system}-${table}`,
          StartingPosition: 'TRIM_HORIZON',
          BatchSize: batchSize,
          // Neither what the relay writes back nor what expires.
          FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          BisectBatchOnFunctionError: true,
          MaximumRetryAttempts: maximumRetryAttempts,
          DestinationConfig: { OnFailure: { Destination: arn('sqs', `${name}-failures`) } },
        }]);
      }
    });

    test('what a relay gave up is kept for as long as SQS can', () => {
      for (const { name } of relays) {
        const queue = all('AWS::SQS::Queue').find(({ properties }) => properties.QueueName === `${name}-failures`);
        assert.equal(queue?.properties.MessageRetentionPeriod, 14 * 24 * 60 * 60);
        assert.equal(queue?.properties.RedrivePolicy, undefined);
      }
    });

    test('the outbox belongs to the platform, which is deployed before whoever writes to it', () => {
      const tables = Object.values<any>(templates.get(`${system}-platform`).Resources).filter(({ Type }) => Type === 'AWS::DynamoDB::Table');
      const outbox = tables.find(({ Properties }) => Properties.TableName === `${system}-outbox`);
      assert.deepEqual(outbox?.Properties.StreamSpecification, { StreamViewType: 'NEW_IMAGE' });
    });
  });
}

test('a service may have a relay of its own, on a table of its own', () => {
  const { all } = synthesise(changed(({ tables, relays }) => {
    tables.push({ ...tables[1], name: 'billing-outbox', service: 'billing', stream: true });
    relays.push({ ...relays[0], name: 'relay-billing', service: 'billing', table: 'billing-outbox', uses: [] });
  }));
  const one = (type: string, property: string, value: string) =>
    all(type).find(({ stack, properties }) => stack === 'storefront-billing' && properties[property] === value)?.properties;
  assert.equal(one('AWS::Lambda::EventSourceMapping', 'FunctionName', 'relay-billing').EventSourceArn, 'stream of storefront-billing-outbox');
  assert.deepEqual(one('AWS::Lambda::Function', 'FunctionName', 'relay-billing').Environment.Variables, {
    TOPIC_ARN: arn('sns', 'storefront-events'),
    SCHEMAS_URL: 'https://storefront-schemas-AWS::AccountId-AWS::Region.s3.AWS::Region.AWS::URLSuffix',
    CLAIM_CHECK_BUCKET: 'storefront-claims-AWS::AccountId-AWS::Region',
  });
  assert.equal(one('AWS::SQS::Queue', 'QueueName', 'relay-billing-failures').SqsManagedSseEnabled, true);
});

test('a stage comes before the names of a relay, its queue and its table', () => {
  const { all } = synthesise(undefined, { stage: 'dev' });
  const relay = all('AWS::Lambda::Function').find(({ properties }) => properties.FunctionName === 'dev-relay-outbox');
  assert.equal(relay?.properties.Environment.Variables.TABLE_OUTBOX, 'dev-storefront-outbox');
  assert.ok(all('AWS::SQS::Queue').some(({ properties }) => properties.QueueName === 'dev-relay-outbox-failures'));
});
