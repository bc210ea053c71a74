import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { arn, catalogues, changed, synthesise } from './synthesise.ts';

for (const file of catalogues) {
  describe(`sweepers of ${file}`, () => {
    const { all, catalogue } = synthesise(file);
    const { sweepers } = catalogue;
    const scheduled = [...sweepers, ...catalogue.reapers, ...catalogue.scheduled];
    const ids = new Map(all('AWS::Lambda::Function').map(({ id, properties }) => [properties.FunctionName as string, id]));
    const only = (type: string) => all(type).map(({ properties }) => properties);

    test('there is one on the outbox', () => {
      assert.equal(sweepers.filter(({ table }) => table === 'outbox').length, 1);
    });

    test('a sweeper, a reaper and what ends unfinished work run by a schedule of their own, and there is no other', () => {
      assert.deepEqual(only('AWS::Events::Rule'), scheduled.map(({ name, everyMinutes }) => ({
        Name: name,
        Description: `Runs ${name}`,
        ScheduleExpression: everyMinutes === 1 ? 'rate(1 minute)' : `rate(${everyMinutes} minutes)`,
        State: 'ENABLED',
        Targets: [{
          Arn: `${ids.get(name)}.Arn`,
          Id: 'Target0',
          RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 * everyMinutes },
        }],
      })));
    });

    test('a run that failed is not repeated: the next one does the same', () => {
      assert.deepEqual(only('AWS::Lambda::EventInvokeConfig'), scheduled.map(({ name, everyMinutes }) => ({
        FunctionName: name,
        Qualifier: '$LATEST',
        MaximumRetryAttempts: 0,
        MaximumEventAgeInSeconds: 60 * everyMinutes,
      })));
    });

    test('only its schedule may run a sweeper or a reaper', () => {
      assert.deepEqual(only('AWS::Lambda::Permission'), scheduled.map(({ name }) => ({
        Action: 'lambda:InvokeFunction',
        FunctionName: `${ids.get(name)}.Arn`,
        Principal: 'events.amazonaws.com',
        SourceArn: `${all('AWS::Events::Rule').find(({ properties }) => properties.Name === name)!.id}.Arn`,
      })));
    });
  });
}

test('a service may have a sweeper of its own, on a table of its own, as often as it says', () => {
  const { all } = synthesise(changed(({ tables, sweepers }) => {
    const indexes = tables.find(({ name }: { name: string }) => name === 'outbox').indexes;
    tables.push({ ...tables[1], name: 'billing-outbox', service: 'billing', indexes });
    sweepers.push({ ...sweepers[0], name: 'sweep-billing', service: 'billing', table: 'billing-outbox', everyMinutes: 5, uses: [] });
  }));
  const one = (type: string, property: string, value: string) =>
    all(type).find(({ stack, properties }) => stack === 'storefront-billing' && properties[property] === value)!;
  assert.equal(one('AWS::Events::Rule', 'Name', 'sweep-billing').properties.ScheduleExpression, 'rate(5 minutes)');
  const { Environment, Role } = one('AWS::Lambda::Function', 'FunctionName', 'sweep-billing').properties;
  assert.deepEqual(Environment.Variables, {
    TOPIC_ARN: arn('sns', 'storefront-events'),
    SCHEMAS_URL: 'https://storefront-schemas-AWS::AccountId-AWS::Region.s3.AWS::Region.AWS::URLSuffix',
    CLAIM_CHECK_BUCKET: 'storefront-claims-AWS::AccountId-AWS::Region',
  });
  const role = all('AWS::IAM::Role').find(({ stack, id }) => stack === 'storefront-billing' && `${id}.Arn` === Role)!;
  const statements: any[] = role.properties.Policies[0].PolicyDocument.Statement;
  assert.deepEqual(statements.filter(({ Action }) => String(Action).startsWith('dynamodb:')), [{
    Action: 'dynamodb:Query', Effect: 'Allow', Resource: arn('dynamodb', 'table/storefront-billing-outbox/index/pending'),
  }]);
});

test('a stage comes before the names of a sweeper, its schedule, its table and its alarms', () => {
  const { all } = synthesise(undefined, { stage: 'dev' });
  const names = (type: string, property: string) => all(type).map(({ properties }) => properties[property] as string);
  const sweeper = all('AWS::Lambda::Function').find(({ properties }) => properties.FunctionName === 'dev-sweep-outbox');
  assert.equal(sweeper?.properties.Environment.Variables.TABLE_OUTBOX, 'dev-storefront-outbox');
  assert.deepEqual(names('AWS::Events::Rule', 'Name'), ['dev-sweep-outbox', 'dev-sweep-events', 'dev-reap-reply-queues', 'dev-sweep-checkouts']);
  assert.deepEqual(names('AWS::CloudWatch::Alarm', 'AlarmName').filter((name) => name.includes('sweep')),
    ['outbox', 'events', 'checkouts'].flatMap((table) => [`dev-sweep-${table}-stuck`, `dev-sweep-${table}-does-not-run`]));
});
