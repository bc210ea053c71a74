import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogues, FIXTURE, synthesise } from './synthesise.ts';

/** What whoever deploys may choose for a system that grows: without it, the templates say nothing of it. */
for (const file of catalogues) {
  const plain = synthesise(file);
  const { relays, sweepers, system } = plain.catalogue;
  const own = [...relays, ...sweepers].map(({ name }) => name);

  test(`relays of ${file} keep environments for themselves, get more memory, and handle more batches of a shard at once`, () => {
    const { all } = synthesise(file, { relayReserved: '5', relayMemoryMb: '512', relayParallelisation: '4' });
    const before = new Map(plain.all('AWS::Lambda::Function').map(({ properties }) => [properties.FunctionName, properties]));
    for (const { properties } of all('AWS::Lambda::Function')) {
      const { FunctionName, MemorySize, ReservedConcurrentExecutions } = properties;
      const was = before.get(FunctionName);
      assert.equal(was.ReservedConcurrentExecutions, undefined);
      assert.deepEqual([ReservedConcurrentExecutions, MemorySize], own.includes(FunctionName) ? [5, 512] : [undefined, was.MemorySize], FunctionName);
    }
    const factor = new Map(all('AWS::Lambda::EventSourceMapping').map(({ properties }) => [properties.FunctionName, properties.ParallelizationFactor]));
    for (const [name, found] of factor) assert.equal(found, relays.some((relay) => relay.name === name) ? 4 : undefined, name);
    assert.ok(plain.all('AWS::Lambda::EventSourceMapping').every(({ properties }) => properties.ParallelizationFactor === undefined));
  });

  test(`the mappings of ${file} count their events`, () => {
    const mappings = synthesise(file, { mappingMetrics: 'true' }).all('AWS::Lambda::EventSourceMapping');
    assert.ok(mappings.length > 0);
    for (const { properties } of mappings) assert.deepEqual(properties.MetricsConfig, { Metrics: ['EventCount'] });
    assert.ok(plain.all('AWS::Lambda::EventSourceMapping').every(({ properties }) => properties.MetricsConfig === undefined));
  });

  test(`the tables of ${file} take a maximum a second`, () => {
    assert.ok(plain.all('AWS::DynamoDB::Table').every(({ properties }) => properties.OnDemandThroughput === undefined));
    for (const { properties } of synthesise(file, { maximumThroughput: '4000' }).all('AWS::DynamoDB::Table')) {
      assert.deepEqual(properties.OnDemandThroughput, { MaxReadRequestUnits: 4000, MaxWriteRequestUnits: 4000 });
    }
  });

  test(`the functions of ${file} keep only lines of a level`, () => {
    for (const { properties } of synthesise(file, { logLevel: 'WARN' }).all('AWS::Lambda::Function')) assert.equal(properties.LoggingConfig.ApplicationLogLevel, 'WARN');
  });

  test(`a month of ${file} has a budget, of which the operations topic is told`, () => {
    assert.deepEqual(plain.all('AWS::Budgets::Budget'), []);
    const { all } = synthesise(file, { monthlyBudget: '200' });
    const [{ properties }] = all('AWS::Budgets::Budget') as [any];
    assert.deepEqual(properties.Budget, { BudgetName: `${system}-operations`, BudgetType: 'COST', TimeUnit: 'MONTHLY', BudgetLimit: { Amount: 200, Unit: 'USD' } });
    assert.deepEqual(properties.NotificationsWithSubscribers.map(({ Notification }: any) => Notification.NotificationType), ['FORECASTED', 'ACTUAL']);
    const statements = all('AWS::SNS::TopicPolicy').flatMap((policy) => policy.properties.PolicyDocument.Statement);
    assert.ok(statements.some(({ Principal, Action }) => Principal?.Service === 'budgets.amazonaws.com' && Action === 'sns:Publish'));
  });
}

test('a choice that makes no sense is refused by its name', () => {
  for (const [name, value, expected] of [
    ['relayParallelisation', '11', 'a whole number from 1 to 10'], ['relayReserved', '0', 'a whole number from 1 to 1000'], ['relayMemoryMb', 'much', 'a whole number'],
    ['maximumThroughput', '1.5', 'a whole number'], ['logLevel', 'info', 'DEBUG, INFO, WARN, ERROR'], ['monthlyBudget', '-1', 'a whole number'],
  ] as const) assert.throws(() => synthesise(FIXTURE, { [name]: value }), new RegExp(`${name}=${value}: expected ${expected}`));
  assert.throws(() => synthesise(FIXTURE, { monthlyBudget: '1', alarmTopicArn: 'arn:aws:sns:eu-west-1:111122223333:on-call' }), /there is none of with -c alarmTopicArn/);
});
