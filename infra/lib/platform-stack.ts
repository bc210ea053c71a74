import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { callersOfUrls } from './callers.ts';
import { PLATFORM } from './catalogue.ts';
import { claimsBucket } from './claims.ts';
import { operationsTopic } from './operations.ts';
import { guarded } from './options.ts';
import { operatorsPolicies } from './operators.ts';
import { personKeysKey } from './person-keys.ts';
import { addSchemas } from './schemas.ts';
import { fill } from './service-stack.ts';
import type { System } from './system.ts';
import { eventsTopic } from './topic.ts';

/** What all services share: the topic, the bucket for what is too large for it, the key of persons' keys, and the tables (and functions) of the service `platform`. */
export class PlatformStack extends Stack {
  constructor(scope: Construct, system: System) {
    const { system: name } = system.catalogue;
    super(scope, system.names.stack(PLATFORM), {
      description: `${name}: the topic, the bucket and the tables that services share`,
      terminationProtection: guarded(system.options),
    });
    const topic = eventsTopic(this, system);
    const claims = claimsBucket(this, system);
    personKeysKey(this, system);
    operationsTopic(this, system);
    operatorsPolicies(this, system);
    if (system.options.front.kind === 'url') callersOfUrls(this, system);
    // Within this stack the topic's reference, not its name: CloudFormation then makes the topic first.
    fill(this, system, PLATFORM, topic.topicArn);
    new CfnOutput(this, 'TopicArn', { value: topic.topicArn });
    new CfnOutput(this, 'ClaimCheckBucket', { value: claims.bucketName });
    addSchemas(this, system);
  }
}
