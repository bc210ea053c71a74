import { Duration } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { closedBucket } from './bucket.ts';
import type { System } from './system.ts';

/**
 * An object must outlive every message that refers to it: 45 days, after which no consumer runs an event any more, and
 * the 28 that a redrive on the last of them gives a message again (in a FIFO queue 14, and 14 in its dead-letter queue).
 */
const LIFETIME = Duration.days(74);

/** Where the data of events is that are too large for the topic (claim check). Closed, encrypted, and forgotten in time. */
export function claimsBucket(scope: Construct, system: System): s3.Bucket {
  return closedBucket(scope, system, 'Claims', system.names.claimsBucket(scope), {
    // No versions: an object is never changed, its key stands for its bytes.
    lifecycleRules: [{ id: 'forget', expiration: LIFETIME, abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    logged: 'each access belongs to an event whose delivery is logged by its function',
  });
}
