import { Fn, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Access as TableAccess, Declared, EventVersion, PlainAccess, Table } from './catalogue.ts';
import { commandOf, EVENTS, IDEMPOTENCY, OUTBOX, PENDING, PERSON_KEYS } from './catalogue.ts';
import { environmentName, type Names } from './names.ts';
import { chosen, mailFrom } from './parameters.ts';
import type { System } from './system.ts';

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

const TABLE_ACTIONS: Record<Exclude<TableAccess, 'list'>, string[]> = {
  read: ['GetItem', 'Query'],
  write: ['PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'],
  readWrite: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'],
  append: [],
  readAppend: ['GetItem', 'Query'],
  mark: ['GetItem', 'Query'],
};

/** What a mark is made of, and the key of the entry. The tests hold it against the expression that the library sends. */
export const MARKED = ['aggregate_key', 'position', 'published_at', 'pending', 'since', 'expires'];

/** To the topic: relays and sweepers. */
export function publishing(topicArn: string): Access {
  return { environment: { TOPIC_ARN: topicArn }, statements: [allow('sns', ['Publish'], topicArn)] };
}

/** What sends messages tells them where their schemas are: where the deployer says, or in their bucket. Nobody who reads a message goes there. */
export function telling(scope: Construct, { names, options }: System): Access {
  return { environment: { SCHEMAS_URL: options.schemasUrl ?? names.schemasUrl(scope) }, statements: [] };
}

/** Keeps the data of events that are too large for the topic: whoever publishes, or emits an event that may be. */
export function depositing(scope: Construct, names: Names): Access {
  return {
    environment: { CLAIM_CHECK_BUCKET: names.claimsBucket(scope) },
    statements: [allow('s3', ['PutObject'], `${names.claimsBucketArn(scope)}/*`)],
  };
}

/**
 * Reads that data: every consumer that may meet such an event. `ListBucket` is what tells an object that is gone from one that may not be read: without
 * it S3 answers 403 for both (AWS: S3 API reference, GetObject), and an event whose data is gone would be tried in vain.
 */
export function collecting(scope: Construct, names: Names): Access {
  return {
    environment: { CLAIM_CHECK_BUCKET: names.claimsBucket(scope) },
    statements: [
      allow('s3', ['GetObject'], `${names.claimsBucketArn(scope)}/*`),
      allow('s3', ['ListBucket'], names.claimsBucketArn(scope)),
    ],
  };
}

/** Through the outbox, in the transaction that completes the consumer's record: never straight to the topic. */
export function emitting(scope: Construct, system: System, publishes: EventVersion[]): Access {
  return {
    environment: { OUTBOX_TABLE: system.names.outboxTable },
    statements: [putting(scope, system, OUTBOX, publishes)],
  };
}

/**
 * Puts events of the aggregates whose events the function states, and of no other: an order's function cannot write into an account. In a transaction each
 * put is looked at by itself (AWS: DynamoDB developer guide, using IAM policy conditions; `dynamodb:LeadingKeys`). That nothing is there yet is
 * the condition of the put, for which IAM has no key.
 */
function putting(scope: Construct, { catalogue, names }: System, table: string, publishes: EventVersion[]): iam.PolicyStatement {
  const put = allow('dynamodb', ['PutItem'], names.tableArn(scope, table));
  const { aggregates } = catalogue;
  if (aggregates) {
    // `rules.ts` has checked that each is there.
    const keys = new Set(publishes.map(({ type }) => `${aggregates.get(type)!}#*`));
    put.addCondition('ForAllValues:StringLike', { 'dynamodb:LeadingKeys': [...keys].sort() });
  }
  return put;
}

/** Updates that touch nothing but what says whether an entry is published, and answer nothing else (AWS: as above; `dynamodb:Attributes`). */
function marking(scope: Construct, names: Names, table: Table): iam.PolicyStatement {
  const mark = allow('dynamodb', ['UpdateItem'], names.tableArn(scope, table.name));
  mark.addCondition('ForAllValues:StringEquals', { 'dynamodb:Attributes': MARKED });
  mark.addCondition('StringEqualsIfExists', { 'dynamodb:ReturnValues': ['NONE', 'UPDATED_OLD', 'UPDATED_NEW'] });
  return mark;
}

/** The consumer's records. Every write of one is an update, alone or in a transaction, whatever the guarantee. */
export function idempotency(scope: Construct, names: Names): Access {
  return {
    environment: { IDEMPOTENCY_TABLE: names.idempotencyTable },
    statements: [allow('dynamodb', ['UpdateItem', 'GetItem'], names.tableArn(scope, IDEMPOTENCY))],
  };
}

/** The dead letters that the groups of a FIFO queue wait behind: items of the same table. */
export function ordering(scope: Construct, names: Names): Access {
  return { environment: {}, statements: [allow('dynamodb', ['Query'], names.tableArn(scope, IDEMPOTENCY))] };
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

/** The poller reads the stream and sends what failed for good with the function's role; the function marks entries. */
export function relaying(streamArn: string, failures: IQueue): Access {
  const send = { environment: {}, statements: [allow('sqs', ['SendMessage'], failures.queueArn)] };
  return together(reading(streamArn), send);
}

/** The poller reads the stream with the function's role. */
export function reading(streamArn: string): Access {
  // Lambda asks for ListStreams too, on this one stream, before it makes the mapping.
  const actions = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'];
  return { environment: {}, statements: [allow('dynamodb', actions, streamArn)] };
}

/** Finds what was left over by the table's index `pending`; an index's permission is its own, and `uses` says what it may do with the entries. */
export function sweeping(scope: Construct, names: Names, table: Table): Access {
  return {
    environment: {},
    statements: [allow('dynamodb', ['Query'], names.indexArn(scope, table.name, PENDING))],
  };
}

/** Sends a command's answer to who has asked: to no queue but one that the system's own functions have made. */
export function answering(scope: Construct, names: Names): Access {
  return {
    environment: { REPLY_PREFIX: names.replies },
    statements: [allow('sqs', ['SendMessage'], names.repliesArn(scope))],
  };
}

/** Deletes reply queues. Queues can be listed only all or none: `ListQueues` takes no resource (AWS: service authorization reference, SQS). */
export function reaping(scope: Construct, names: Names): Access {
  return {
    environment: { REPLY_PREFIX: names.replies },
    statements: [
      allow('sqs', ['ListQueues'], '*'),
      allow('sqs', ['ListQueueTags', 'GetQueueAttributes', 'DeleteQueue'], names.repliesArn(scope)),
    ],
  };
}

export function using(scope: Construct, system: System, { uses, publishes = [] }: Declared & { publishes?: EventVersion[] }): Access {
  const { names } = system;
  return together(...uses.map((use) => {
    if ('table' in use) return table(scope, system, use.table, use.access, publishes);
    if ('personal' in use) return personal(scope, names, use.personal);
    if ('secret' in use) return secret(scope, names, use.secret);
    if ('parameter' in use) return { environment: { [environmentName(use.parameter)]: chosen(scope, use) }, statements: [] };
    if ('bucket' in use) return bucket(scope, names, use.bucket, use.access);
    if ('command' in use) return sending(scope, system, use.command);
    return 'replies' in use ? asking(scope, names) : mail(scope, system);
  }));
}

/** Sends a command to the queue of its handler, which `rules.ts` has found. */
function sending(scope: Construct, system: System, command: string): Access {
  const { catalogue, names } = system;
  const queue = names.queue(catalogue.consumers.find((consumer) => commandOf(consumer) === command)!);
  return together(telling(scope, system), {
    environment: { [`COMMAND_${environmentName(command)}`]: queue },
    statements: [allow('sqs', ['GetQueueUrl', 'SendMessage'], names.queueArn(scope, queue))],
  });
}

/** Makes a queue for answers, says from time to time that it is there (a tag), and takes answers out. */
function asking(scope: Construct, names: Names): Access {
  const actions = ['CreateQueue', 'TagQueue', 'ReceiveMessage', 'DeleteMessage', 'DeleteQueue'];
  return {
    environment: { REPLY_PREFIX: names.replies },
    statements: [allow('sqs', actions, names.repliesArn(scope))],
  };
}

function table(scope: Construct, system: System, name: string, access: TableAccess, publishes: EventVersion[]): Access {
  const { catalogue, names } = system;
  // `rules.ts` has checked that it is there.
  const table = catalogue.tables.find((one) => one.name === name)!;
  return {
    environment: { [`TABLE_${environmentName(name)}`]: names.table(name) },
    statements: [
      ...(access === 'list' ? [listing(scope, names, table)] : []),
      ...(access !== 'list' && TABLE_ACTIONS[access].length > 0 ? [touching(scope, names, table, access)] : []),
      ...(access === 'append' || access === 'readAppend' ? appending(scope, system, table, publishes) : []),
      ...(access === 'mark' ? [marking(scope, names, table)] : []),
    ],
  };
}

/** Whoever states no event puts none: it has the table's name for the transaction that its other writes share. */
function appending(scope: Construct, system: System, { name }: Table, publishes: EventVersion[]): iam.PolicyStatement[] {
  if (name !== EVENTS) return [allow('dynamodb', ['PutItem'], system.names.tableArn(scope, name))];
  return publishes.length === 0 ? [] : [putting(scope, system, name, publishes)];
}

function touching(scope: Construct, names: Names, table: Table, access: Exclude<TableAccess, 'list'>): iam.PolicyStatement {
  return allow('dynamodb', TABLE_ACTIONS[access], names.tableArn(scope, table.name));
}

/** By the table's own indexes, each of which is named: an index is a resource of its own. */
function listing(scope: Construct, names: Names, table: Table): iam.PolicyStatement {
  return allow('dynamodb', ['Query'], ...table.indexes.map((index) => names.indexArn(scope, table.name, index.name)));
}

/**
 * The keys of persons: their table, and the KMS key that wraps them. Who seals also opens: it takes the key of a person to seal
 * with. No function may delete a key; `tidings erase` does that, with the rights of who calls it.
 *
 * A policy cannot name a key by its alias, but by the condition that the key has it (AWS: KMS developer guide, use aliases to control
 * access). So the platform's key can be named without an export of its ARN.
 */
function personal(scope: Construct, names: Names, access: PlainAccess): Access {
  const seals = access !== 'read';
  const wrap = allow('kms', seals ? ['Decrypt', 'GenerateDataKey'] : ['Decrypt'], anyKmsKey(scope));
  wrap.addCondition('ForAnyValue:StringEquals', { 'kms:ResourceAliases': names.personKeysAlias });
  return {
    environment: { PERSON_KEYS_TABLE: names.table(PERSON_KEYS), PERSON_KEYS_KMS_KEY: names.personKeysAlias },
    statements: [
      allow('dynamodb', seals ? ['BatchGetItem', 'PutItem'] : ['BatchGetItem'], names.tableArn(scope, PERSON_KEYS)),
      wrap,
    ],
  };
}

/** Every KMS key of this account and region. */
export function anyKmsKey(scope: Construct): string {
  return Stack.of(scope).formatArn({ service: 'kms', resource: 'key', resourceName: '*' });
}

/**
 * A secret, which the function reads when it starts. Of KMS it needs nothing: the key that Secrets Manager encrypts with unless it is told
 * otherwise, `aws/secretsmanager`, lets whoever may read the secret decrypt it (AWS: Secrets Manager, "Secret encryption and decryption").
 */
function secret(scope: Construct, names: Names, name: string): Access {
  return {
    environment: { [`SECRET_${environmentName(name)}`]: names.secret(name) },
    statements: [allow('secretsmanager', ['GetSecretValue'], ...names.secretArns(scope, name))],
  };
}

/** The objects of a bucket. `ListBucket` is what tells one that is missing from one that may not be read, as for large data. */
function bucket(scope: Construct, names: Names, name: string, access: PlainAccess): Access {
  const arn = names.bucketArn(scope, name);
  const put = allow('s3', ['PutObject'], `${arn}/*`);
  const get = [allow('s3', ['GetObject'], `${arn}/*`), allow('s3', ['ListBucket'], arn)];
  return {
    environment: { [`BUCKET_${environmentName(name)}`]: names.bucket(scope, name) },
    statements: [...(access === 'read' ? [] : [put]), ...(access === 'write' ? [] : get)],
  };
}

/**
 * SES checks the identity that it verified: the address or its domain. In its sandbox it takes mail for verified recipients alone, and checks
 * their identities, too, whose names are whoever tests. Either way, only this sender is allowed.
 */
function mail(scope: Construct, { options }: System): Access {
  const from = mailFrom(scope);
  const identity = (resourceName: string) =>
    Stack.of(scope).formatArn({ service: 'ses', resource: 'identity', resourceName });
  const send = allow('ses', ['SendEmail'], ...(options.sesSandbox ? [identity('*')] : [identity(from), identity(Fn.select(1, Fn.split('@', from)))]));
  send.addCondition('StringEquals', { 'ses:FromAddress': from });
  return { environment: { MAIL_FROM: from }, statements: [send] };
}

function allow(service: string, actions: string[], ...resources: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: actions.map((action) => `${service}:${action}`), resources });
}
