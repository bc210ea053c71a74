import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { System } from './system.ts';

/**
 * The one topic that every event goes through. Consumers choose with filters, so a publisher never knows them.
 *
 * Whatever is published here, every consumer believes. So the topic refuses all but the roles of relays and sweepers, whatever the policies of others
 * allow them (`docs/adr/0033-the-topic-knows-its-relays.md`).
 *
 * Encrypted with the account's own SNS key: it costs no key of ours and needs no permission of the publishers. An AWS
 * service that should publish here by itself (S3, say) would need a customer-managed key instead.
 */
export function eventsTopic(scope: Construct, { names, options }: System): sns.Topic {
  const topic = new sns.Topic(scope, 'Events', {
    topicName: names.topic,
    enforceSSL: true,
    masterKey: kms.Alias.fromAliasName(scope, 'SnsKey', 'alias/aws/sns'),
  });
  // The tests of an ephemeral system publish by themselves.
  if (options.ephemeral) return topic;
  topic.addToResourcePolicy(new iam.PolicyStatement({
    sid: 'OnlyRelaysPublish',
    effect: iam.Effect.DENY,
    principals: [new iam.AnyPrincipal()],
    actions: ['sns:Publish'],
    resources: [topic.topicArn],
    // Of a session, the ARN of its role, with its path (AWS: IAM user guide, global condition keys, `aws:PrincipalArn`).
    conditions: { ArnNotLike: { 'aws:PrincipalArn': names.relayRoles(scope) } },
  }));
  return topic;
}
