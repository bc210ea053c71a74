import { Stack, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { anyKmsKey } from './access.ts';
import { addBuckets } from './bucket.ts';
import { bucketsOf } from './catalogue.ts';
import { ConsumerOf } from './consumer.ts';
import { EndpointOf } from './endpoint.ts';
import { guarded } from './options.ts';
import { acceptParameters } from './parameters.ts';
import { ReaperOf } from './reaper.ts';
import { RelayOf } from './relay.ts';
import { ScheduledOf } from './scheduled.ts';
import { SnapshotterOf } from './snapshotter.ts';
import { SweeperOf } from './sweeper.ts';
import type { System } from './system.ts';
import { addTable } from './table.ts';

/** Everything of one service. A stack a service from the start: a stack holds 500 resources, a consumer is about 20. */
export class ServiceStack extends Stack {
  constructor(scope: Construct, system: System, service: string) {
    super(scope, system.names.stack(service), {
      description: `${system.catalogue.system}: the service ${service}`,
      terminationProtection: guarded(system.options),
    });
    fill(this, system, service, system.names.topicArn(this));
  }
}

/** A text with parameters of CloudFormation in it, as cdk-nag writes it. */
export function open(text: { 'Fn::Join': [string, (string | { Ref: string })[]] }): string {
  const [separator, parts] = text['Fn::Join'];
  return parts.map((part) => (typeof part === 'string' ? part : `<${part.Ref}>`)).join(separator);
}

/** Adds what the catalogue says of `service`. */
export function fill(stack: Stack, system: System, service: string, topicArn: string): void {
  // Written as cdk-nag writes account and region, which the templates leave open.
  const claims = stack.resolve(system.names.claimsBucketArn(stack));
  Validations.of(stack).acknowledge({
    id: `AwsSolutions::AwsSolutions-IAM5[Resource::${open(claims)}/*]`,
    reason: 'The objects of one named bucket: their keys name events, which nobody knows beforehand',
  });
  for (const bucket of bucketsOf(system.catalogue)) {
    Validations.of(stack).acknowledge({
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::${open(stack.resolve(system.names.bucketArn(stack, bucket)))}/*]`,
      reason: 'The documents of one named bucket: their names come from events, and nobody knows them beforehand',
    });
  }
  Validations.of(stack).acknowledge({
    id: `AwsSolutions::AwsSolutions-IAM5[Resource::${open(stack.resolve(anyKmsKey(stack)))}]`,
    reason: 'Of the keys, only the one that has the alias for the keys of persons: a condition of the statement says so',
  });
  if (system.options.sesSandbox) {
    Validations.of(stack).acknowledge({
      id: 'AwsSolutions::AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity/*]',
      reason: 'In the sandbox of SES recipients are identities, too; the sender is said by a condition of the statement',
    });
  }
  const replies = stack.resolve(system.names.repliesArn(stack));
  Validations.of(stack).acknowledge({
    id: `AwsSolutions::AwsSolutions-IAM5[Resource::${open(replies)}]`,
    reason: 'Reply queues: each process makes its own, by a name that nobody knows beforehand',
  });
  const { tables, publishers, queries, consumers, relays, sweepers, reapers, snapshotters, scheduled } = system.catalogue;
  const ours = (declared: { service: string }) => declared.service === service;
  addBuckets(stack, system, service);
  const made = new Map(tables.filter(ours).map((table) => [table.name, addTable(stack, system, table)]));
  for (const endpoint of [...publishers, ...queries].filter(ours)) new EndpointOf(stack, system, endpoint);
  for (const consumer of consumers.filter(ours)) new ConsumerOf(stack, system, topicArn, consumer);
  // `rules.ts` has checked that a relay or a snapshotter is in the service of its table: nothing else knows the stream's ARN.
  for (const relay of relays.filter(ours)) new RelayOf(stack, system, topicArn, made.get(relay.table)!, relay);
  for (const snapshotter of snapshotters.filter(ours)) new SnapshotterOf(stack, system, made.get(snapshotter.table)!, snapshotter);
  // Named like any table, so what the catalogue says of it is enough.
  const described = new Map(tables.map((table) => [table.name, table]));
  for (const sweeper of sweepers.filter(ours)) new SweeperOf(stack, system, topicArn, described.get(sweeper.table)!, sweeper);
  for (const one of scheduled.filter(ours)) new ScheduledOf(stack, system, one);
  for (const reaper of reapers.filter(ours)) {
    Validations.of(new ReaperOf(stack, system, reaper)).acknowledge({
      id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
      reason: 'ListQueues takes no resource (AWS: service authorization reference, SQS)',
    });
  }
  // After the functions: the one that sends mail declares the address without a default.
  acceptParameters(stack, system);
}
