import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Consumer, Endpoint, Reaper, Relay, Scheduled, Snapshotter, Sweeper } from '../lib/catalogue.ts';
import { logicalId } from '../lib/names.ts';
import { isAllowed } from './model/iam.ts';
import { arn, catalogues, queuesOf, synthesise } from './synthesise.ts';

type Declared = Endpoint | Consumer | Relay | Sweeper | Reaper | Snapshotter | Scheduled;

/** The only wildcards in a resource that an Allow statement may have, each with its reason. */
const WILDCARDS: { pattern: RegExp; reason: string }[] = [
  { pattern: /^arn:AWS::Partition:s3:::[a-z-]+-claims-[^/]+\/\*$/, reason: 'the objects of one named bucket: their keys name events' },
  { pattern: /^arn:AWS::Partition:s3:::[a-z-]+-invoices-[^/]+\/\*$/, reason: 'the documents of one named bucket: their names come from events' },
  { pattern: /:kms:.*:key\/\*$/, reason: 'the one key that has the alias: a condition says so' },
  { pattern: /:logs:.*:log-group:\/aws\/lambda\/[a-z0-9-]+:\*$/, reason: 'the streams of one named log group' },
  { pattern: /^arn:AWS::Partition:sqs:AWS::Region:AWS::AccountId:[a-z-]+-replies-\*$/, reason: 'reply queues: each process makes its own' },
  { pattern: /^\*$/, reason: 'ListQueues, which takes no resource: the test below' },
];

for (const file of catalogues) {
  describe(`what the functions of ${file} may do`, () => {
    const { all, catalogue } = synthesise(file);
    const { publishers, queries, consumers, relays, sweepers, reapers, snapshotters, scheduled, system } = catalogue;
    const buckets = all('AWS::S3::Bucket').map(({ properties }) => properties.BucketName as string);
    const bucketOf = (name: string) => buckets.find((bucket) => bucket.startsWith(`${system}-${name}-`))!;
    const bucket = bucketOf('claims');
    const declared: Declared[] = [...publishers, ...queries, ...consumers, ...relays, ...sweepers, ...reapers, ...snapshotters, ...scheduled];
    const prefix = `${system}-replies-`;
    const handlerOf = (command: string) => consumers.find(({ takes }) => 'command' in takes && takes.command === command)!;
    const functions = new Map(all('AWS::Lambda::Function').map((resource) => [resource.properties.FunctionName as string, resource]));
    const roles = new Map(all('AWS::IAM::Role').map((role) => [`${role.id}.Arn`, role.properties]));

    test('a function finds what it uses in its environment, and nothing else', () => {
      for (const one of declared) {
        assert.deepEqual(functions.get(one.name)!.properties.Environment?.Variables ?? {}, environment(one), one.name);
      }
    });

    test('a role may do exactly what the catalogue needs', () => {
      for (const one of declared) assert.deepEqual(granted(one.name), permissions(one), one.name);
    });

    test('every function has a role of its own, with no managed policy', () => {
      const used = [...functions.values()].map((resource) => resource.properties.Role);
      assert.equal(new Set(used).size, functions.size);
      assert.equal(roles.size, functions.size);
      for (const role of roles.values()) assert.equal(role.ManagedPolicyArns, undefined);
      assert.deepEqual(all('AWS::IAM::Policy'), []);
    });

    test('no permission is for every resource, unless the reason is listed', () => {
      const documents = [
        ...[...roles.values()].flatMap((role) => role.Policies.map((policy: any) => policy.PolicyDocument)),
        ...all('AWS::SQS::QueuePolicy').map((policy) => policy.properties.PolicyDocument),
        ...all('AWS::SNS::TopicPolicy').map((policy) => policy.properties.PolicyDocument),
      ];
      const resources: string[] = documents.flatMap((document) => document.Statement).flatMap((statement) => statement.Resource);
      assert.ok(resources.length > declared.length);
      for (const resource of resources.filter((each) => each.includes('*'))) {
        assert.ok(WILDCARDS.some(({ pattern }) => pattern.test(resource)), resource);
      }
    });

    test('a function that sends mail may only send as that sender', () => {
      const sends = [...roles.values()].flatMap((role) => role.Policies).flatMap((policy) => policy.PolicyDocument.Statement)
        .filter((statement) => statement.Action === 'ses:SendEmail');
      assert.equal(sends.length, declared.filter((one) => one.uses.some((use) => 'mail' in use)).length);
      for (const { Condition } of sends) assert.deepEqual(Condition, { StringEquals: { 'ses:FromAddress': 'MailFrom' } });
    });

    test('a function that seals or opens personal values may use the KMS key for that alone, and delete nothing', () => {
      const used = [...roles.values()].flatMap((role) => role.Policies).flatMap((policy) => policy.PolicyDocument.Statement)
        .filter((statement) => [statement.Action].flat().some((action) => action.startsWith('kms:')));
      assert.equal(used.length, declared.filter((one) => one.uses.some((use) => 'personal' in use)).length);
      for (const { Condition } of used) {
        assert.deepEqual(Condition, { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': `alias/${system}-person-keys` } });
      }
    });

    test('only the reaper may do something to all queues, which is to list them', () => {
      const toAll = declared.flatMap(({ name }) => granted(name).filter((line) => line.endsWith(' on *')).map((line) => `${name}: ${line}`));
      assert.deepEqual(toAll, reapers.map(({ name }) => `${name}: sqs:ListQueues on *`));
    });

    function environment(one: Declared): Record<string, string> {
      const variable = (name: string) => name.toUpperCase().replaceAll('-', '_');
      const uses = one.uses.flatMap((use): [string, string][] => {
        if ('mail' in use) return [['MAIL_FROM', 'MailFrom']];
        if ('personal' in use) return [['PERSON_KEYS_TABLE', `${system}-person-keys`], ['PERSON_KEYS_KMS_KEY', `alias/${system}-person-keys`]];
        if ('secret' in use) return [[`SECRET_${variable(use.secret)}`, `${system}/${use.secret}`]];
        if ('parameter' in use) return [[variable(use.parameter), logicalId(use.parameter)]];
        if ('bucket' in use) return [[`BUCKET_${variable(use.bucket)}`, bucketOf(use.bucket)]];
        if ('command' in use) return [[`COMMAND_${variable(use.command)}`, `${handlerOf(use.command).name}.fifo`]];
        return 'replies' in use ? [['REPLY_PREFIX', prefix]] : [[`TABLE_${variable(use.table)}`, `${system}-${use.table}`]];
      });
      return {
        ...('callers' in one && { FRONT: 'signed-url' }),
        ...(isConsumer(one) && {
          IDEMPOTENCY_TABLE: `${system}-idempotency`, QUEUE_URL: `url of ${queuesOf(one)[0]}`, DEAD_LETTER_QUEUE_URL: `url of ${queuesOf(one)[1]}`,
        }),
        ...((isHandler(one) || isReaper(one)) && { REPLY_PREFIX: prefix }),
        ...(emits(one) && { OUTBOX_TABLE: `${system}-outbox` }),
        ...((claims(one) || publishesItself(one)) && { CLAIM_CHECK_BUCKET: bucket }),
        ...((publishesItself(one) || isHandler(one) || one.uses.some((use) => 'command' in use)) && { SCHEMAS_URL: `https://${bucketOf('schemas')}.s3.AWS::Region.AWS::URLSuffix` }),
        ...(publishesItself(one) && { TOPIC_ARN: arn('sns', `${system}-events`) }),
        ...Object.fromEntries(uses),
      };
    }

    /** `action on resource`, one a line, as the contract with the Rust code lists them. */
    function permissions(one: Declared): string[] {
      const lines = on(arn('logs', `log-group:/aws/lambda/${one.name}:*`), 'logs:CreateLogStream', 'logs:PutLogEvents');
      const tableArn = (table: string) => arn('dynamodb', `table/${system}-${table}`);
      if (isConsumer(one)) {
        lines.push(...on(tableArn('idempotency'), 'dynamodb:UpdateItem', 'dynamodb:GetItem'));
        lines.push(...on(arn('sqs', queuesOf(one)[0]!), 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'));
        lines.push(...on(arn('sqs', queuesOf(one)[1]!), 'sqs:SendMessage'));
      }
      if (claims(one)) lines.push(...on(`arn:AWS::Partition:s3:::${bucket}/*`, 's3:GetObject'), ...on(`arn:AWS::Partition:s3:::${bucket}`, 's3:ListBucket'));
      if ((emits(one) && claims(one)) || publishesItself(one)) lines.push(...on(`arn:AWS::Partition:s3:::${bucket}/*`, 's3:PutObject'));
      if (emits(one)) lines.push(...on(tableArn('outbox'), 'dynamodb:PutItem'));
      if (publishesItself(one)) lines.push(...on(arn('sns', `${system}-events`), 'sns:Publish'));
      if (isRelay(one) || isSnapshotter(one)) {
        const stream = `stream of ${system}-${one.table}`;
        lines.push(...on(stream, 'dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'));
      }
      if (isRelay(one)) lines.push(...on(arn('sqs', `${one.name}-failures`), 'sqs:SendMessage'));
      if (isSweeper(one)) {
        lines.push(...on(`${tableArn(one.table)}/index/pending`, 'dynamodb:Query'));
      }
      if (isHandler(one)) {
        lines.push(...on(tableArn('idempotency'), 'dynamodb:Query'));
        lines.push(...on(arn('sqs', `${prefix}*`), 'sqs:SendMessage'));
      }
      if (isReaper(one)) {
        lines.push(...on('*', 'sqs:ListQueues'));
        lines.push(...on(arn('sqs', `${prefix}*`), 'sqs:ListQueueTags', 'sqs:GetQueueAttributes', 'sqs:DeleteQueue'));
      }
      for (const use of one.uses) {
        if ('command' in use) {
          lines.push(...on(arn('sqs', `${handlerOf(use.command).name}.fifo`), 'sqs:GetQueueUrl', 'sqs:SendMessage'));
          continue;
        }
        if ('replies' in use) {
          const own = ['sqs:CreateQueue', 'sqs:TagQueue', 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:DeleteQueue'];
          lines.push(...on(arn('sqs', `${prefix}*`), ...own));
          continue;
        }
        if ('secret' in use) {
          const secret = arn('secretsmanager', `secret:${system}/${use.secret}`);
          lines.push(...on(secret, 'secretsmanager:GetSecretValue'), ...on(`${secret}-??????`, 'secretsmanager:GetSecretValue'));
          continue;
        }
        if ('parameter' in use) continue;
        if ('bucket' in use) {
          const at = `arn:AWS::Partition:s3:::${bucketOf(use.bucket)}`;
          if (use.access !== 'read') lines.push(...on(`${at}/*`, 's3:PutObject'));
          if (use.access !== 'write') lines.push(...on(`${at}/*`, 's3:GetObject'), ...on(at, 's3:ListBucket'));
          continue;
        }
        if ('mail' in use) {
          for (const identity of ['MailFrom', 'part 1 of MailFrom']) lines.push(...on(arn('ses', `identity/${identity}`), 'ses:SendEmail'));
          continue;
        }
        if ('personal' in use) {
          const seals = use.personal !== 'read';
          lines.push(...on(tableArn('person-keys'), 'dynamodb:BatchGetItem', ...(seals ? ['dynamodb:PutItem'] : [])));
          lines.push(...on(arn('kms', 'key/*'), 'kms:Decrypt', ...(seals ? ['kms:GenerateDataKey'] : [])));
          continue;
        }
        if (use.access === 'list') {
          const { indexes } = catalogue.tables.find(({ name }) => name === use.table)!;
          for (const index of indexes) lines.push(...on(`${tableArn(use.table)}/index/${index.name}`, 'dynamodb:Query'));
          continue;
        }
        if (!['write', 'append'].includes(use.access)) lines.push(...on(tableArn(use.table), 'dynamodb:GetItem', 'dynamodb:Query'));
        // Which items, and which of their attributes, is `ledger.test.ts`. Who states nothing puts nothing into the event store.
        const puts = use.table !== 'events' || ('publishes' in one && one.publishes.length > 0);
        if (['append', 'readAppend'].includes(use.access) && puts) lines.push(...on(tableArn(use.table), 'dynamodb:PutItem'));
        if (use.access === 'mark') lines.push(...on(tableArn(use.table), 'dynamodb:UpdateItem'));
        if (['write', 'readWrite'].includes(use.access)) {
          lines.push(...on(tableArn(use.table), 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:ConditionCheckItem'));
        }
      }
      return lines.sort();
    }

    function granted(name: string): string[] {
      const { Policies } = roles.get(functions.get(name)!.properties.Role);
      return Policies.flatMap((policy: any) => policy.PolicyDocument.Statement)
        .flatMap((statement: any) => {
          assert.equal(statement.Effect, 'Allow');
          return [statement.Resource].flat().flatMap((resource: string) => on(resource, ...[statement.Action].flat()));
        })
        .sort();
    }
  });
}

function on(resource: string, ...actions: string[]): string[] {
  return actions.map((action) => `${action} on ${resource}`);
}

function isConsumer(one: Declared): one is Consumer {
  return 'takes' in one;
}

function isRelay(one: Declared): one is Relay {
  return 'maximumRetryAttempts' in one && !isSnapshotter(one);
}

function isSnapshotter(one: Declared): one is Snapshotter {
  return 'aggregates' in one;
}

function isSweeper(one: Declared): one is Sweeper {
  return 'everyMinutes' in one && 'table' in one;
}

function isReaper(one: Declared): one is Reaper {
  return 'everyMinutes' in one && !('table' in one) && !('publishes' in one);
}

function isHandler(one: Declared): boolean {
  return isConsumer(one) && 'command' in one.takes;
}

/** A consumer emits through the outbox, in the transaction of its record, and never publishes itself. */
function emits(one: Declared): boolean {
  return isConsumer(one) && one.publishes.length > 0;
}

/** Only a consumer that can meet an event which is too large for the topic reaches the bucket for such data. */
function claims(one: Declared): boolean {
  return isConsumer(one) && one.claimCheck;
}

function publishesItself(one: Declared): boolean {
  return isRelay(one) || isSweeper(one);
}

test('in the sandbox of SES a function may send to whoever is verified, and still only as its sender', () => {
  const sends = (context: Record<string, unknown>) => synthesise(undefined, context).all('AWS::IAM::Role').flatMap(({ properties }) => properties.Policies)
    .flatMap((policy) => policy.PolicyDocument.Statement).filter((statement) => statement.Action === 'ses:SendEmail');
  const asked = (recipient: string, from: string) => ({ action: 'ses:SendEmail', resource: arn('ses', `identity/${recipient}`), context: { 'ses:FromAddress': from } });
  assert.ok(sends({}).length > 0);
  for (const [context, mayTest] of [[{}, false], [{ sesSandbox: true }, true]] as const) {
    for (const statement of sends(context)) {
      assert.equal(isAllowed([statement], asked('tester@example.com', 'MailFrom')), mayTest);
      assert.ok(isAllowed([statement], asked('MailFrom', 'MailFrom')));
      assert.ok(!isAllowed([statement], asked('MailFrom', 'somebody@example.com')));
    }
  }
});
