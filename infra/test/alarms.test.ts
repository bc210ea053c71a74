import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { catalogues, changed, queuesOf, synthesise } from './synthesise.ts';

for (const file of catalogues) {
  describe(`alarms of ${file}`, () => {
    const { all, catalogue } = synthesise(file);
    const alarms = all('AWS::CloudWatch::Alarm').map(({ properties }) => properties);
    const watching = (queue: string) =>
      alarms.filter((alarm) => alarm.Namespace !== 'Tidings' && alarm.Dimensions[0].Value === queue);

    test('one message in a DLQ, of a queue, a subscription or a relay, is an alarm within a minute', () => {
      const { consumers, relays } = catalogue;
      const ofConsumers = consumers.flatMap((consumer) => queuesOf(consumer).slice(1));
      for (const dead of [...ofConsumers, ...relays.map(({ name }) => `${name}-failures`)]) {
        const [alarm, ...others] = watching(dead);
        assert.deepEqual(others, []);
        assert.deepEqual(essence(alarm), {
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
    });

    test('a relay that is a minute behind is an alarm, and so is one that crashes', () => {
      for (const { name } of catalogue.relays) {
        const common = { Namespace: 'AWS/Lambda', ComparisonOperator: 'GreaterThanThreshold', Period: 60, EvaluationPeriods: 1 };
        assert.deepEqual(watching(name).map(essence), [
          { ...common, AlarmName: `${name}-falls-behind`, MetricName: 'IteratorAge', Threshold: 60_000, Statistic: 'Maximum' },
          { ...common, AlarmName: `${name}-fails`, MetricName: 'Errors', Threshold: 0, Statistic: 'Sum' },
        ]);
        for (const { Dimensions } of watching(name)) assert.deepEqual(Dimensions, [{ Name: 'FunctionName', Value: name }]);
      }
    });

    test('a snapshotter that keeps crashing is an alarm', () => {
      for (const { name } of catalogue.snapshotters) {
        assert.deepEqual(watching(name).map(essence), [{
          AlarmName: `${name}-fails`, MetricName: 'Errors', Namespace: 'AWS/Lambda', ComparisonOperator: 'GreaterThanThreshold',
          Threshold: 0, Period: 60, EvaluationPeriods: 5, Statistic: 'Sum',
        }]);
      }
    });

    test('a sweeper whose runs fail five times on end is an alarm, and so is one that does not run', () => {
      for (const { name, everyMinutes } of catalogue.sweepers) {
        const common = { Namespace: 'AWS/Lambda', Period: 60 * everyMinutes, Statistic: 'Sum' };
        assert.deepEqual(watching(name).map(essence), [
          { ...common, AlarmName: `${name}-stuck`, MetricName: 'Errors', ComparisonOperator: 'GreaterThanThreshold', Threshold: 0, EvaluationPeriods: 5 },
          { ...common, AlarmName: `${name}-does-not-run`, MetricName: 'Invocations', ComparisonOperator: 'LessThanThreshold', Threshold: 1, EvaluationPeriods: 15 },
        ]);
        for (const { Dimensions } of watching(name)) assert.deepEqual(Dimensions, [{ Name: 'FunctionName', Value: name }]);
      }
    });

    test('what ends unfinished work is an alarm where it leaves something behind, or does not run', () => {
      for (const { name, everyMinutes } of catalogue.scheduled) {
        const common = { Namespace: 'AWS/Lambda', Period: 60 * everyMinutes, Statistic: 'Sum' };
        assert.deepEqual(watching(name).map(essence), [
          { ...common, AlarmName: `${name}-stuck`, MetricName: 'Errors', ComparisonOperator: 'GreaterThanThreshold', Threshold: 0, EvaluationPeriods: 5 },
          { ...common, AlarmName: `${name}-does-not-run`, MetricName: 'Invocations', ComparisonOperator: 'LessThanThreshold', Threshold: 1, EvaluationPeriods: 15 },
        ]);
      }
    });

    test('a reaper whose runs fail five times on end is an alarm', () => {
      for (const { name, everyMinutes } of catalogue.reapers) {
        assert.deepEqual(watching(name).map(essence), [{
          Namespace: 'AWS/Lambda', AlarmName: `${name}-stuck`, MetricName: 'Errors', ComparisonOperator: 'GreaterThanThreshold',
          Threshold: 0, Period: 60 * everyMinutes, EvaluationPeriods: 5, Statistic: 'Sum',
        }]);
      }
    });

    test('a queue whose oldest message is older than an hour is an alarm, well before messages are lost', () => {
      for (const consumer of catalogue.consumers) {
        const [alarm, ...others] = watching(queuesOf(consumer)[0]!);
        assert.deepEqual(others, []);
        assert.equal(alarm.AlarmName, `${consumer.name}-falls-behind`);
        assert.equal(alarm.MetricName, 'ApproximateAgeOfOldestMessage');
        assert.ok(alarm.Threshold <= 3600);
        assert.ok(alarm.Threshold > 0 && alarm.Threshold <= consumer.retentionSeconds / 2);
      }
    });

    test('a consumer that keeps failing is an alarm before its messages are set aside, and so is one that is late, or pauses for an hour', () => {
      for (const { name, service, guarantee } of catalogue.consumers) {
        const Dimensions = [{ Name: 'Function', Value: name }, { Name: 'Service', Value: service }];
        const own = alarms.filter((alarm) => isDeepStrictEqual(alarm.Dimensions, Dimensions));
        const [failures, lag, ...others] = own.filter((alarm) => alarm.MetricName !== 'Paused');
        // A pause is 15 minutes at most, so each period has something that was sent back.
        assert.deepEqual(own.filter((alarm) => alarm.MetricName === 'Paused').map(essence), guarantee === 'transactional' ? [] : [{
          Namespace: 'Tidings', ComparisonOperator: 'GreaterThanThreshold', EvaluationPeriods: 3, AlarmName: `${name}-pauses`, MetricName: 'Paused', Threshold: 0,
          Period: 1200, Statistic: 'Sum',
        }]);
        const common = { Namespace: 'Tidings', ComparisonOperator: 'GreaterThanThreshold', EvaluationPeriods: 5 };
        assert.deepEqual(others, []);
        // Each period is longer than the longest backoff, a minute, so what keeps failing fails in each of them.
        assert.deepEqual(essence(failures), {
          ...common, AlarmName: `${name}-keeps-failing`, MetricName: 'Failures', Threshold: 0, Period: 120, Statistic: 'Sum',
        });
        assert.deepEqual({ ...essence(lag), Statistic: lag.ExtendedStatistic }, {
          ...common, AlarmName: `${name}-lags`, MetricName: 'Age', Threshold: 300_000, Period: 60, Statistic: 'p50',
        });
      }
    });

    test('nothing else is an alarm, and what is not reported is none, except the runs of a sweeper', () => {
      const ofConsumers = catalogue.consumers.map((consumer) => (consumer.guarantee === 'transactional' ? 2 : 3) + queuesOf(consumer).length);
      assert.equal(alarms.length, ofConsumers.reduce((sum, count) => sum + count, catalogue.reapers.length) + 3 * catalogue.relays.length + 2 * (catalogue.sweepers.length + catalogue.scheduled.length) + catalogue.snapshotters.length);
      const absent = [...catalogue.sweepers, ...catalogue.scheduled].map(({ name }) => `${name}-does-not-run`);
      for (const { AlarmName, TreatMissingData } of alarms) {
        assert.equal(TreatMissingData, absent.includes(AlarmName) ? 'breaching' : 'notBreaching', AlarmName);
      }
    });
  });
}

function essence({ AlarmName, MetricName, Namespace, ComparisonOperator, Threshold, Period, EvaluationPeriods, Statistic }: any) {
  return { AlarmName, MetricName, Namespace, ComparisonOperator, Threshold, Period, EvaluationPeriods, Statistic };
}

test('a sweeper that runs less often has its runs counted over as long', () => {
  const file = changed((catalogue) => (catalogue.sweepers[0].everyMinutes = 60));
  const alarms = synthesise(file).all('AWS::CloudWatch::Alarm').map(({ properties }) => properties)
    .filter(({ AlarmName }) => AlarmName.startsWith('sweep-outbox'));
  assert.equal(alarms.length, 2);
  for (const { Period, EvaluationPeriods } of alarms) {
    assert.equal(Period, 3600);
    // All that CloudWatch looks back on with such a period is a week, and with a shorter one a day (CloudWatch: PutMetricAlarm).
    assert.ok(Period * EvaluationPeriods <= 86_400);
  }
});

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
