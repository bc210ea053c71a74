import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Consumer } from '../lib/catalogue.ts';
import { applies, isAllowed, type Statement } from './model/iam.ts';
import { arn, catalogues, queuesOf, synthesise, type Resource } from './synthesise.ts';

for (const file of catalogues) {
  describe(`messaging of ${file}`, () => {
    const { all, catalogue } = synthesise(file);
    const { consumers, relays, sweepers, snapshotters, system } = catalogue;
    const handlers = consumers.filter(({ takes }) => 'command' in takes);
    const subscribers = consumers.filter(({ takes }) => !('command' in takes));
    const topic = arn('sns', `${system}-events`);
    const queues = new Map(all('AWS::SQS::Queue').map((queue) => [queue.properties.QueueName as string, queue.properties]));
    const policies = new Map(all('AWS::SQS::QueuePolicy').map((policy) => [policy.properties.Queues[0] as string, policy]));
    const subscription = (consumer: Consumer) => only(all('AWS::SNS::Subscription'), 'Endpoint', arn('sqs', consumer.name));
    const queueOf = (consumer: Consumer) => queuesOf(consumer)[0]!;
    const deadLettersOf = (consumer: Consumer) => queuesOf(consumer)[1]!;
    const mapping = (consumer: Consumer) => only(all('AWS::Lambda::EventSourceMapping'), 'FunctionName', consumer.name);

    test('there is one topic, encrypted, that refuses publishers without TLS', () => {
      const topics = all('AWS::SNS::Topic').map((resource) => resource.properties).filter(({ TopicName }) => TopicName !== `${system}-operations`);
      assert.deepEqual(topics.map((properties) => properties.TopicName), [`${system}-events`]);
      assert.match(topics[0].KmsMasterKeyId, /:alias\/aws\/sns$/);
      const statements = all('AWS::SNS::TopicPolicy').filter(({ properties }) => properties.Topics[0] === topic).flatMap((policy) => policy.properties.PolicyDocument.Statement);
      assert.deepEqual(statements.map((statement) => [statement.Effect, Object.keys(statement.Condition)[0]]), [['Deny', 'Bool'], ['Deny', 'ArnNotLike']]);
      const without = (secure: string) => ({ action: 'sns:Publish', resource: topic, context: { 'aws:SecureTransport': secure, 'aws:PrincipalArn': `arn:AWS::Partition:iam::AWS::AccountId:role/${system}/relays/x` } });
      assert.ok(statements.some((statement) => applies(statement, without('false'))));
      assert.ok(!statements.some((statement) => applies(statement, without('true'))));
    });

    test('nobody publishes but relays and sweepers, whatever else they may do', () => {
      const policy = all('AWS::SNS::TopicPolicy').filter(({ properties }) => properties.Topics[0] === topic).flatMap(({ properties }) => properties.PolicyDocument.Statement);
      const publishes = (role: string, own: Statement[]) =>
        isAllowed([...own, ...policy], { action: 'sns:Publish', resource: topic, context: { 'aws:SecureTransport': 'true', 'aws:PrincipalArn': `arn:AWS::Partition:iam::AWS::AccountId:role${role}` } });
      const roles = new Map(all('AWS::IAM::Role').map(({ id, properties }) => [`${id}.Arn`, properties]));
      const expected = [...relays, ...sweepers].map(({ name }) => name);
      for (const { properties } of all('AWS::Lambda::Function')) {
        const role = roles.get(properties.Role);
        const own = role.Policies.flatMap((each: any) => each.PolicyDocument.Statement);
        assert.equal(publishes(`${role.Path ?? '/'}generated`, own), expected.includes(properties.FunctionName), properties.FunctionName);
      }
      const administrator: Statement[] = [{ Effect: 'Allow', Action: '*', Resource: '*' }];
      for (const role of ['/admin', `/${system}/relays-x/y`, '/other/relays/y']) assert.ok(!publishes(role, administrator), role);
      assert.ok(publishes(`/${system}/relays/y`, administrator));
      // A system for tests is published to by its tests.
      const ephemeral = synthesise(file, { ephemeral: true }).all('AWS::SNS::TopicPolicy').flatMap(({ properties }) => properties.PolicyDocument.Statement);
      assert.deepEqual(ephemeral.filter(({ Sid }: any) => Sid === 'OnlyRelaysPublish'), []);
    });

    test('every consumer has its queue, its DLQ and the DLQ of its subscription, every relay the queue of its failures', () => {
      const expected = consumers.flatMap(queuesOf);
      expected.push(...relays.map(({ name }) => `${name}-failures`));
      assert.deepEqual([...queues.keys()].sort(), expected.sort());
    });

    test('every queue that is not itself a DLQ has a redrive policy to its own DLQ', () => {
      for (const consumer of consumers) {
        const [queue, dead, { maxReceiveCount }] = [queueOf(consumer), deadLettersOf(consumer), consumer];
        assert.deepEqual(queues.get(queue).RedrivePolicy, { deadLetterTargetArn: arn('sqs', dead), maxReceiveCount });
        assert.equal(queues.get(dead).RedrivePolicy, undefined);
      }
    });

    test('a message stays invisible for at least six times the time-out of its function', () => {
      const timeouts = new Map(all('AWS::Lambda::Function').map(({ properties }) => [properties.FunctionName, properties.Timeout]));
      for (const consumer of consumers) {
        const { VisibilityTimeout } = queues.get(queueOf(consumer));
        assert.equal(VisibilityTimeout, consumer.visibilityTimeoutSeconds);
        assert.ok(VisibilityTimeout >= 6 * timeouts.get(consumer.name), consumer.name);
      }
    });

    test('a DLQ keeps its messages longer than the queue', () => {
      for (const consumer of consumers) {
        const [queue, ...deads] = queuesOf(consumer).map((name) => [name, queues.get(name).MessageRetentionPeriod]);
        assert.equal(queue![1], consumer.retentionSeconds);
        for (const [dead, retention] of deads) {
          assert.equal(retention, consumer.deadLetterRetentionSeconds);
          // The time in a FIFO DLQ begins when a message comes there (AWS: SQS, setting up a DLQ, retention).
          assert.ok(handlers.includes(consumer) ? retention >= queue![1] : retention > queue![1], dead);
        }
      }
    });

    test('every queue is encrypted and refuses whoever comes without TLS', () => {
      for (const [name, properties] of queues) {
        assert.equal(properties.SqsManagedSseEnabled, true, name);
        const denials = statements(name).filter((statement) => statement.Effect === 'Deny');
        assert.deepEqual(denials.map((statement) => [statement.Action, statement.Principal, statement.Condition]), [
          ['sqs:*', { AWS: '*' }, { Bool: { 'aws:SecureTransport': 'false' } }],
        ]);
      }
    });

    test('only the topic may send to a queue and to the DLQ of its subscription, and no policy lets anybody into a DLQ', () => {
      for (const { name } of subscribers) {
        for (const target of [name, `${name}-subscription-dlq`]) {
          assert.deepEqual(allowed(target), [{
            Action: 'sqs:SendMessage',
            Condition: { ArnEquals: { 'aws:SourceArn': topic } },
            Effect: 'Allow',
            Principal: { Service: 'sns.amazonaws.com' },
            Resource: arn('sqs', target),
          }]);
        }
        assert.deepEqual(allowed(`${name}-dlq`), []);
      }
      // Who may send a command is said by the policies of the senders (`access.test.ts`).
      for (const handler of handlers) for (const queue of queuesOf(handler)) assert.deepEqual(allowed(queue), []);
      for (const { name } of relays) assert.deepEqual(allowed(`${name}-failures`), []);
    });

    test('every subscription delivers the raw message, has its own DLQ, and filters what the consumer takes', () => {
      assert.equal(all('AWS::SNS::Subscription').filter(({ properties }) => properties.Protocol !== 'email').length, subscribers.length);
      for (const consumer of subscribers) {
        const { takes } = consumer;
        const filter = 'all' in takes || 'command' in takes ? undefined : { type: 'types' in takes ? takes.types : [{ prefix: takes.prefix }] };
        assert.deepEqual(subscription(consumer).properties, {
          TopicArn: topic,
          Protocol: 'sqs',
          Endpoint: arn('sqs', consumer.name),
          RawMessageDelivery: true,
          RedrivePolicy: { deadLetterTargetArn: arn('sqs', `${consumer.name}-subscription-dlq`) },
          ...(filter && { FilterPolicy: filter, FilterPolicyScope: 'MessageAttributes' }),
        });
      }
    });

    test('the queues of a handler are FIFO, with limits for each group, and nothing else is', () => {
      const settings = (queue: string) => {
        const { FifoQueue, DeduplicationScope, FifoThroughputLimit, ContentBasedDeduplication } = queues.get(queue);
        return { FifoQueue, DeduplicationScope, FifoThroughputLimit, ContentBasedDeduplication };
      };
      const none = { FifoQueue: undefined, DeduplicationScope: undefined, FifoThroughputLimit: undefined, ContentBasedDeduplication: undefined };
      assert.ok(handlers.length > 0);
      for (const handler of handlers) {
        const own = { ...none, FifoQueue: true, DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' };
        assert.deepEqual(settings(queueOf(handler)), own);
        assert.deepEqual(settings(deadLettersOf(handler)), { ...none, FifoQueue: true });
      }
      for (const consumer of subscribers) for (const queue of queuesOf(consumer)) assert.deepEqual(settings(queue), none);
    });

    test('a subscription is made after the policies that let it deliver', () => {
      for (const consumer of subscribers) {
        const { dependsOn } = subscription(consumer);
        assert.ok(dependsOn.includes(policy(consumer.name).id), consumer.name);
        assert.ok(dependsOn.includes(policy(`${consumer.name}-subscription-dlq`).id), consumer.name);
      }
    });

    test('a filter is changed after the code that knows what it newly lets through', () => {
      const functions = new Map(all('AWS::Lambda::Function').map(({ id, properties }) => [properties.FunctionName, id]));
      for (const consumer of subscribers) assert.ok(subscription(consumer).dependsOn.includes(functions.get(consumer.name)!), consumer.name);
    });

    test('the mapping of a queue reports partial failures and bounds its concurrency', () => {
      assert.equal(all('AWS::Lambda::EventSourceMapping').length, consumers.length + relays.length + snapshotters.length);
      for (const consumer of consumers) {
        assert.deepEqual(mapping(consumer).properties, {
          FunctionName: consumer.name,
          EventSourceArn: arn('sqs', queueOf(consumer)),
          BatchSize: consumer.batchSize,
          // Lambda refuses more than 10 without a window, and a window for a FIFO queue.
          ...(!handlers.includes(consumer) && { MaximumBatchingWindowInSeconds: consumer.batchSize > 10 ? 1 : 0 }),
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          ScalingConfig: { MaximumConcurrency: consumer.maximumConcurrency },
        });
      }
    });

    function policy(queue: string): Resource {
      const found = policies.get(`url of ${queue}`);
      assert.ok(found, `no policy for ${queue}`);
      return found;
    }
    function statements(queue: string): any[] {
      return policy(queue).properties.PolicyDocument.Statement;
    }
    function allowed(queue: string): any[] {
      return statements(queue).filter((statement) => statement.Effect === 'Allow');
    }
  });
}

function only(resources: Resource[], property: string, value: string): Resource {
  const found = resources.filter((resource) => resource.properties[property] === value);
  assert.equal(found.length, 1, `${found.length} with ${property} ${value}`);
  return found[0]!;
}
