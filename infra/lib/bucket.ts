import { Duration, Validations } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { bucketsOf } from './catalogue.ts';
import { logicalId } from './names.ts';
import { outliving } from './options.ts';
import type { System } from './system.ts';

export interface ClosedBucketProps {
  readonly lifecycleRules: s3.LifecycleRule[];
  /** Why S3 need not log who reads and writes. */
  readonly logged: string;
}

/** A bucket that only roles of this system reach, over TLS; encrypted; it outlives its stack. */
export function closedBucket(scope: Construct, { options }: System, id: string, bucketName: string, { lifecycleRules, logged }: ClosedBucketProps): s3.Bucket {
  const bucket = new s3.Bucket(scope, id, {
    bucketName,
    encryption: s3.BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    lifecycleRules,
    // An ephemeral one goes with its stack once it is empty. To empty it by itself would take a custom resource.
    removalPolicy: outliving(options),
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions::AwsSolutions-S1',
    reason: `Only roles of this system reach it, and ${logged}`,
  });
  return bucket;
}

/** The buckets of a service, for documents: those that its functions write. */
export function addBuckets(scope: Construct, system: System, service: string): void {
  for (const name of bucketsOf(system.catalogue, service)) {
    closedBucket(scope, system, `${logicalId(name)}Bucket`, system.names.bucket(scope, name), {
      // No versions: a document is made of an event, which is kept, so one that is lost or spoilt is made again; and one that is deleted,
      // because its time is over or a person wants it, has to be gone. Nothing is forgotten by itself.
      lifecycleRules: [{ id: 'tidy', abortIncompleteMultipartUploadAfter: Duration.days(1) }],
      logged: 'each document belongs to an event whose delivery is logged by its function',
    });
  }
}
