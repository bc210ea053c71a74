import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { System } from './system.ts';

/**
 * An object must outlive every message that refers to it: 45 days, after which no consumer runs an event any more, and
 * the 18 that a redrive on the last of them gives a message again (4 in the queue, 14 in its dead-letter queue).
 */
const LIFETIME = Duration.days(64);

/** Where the data of events is that are too large for the topic (claim check). Closed, encrypted, and forgotten in time. */
export function claimsBucket(scope: Construct, { names, options }: System): s3.Bucket {
  const bucket = new s3.Bucket(scope, 'Claims', {
    bucketName: names.claimsBucket(scope),
    encryption: s3.BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    // No versions: an object is never changed, its key stands for its bytes.
    lifecycleRules: [{ id: 'forget', expiration: LIFETIME, abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    // An ephemeral one goes with its stack once it is empty. To empty it by itself would take a custom resource.
    removalPolicy: options.ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions::AwsSolutions-S1',
    reason: 'Only roles of this system reach it, and each access belongs to an event whose delivery is logged by its function',
  });
  return bucket;
}
