import { CfnOutput, Duration, Validations, type Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { telling } from './access.ts';
import { closedBucket } from './bucket.ts';
import { outliving } from './options.ts';
import type { System } from './system.ts';

const LIFECYCLE: s3.LifecycleRule[] = [{ id: 'tidy', abortIncompleteMultipartUploadAfter: Duration.days(1) }];

/**
 * Where the schemas of events, commands and answers are served, and what the stage runs.
 *
 * `tidings schema publish` fills the bucket. CloudFormation puts no objects into buckets, and a custom resource would be code of ours at deployment.
 * The catalogue is an asset of the deployment, so it is what was deployed, whatever is done afterwards.
 */
export function addSchemas(stack: Stack, system: System): void {
  const bucket = schemasBucket(stack, system);
  new CfnOutput(stack, 'SchemasBucket', { value: bucket.bucketName });
  new CfnOutput(stack, 'SchemasUrl', { value: telling(stack, system).environment.SCHEMAS_URL! });
  const catalogue = new Asset(stack, 'Catalogue', { path: system.document });
  new CfnOutput(stack, 'CatalogueUrl', { value: catalogue.s3ObjectUrl });
}

function schemasBucket(scope: Construct, system: System): s3.Bucket {
  const { names, options } = system;
  if (options.schemas === 'private') {
    return closedBucket(scope, system, 'Schemas', names.schemasBucket(scope), {
      lifecycleRules: LIFECYCLE,
      logged: 'what is read there is no secret',
    });
  }
  const bucket = new s3.Bucket(scope, 'Schemas', {
    bucketName: names.schemasBucket(scope),
    encryption: s3.BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    // Objects are read by everybody; nobody lists them, and no ACL lets anybody in.
    blockPublicAccess: new s3.BlockPublicAccess({ blockPublicAcls: true, ignorePublicAcls: true, blockPublicPolicy: false, restrictPublicBuckets: false }),
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    lifecycleRules: LIFECYCLE,
    removalPolicy: outliving(options),
  });
  bucket.grantPublicAccess();
  Validations.of(bucket).acknowledge({ id: 'AwsSolutions::AwsSolutions-S1', reason: 'What is read there is public' });
  Validations.of(bucket).acknowledge({ id: 'AwsSolutions::AwsSolutions-S2', reason: 'Whoever deploys has chosen that everybody may read the schemas' });
  return bucket;
}
