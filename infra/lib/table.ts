import { Validations } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { watchTable } from './alarms.ts';
import { IDEMPOTENCY, PERSON_KEYS, type Table } from './catalogue.ts';
import { logicalId } from './names.ts';
import { guarded, outliving } from './options.ts';
import type { System } from './system.ts';

/** A table that costs what is used, can be restored to any second of the last days where that recovers something, and outlives its stack. */
export function addTable(scope: Construct, system: System, table: Table): dynamodb.Table {
  const { options } = system;
  const made = new dynamodb.Table(scope, `${logicalId(table.name)}Table`, {
    tableName: system.names.table(table.name),
    partitionKey: text(table.partitionKey),
    sortKey: table.sortKey === null ? undefined : text(table.sortKey),
    billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
    timeToLiveAttribute: table.expiry ?? undefined,
    stream: table.stream ? dynamodb.StreamViewType.NEW_IMAGE : undefined,
    pointInTimeRecoverySpecification: recovery(table),
    maxReadRequestUnits: options.maximumThroughput,
    maxWriteRequestUnits: options.maximumThroughput,
    // The account's own DynamoDB key, whose use CloudTrail records.
    encryption: dynamodb.TableEncryption.AWS_MANAGED,
    deletionProtection: guarded(options),
    removalPolicy: outliving(options),
  });
  for (const { name, partitionKey, sortKey, includes } of table.indexes) {
    made.addGlobalSecondaryIndex({
      indexName: name,
      partitionKey: text(partitionKey),
      sortKey: text(sortKey),
      ...(includes.length > 0
        ? { projectionType: dynamodb.ProjectionType.INCLUDE, nonKeyAttributes: includes }
        : { projectionType: dynamodb.ProjectionType.KEYS_ONLY }),
    });
  }
  if (table.name === IDEMPOTENCY) {
    Validations.of(made).acknowledge({ id: 'AwsSolutions::AwsSolutions-DDB3', reason: 'Restored, its records would say of what was done since that it was not, and it would be done again' });
  }
  watchTable(made, system, table);
  return made;
}

/** A person's key that was deleted can be restored for so long, so erasing is complete only then; all keys lost would erase everybody. */
export const PERSON_KEYS_RECOVERY_DAYS = 7;

/**
 * DynamoDB's own 35 days, if nothing is said. The records of what consumers have done are not recovered: an earlier state of them would say of what was done since
 * that it was not, and it would be done again. They are also the largest table, and gone after 45 days.
 */
function recovery({ name }: Table): dynamodb.PointInTimeRecoverySpecification {
  if (name === IDEMPOTENCY) return { pointInTimeRecoveryEnabled: false };
  return { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: name === PERSON_KEYS ? PERSON_KEYS_RECOVERY_DAYS : undefined };
}

/** Every key is a text: ids and names. Numbers in keys are written so that they sort. */
function text(name: string): dynamodb.Attribute {
  return { name, type: dynamodb.AttributeType.STRING };
}
