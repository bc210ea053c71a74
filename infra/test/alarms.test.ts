import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { catalogues, changed, synthesise } from './synthesise.ts';

for (const file of catalogues) {
  describe(`alarms of ${file}`, () => {
    const { all, catalogue } = synthesise(file);
    const alarms = all('AWS::CloudWatch::Alarm').map(({ properties }) => properties);
    const watching = (queue: string) => alarms.filter((alarm) => alarm.Dimensions[0].Value === queue);

    test('one message in a DLQ, of a queue or of a subscription, is an alarm within a minute', () => {
      for (const { name } of catalogue.consumers) {
        for (const dead of [`${name}-dlq`, `${name}-subscription-dlq`]) {
          const [alarm, ...others] = watching(dead);
          assert.deepEqual(others, []);
          const { AlarmName, MetricName, Namespace, ComparisonOperator, Threshold, Period, EvaluationPeriods, Statistic } = alarm;
          assert.deepEqual({ AlarmName, MetricName, Namespace, ComparisonOperator, Threshold, Period, EvaluationPeriods, Statistic }, {
            AlarmName: `${dead}-not-empty`,
            MetricName: 'ApproximateNumberOfMessagesVisible',
            Namespace: 'AWS/SQS',
            ComparisonOperator: 'GreaterThanThreshold',
            Threshold: 0,
            Period: 60,
            EvaluationPeriods: 1,
            Statistic: 'Maximum',
          });
        }
      }
    });

    test('a queue whose oldest message is older than its retries explain is an alarm, well before messages are lost', () => {
      for (const consumer of catalogue.consumers) {
        const [alarm, ...others] = watching(consumer.name);
        assert.deepEqual(others, []);
        assert.equal(alarm.MetricName, 'ApproximateAgeOfOldestMessage');
        assert.ok(alarm.Threshold <= consumer.maxReceiveCount * consumer.visibilityTimeoutSeconds);
        assert.ok(alarm.Threshold > 0 && alarm.Threshold <= consumer.retentionSeconds / 2);
      }
      assert.equal(alarms.length, 3 * catalogue.consumers.length);
    });
  });
}

test('a short retention lowers the threshold of the age', () => {
  const file = changed((catalogue) => (catalogue.consumers[0].retentionSeconds = 300));
  const alarm = synthesise(file).all('AWS::CloudWatch::Alarm').find(({ properties }) => properties.AlarmName === 'create-invoice-falls-behind');
  assert.equal(alarm?.properties.Threshold, 150);
});

test('alarms notify the topic that whoever deploys names', () => {
  const alarmTopicArn = 'arn:aws:sns:eu-west-1:111122223333:on-call';
  const actions = (context: Record<string, unknown>) =>
    synthesise(undefined, context).all('AWS::CloudWatch::Alarm').map(({ properties }) => properties.AlarmActions);
  assert.ok(actions({ alarmTopicArn }).every(([action]) => action === alarmTopicArn));
  assert.ok(actions({}).every((none) => none === undefined));
});
