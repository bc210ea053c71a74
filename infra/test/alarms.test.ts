import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Consumer } from '../lib/catalogue.ts';
import { arn, catalogues, changed, queuesOf, synthesise, watchedBy } from './synthesise.ts';

/** What each alarm rings for, and when, is shown by `outages.test.ts`: here, that each resource has its own, on its own metrics. */
for (const file of catalogues) {
  describe(`alarms of ${file}`, () => {
    const { all, catalogue } = synthesise(file);
    const { system, consumers, publishers, queries, relays, sweepers, reapers, snapshotters, scheduled, tables } = catalogue;
    const alarms = new Map(all('AWS::CloudWatch::Alarm').map(({ properties }) => [properties.AlarmName as string, properties]));

    const ofConsumer = (consumer: Consumer): [string, string[]][] => {
      const { name, service, guarantee } = consumer;
      const [queue, letters, undelivered] = queuesOf(consumer);
      const ours = (...metrics: string[]) => metrics.map((metric) => `Tidings ${metric} Function=${name} Service=${service}`);
      const sqs = (of: string, ...metrics: string[]) => metrics.map((metric) => `AWS/SQS ${metric} QueueName=${of}`);
      const empty = 'ApproximateNumberOfMessagesVisible';
      return [
        [`${name}-cannot-run`, lambda(name, 'Errors', 'Throttles')],
        [`${name}-keeps-failing`, ours('Failures', 'Processed')],
        [`${name}-tries-again`, ours('Attempts')],
        ...(guarantee === 'transactional' ? [] : [[`${name}-pauses`, ours('Paused')] as [string, string[]]]),
        [`${name}-lags`, ours('Age')],
        [`${name}-falls-behind`, sqs(queue!, 'ApproximateAgeOfOldestMessage')],
        [`${name}-is-not-fed`, sqs(queue!, empty, 'NumberOfMessagesReceived')],
        [`${letters}-not-empty`, [...sqs(letters!, empty), ...ours('SetAside')]],
        ...(undelivered === undefined ? [] : [[`${undelivered}-not-empty`, sqs(undelivered, empty)] as [string, string[]]]),
      ];
    };
    const lambda = (name: string, ...metrics: string[]) => metrics.map((metric) => `AWS/Lambda ${metric} FunctionName=${name}`);
    const dynamodb = (table: string, ...metrics: string[]) => metrics.map((metric) => `AWS/DynamoDB ${metric} TableName=${system}-${table}`);

    test('each function, queue and table has its alarms, on metrics of its own, and nothing else has any', () => {
      const expected = new Map<string, string[]>([
        ...consumers.flatMap(ofConsumer),
        ...relays.flatMap(({ name, table }): [string, string[]][] => [
          [`${name}-falls-behind`, lambda(name, 'IteratorAge')],
          [`${name}-cannot-run`, lambda(name, 'Errors', 'Throttles')],
          [`${name}-is-silent`, [...dynamodb(table, 'ConsumedWriteCapacityUnits'), ...lambda(name, 'Invocations')]],
          [`${name}-failures-not-empty`, [`AWS/SQS ApproximateNumberOfMessagesVisible QueueName=${name}-failures`]],
        ]),
        ...snapshotters.map(({ name }): [string, string[]] => [`${name}-cannot-run`, lambda(name, 'Errors', 'Throttles')]),
        ...[...sweepers, ...reapers, ...scheduled].flatMap(({ name }): [string, string[]][] => [
          [`${name}-stuck`, lambda(name, 'Errors')], [`${name}-does-not-run`, lambda(name, 'Invocations')],
        ]),
        ...[...publishers, ...queries].flatMap(({ name }): [string, string[]][] => [
          [`${name}-fails`, lambda(name, 'Url5xxCount', 'Throttles', 'UrlRequestCount')], [`${name}-is-slow`, lambda(name, 'UrlRequestLatency')],
        ]),
        ...tables.map(({ name }): [string, string[]] => [`${system}-${name}-is-throttled`, dynamodb(name, 'ReadThrottleEvents', 'WriteThrottleEvents')]),
      ]);
      assert.deepEqual([...alarms.keys()].sort(), [...expected.keys()].sort());
      for (const [name, properties] of alarms) assert.deepEqual(watchedBy(properties).sort(), expected.get(name)!.sort(), name);
    });

    test('where a formula fills what is missing, not all periods have to breach: the newest are missing for a minute or two', () => {
      for (const [name, { Metrics, EvaluationPeriods, DatapointsToAlarm }] of alarms) {
        if (JSON.stringify(Metrics ?? '').includes('FILL')) assert.ok(DatapointsToAlarm + 2 <= EvaluationPeriods, name);
      }
    });

    test('CloudWatch looks back on a day at most', () => {
      for (const [name, { Period, Metrics, EvaluationPeriods }] of alarms) {
        const period = Period ?? Metrics.find(({ MetricStat }: any) => MetricStat).MetricStat.Period;
        assert.ok(period * EvaluationPeriods <= 86_400, name);
      }
    });

    test('a queue whose oldest message is older than an hour is an alarm, well before messages are lost', () => {
      for (const { name, retentionSeconds } of consumers) {
        const { Threshold } = alarms.get(`${name}-falls-behind`)!;
        assert.ok(Threshold > 0 && Threshold <= Math.min(3600, retentionSeconds / 2));
      }
    });

    test('every alarm, and its end, is told to the operations topic, which takes them from alarms of this account alone', () => {
      const topic = arn('sns', `${system}-operations`);
      for (const [name, { AlarmActions, OKActions }] of alarms) assert.deepEqual([AlarmActions, OKActions], [[topic], [topic]], name);
      const [{ properties }] = all('AWS::SNS::TopicPolicy').filter((policy) => policy.properties.Topics[0] === topic) as [any];
      assert.deepEqual(properties.PolicyDocument.Statement.filter(({ Effect }: any) => Effect === 'Allow'), [{
        Sid: 'Alarms', Effect: 'Allow', Principal: { Service: 'cloudwatch.amazonaws.com' }, Action: 'sns:Publish', Resource: topic,
        Condition: { StringEquals: { 'aws:SourceAccount': 'AWS::AccountId' } },
      }]);
    });

    test('the topic mails to the address that whoever deploys gives', () => {
      const { templates } = synthesise(file);
      const { Parameters, Resources, Conditions } = templates.get(`${system}-platform`);
      const [mail, ...others] = Object.values<any>(Resources).filter(({ Type, Properties }) => Type === 'AWS::SNS::Subscription' && Properties.Protocol === 'email');
      assert.deepEqual(others, []);
      assert.deepEqual(mail.Properties.Endpoint, { Ref: 'AlarmMail' });
      assert.deepEqual(Conditions[mail.Condition], { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'AlarmMail' }, ''] }] });
      assert.equal(Parameters.AlarmMail.Default, '');
      for (const [address, fits] of [['', true], ['ops@example.com', true], ['ops', false]] as const) {
        assert.equal(new RegExp(`^(?:${Parameters.AlarmMail.AllowedPattern})$`).test(address), fits, address);
      }
    });
  });
}

test('a schedule that runs less often has its runs counted over as long', () => {
  const alarms = synthesise(changed((catalogue) => (catalogue.sweepers[0].everyMinutes = 60))).all('AWS::CloudWatch::Alarm')
    .map(({ properties }) => properties).filter(({ AlarmName }) => AlarmName.startsWith('sweep-outbox'));
  assert.equal(alarms.length, 2);
  for (const { Period, Metrics } of alarms) assert.equal(Period ?? Metrics[1].MetricStat.Period, 3600);
});

test('a short retention lowers the threshold of the age', () => {
  const file = changed((catalogue) => (catalogue.consumers[0].retentionSeconds = 300));
  const alarm = synthesise(file).all('AWS::CloudWatch::Alarm').find(({ properties }) => properties.AlarmName === 'create-invoice-falls-behind');
  assert.equal(alarm?.properties.Threshold, 150);
});

test('alarms notify the topic that whoever deploys names, and the system then makes none', () => {
  const alarmTopicArn = 'arn:aws:sns:eu-west-1:111122223333:on-call';
  const { all, templates } = synthesise(undefined, { alarmTopicArn });
  assert.ok(all('AWS::CloudWatch::Alarm').every(({ properties }) => properties.AlarmActions[0] === alarmTopicArn));
  assert.equal(all('AWS::SNS::Topic').length, 1);
  for (const { Parameters } of templates.values()) assert.equal(Parameters.AlarmMail, undefined);
});
