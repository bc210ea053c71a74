import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Names } from './names.ts';

/**
 * The one topic that every event goes through. Consumers choose with filters, so a publisher never knows them.
 *
 * Encrypted with the account's own SNS key: it costs no key of ours and needs no permission of the publishers. An AWS
 * service that should publish here by itself (S3, say) would need a customer-managed key instead.
 */
export function eventsTopic(scope: Construct, names: Names): sns.Topic {
  return new sns.Topic(scope, 'Events', {
    topicName: names.topic,
    enforceSSL: true,
    masterKey: kms.Alias.fromAliasName(scope, 'SnsKey', 'alias/aws/sns'),
  });
}
