import { Fn, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Access as TableAccess, Consumer, Use } from './catalogue.ts';
import { IDEMPOTENCY } from './catalogue.ts';
import { environmentName, type Names } from './names.ts';
import { mailFrom } from './parameters.ts';

/**
 * Something that a function may use: how it finds it and what it may do there. The two are made together, because a
 * variable without its permission (or the other way round) is a mistake that shows only when the function runs.
 */
export interface Access {
  readonly environment: Record<string, string>;
  readonly statements: iam.PolicyStatement[];
}

export function together(...parts: Access[]): Access {
  return {
    environment: Object.assign({}, ...parts.map((part) => part.environment)),
    statements: parts.flatMap((part) => part.statements),
  };
}

const TABLE_ACTIONS: Record<TableAccess, string[]> = {
  read: ['GetItem', 'Query'],
  write: ['PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'],
  readWrite: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'],
};

/** Publishing is allowed to whoever says what it publishes, and to nobody else. */
export function publishing(topicArn: string, publishes: unknown[]): Access {
  if (publishes.length === 0) return together();
  return { environment: { TOPIC_ARN: topicArn }, statements: [allow('sns', ['Publish'], topicArn)] };
}

/** The consumer's records. `ConditionCheckItem` is for those that complete the record with their effect. */
export function idempotency(scope: Construct, names: Names, consumer: Consumer): Access {
  const actions = ['PutItem', 'UpdateItem', 'GetItem'];
  if (consumer.guarantee === 'transactional') actions.push('ConditionCheckItem');
  return {
    environment: { IDEMPOTENCY_TABLE: names.idempotencyTable },
    statements: [allow('dynamodb', actions, names.tableArn(scope, IDEMPOTENCY))],
  };
}

/** The poller receives and deletes with the function's role; the function delays retries and sets messages aside itself. */
export function consuming(queue: IQueue, deadLetterQueue: IQueue): Access {
  return {
    environment: { QUEUE_URL: queue.queueUrl, DEAD_LETTER_QUEUE_URL: deadLetterQueue.queueUrl },
    statements: [
      allow('sqs', ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes', 'ChangeMessageVisibility'], queue.queueArn),
      allow('sqs', ['SendMessage'], deadLetterQueue.queueArn),
    ],
  };
}

export function using(scope: Construct, names: Names, uses: Use[]): Access {
  return together(...uses.map((use) => ('table' in use ? table(scope, names, use.table, use.access) : mail(scope))));
}

function table(scope: Construct, names: Names, name: string, access: TableAccess): Access {
  return {
    environment: { [`TABLE_${environmentName(name)}`]: names.table(name) },
    statements: [allow('dynamodb', TABLE_ACTIONS[access], names.tableArn(scope, name))],
  };
}

/** SES checks the identity that it verified: the address or its domain. Either way, only this sender is allowed. */
function mail(scope: Construct): Access {
  const from = mailFrom(scope);
  const identity = (resourceName: string) =>
    Stack.of(scope).formatArn({ service: 'ses', resource: 'identity', resourceName });
  const send = allow('ses', ['SendEmail'], identity(from), identity(Fn.select(1, Fn.split('@', from))));
  send.addCondition('StringEquals', { 'ses:FromAddress': from });
  return { environment: { MAIL_FROM: from }, statements: [send] };
}

function allow(service: string, actions: string[], ...resources: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: actions.map((action) => `${service}:${action}`), resources });
}
