import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Consumer, Declared } from '../lib/catalogue.ts';
import { arn, catalogues, synthesise } from './synthesise.ts';

/** The only wildcards in a resource that an Allow statement may have, each with its reason. */
const WILDCARDS: { pattern: RegExp; reason: string }[] = [
  { pattern: /:logs:.*:log-group:\/aws\/lambda\/[a-z0-9-]+:\*$/, reason: 'the streams of one named log group' },
];

for (const file of catalogues) {
  describe(`functions of ${file}`, () => {
    const { all, catalogue, templates } = synthesise(file);
    const { publishers, consumers, system } = catalogue;
    const declared: Declared[] = [...publishers, ...consumers];
    const functions = new Map(all('AWS::Lambda::Function').map((resource) => [resource.properties.FunctionName as string, resource]));
    const roles = new Map(all('AWS::IAM::Role').map((role) => [`${role.id}.Arn`, role.properties]));

    test('every publisher and every consumer is a function, as the catalogue says', () => {
      assert.deepEqual([...functions.keys()].sort(), declared.map(({ name }) => name).sort());
      for (const { name, timeoutSeconds, memoryMb } of declared) {
        const { Runtime, Handler, Timeout, MemorySize, Architectures } = functions.get(name)!.properties;
        assert.deepEqual({ Runtime, Handler, Timeout, MemorySize, Architectures }, {
          Runtime: 'provided.al2023', Handler: 'bootstrap', Timeout: timeoutSeconds, MemorySize: memoryMb, Architectures: ['Architecture'],
        });
      }
    });

    test('the processor is a parameter of every stack: arm64, or x86_64', () => {
      for (const [stack, { Parameters }] of templates) {
        assert.equal(Parameters.Architecture.Default, 'arm64', stack);
        assert.deepEqual(Parameters.Architecture.AllowedValues, ['arm64', 'x86_64'], stack);
      }
    });

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

    test('mail is sent from the parameter that whoever deploys must give', () => {
      for (const [stack, { Parameters }] of templates) {
        const mails = declared.some((one) => stack === `${system}-${one.service}` && one.uses.some((use) => 'mail' in use));
        assert.equal('MailFrom' in Parameters, mails, stack);
        if (mails) assert.equal(Parameters.MailFrom.Default, undefined);
      }
    });

    test('a function that sends mail may only send as that sender', () => {
      const sends = [...roles.values()].flatMap((role) => role.Policies).flatMap((policy) => policy.PolicyDocument.Statement)
        .filter((statement) => statement.Action === 'ses:SendEmail');
      assert.equal(sends.length, declared.filter((one) => one.uses.some((use) => 'mail' in use)).length);
      for (const { Condition } of sends) assert.deepEqual(Condition, { StringEquals: { 'ses:FromAddress': 'MailFrom' } });
    });

    test('every function logs JSON to a group of its own, which forgets', () => {
      const groups = new Map(all('AWS::Logs::LogGroup').map(({ properties }) => [properties.LogGroupName, properties]));
      assert.equal(groups.size, functions.size);
      for (const [name, { properties }] of functions) {
        assert.deepEqual(properties.LoggingConfig, { LogFormat: 'JSON', LogGroup: `/aws/lambda/${name}` });
        assert.equal(groups.get(`/aws/lambda/${name}`).RetentionInDays, 30);
      }
    });

    test('a publisher answers signed requests only', () => {
      const urls = all('AWS::Lambda::Url').map(({ properties }) => [properties.TargetFunctionArn, properties.AuthType]);
      const expected = publishers.map(({ name }) => [`${functions.get(name)!.id}.Arn`, 'AWS_IAM']);
      assert.deepEqual(urls.sort(), expected.sort());
      assert.deepEqual(all('AWS::Lambda::Permission'), []);
    });

    test('functionUrlAuth=NONE allows everybody both actions that a Function URL needs', () => {
      const open = synthesise(file, { functionUrlAuth: 'NONE' });
      assert.ok(open.all('AWS::Lambda::Url').every(({ properties }) => properties.AuthType === 'NONE'));
      for (const action of ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction']) {
        const to = open.all('AWS::Lambda::Permission').filter(({ properties }) => properties.Action === action);
        assert.deepEqual(
          to.map(({ properties }) => [properties.FunctionName, properties.Principal]).sort(),
          publishers.map(({ name }) => [`${functions.get(name)!.id}.Arn`, '*']).sort(),
        );
      }
    });

    function environment(one: Declared): Record<string, string> {
      const own = isConsumer(one)
        ? { IDEMPOTENCY_TABLE: `${system}-idempotency`, QUEUE_URL: `url of ${one.name}`, DEAD_LETTER_QUEUE_URL: `url of ${one.name}-dlq` }
        : {};
      const uses = one.uses.map((use) =>
        'mail' in use ? ['MAIL_FROM', 'MailFrom'] : [`TABLE_${use.table.toUpperCase().replaceAll('-', '_')}`, `${system}-${use.table}`]);
      return { ...own, ...(one.publishes.length > 0 && { TOPIC_ARN: arn('sns', `${system}-events`) }), ...Object.fromEntries(uses) };
    }

    /** `action on resource`, one a line, as the contract with the Rust code lists them. */
    function permissions(one: Declared): string[] {
      const lines = on(arn('logs', `log-group:/aws/lambda/${one.name}:*`), 'logs:CreateLogStream', 'logs:PutLogEvents');
      const tableArn = (table: string) => arn('dynamodb', `table/${system}-${table}`);
      if (isConsumer(one)) {
        lines.push(...on(tableArn('idempotency'), 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:GetItem'));
        if (one.guarantee === 'transactional') lines.push(...on(tableArn('idempotency'), 'dynamodb:ConditionCheckItem'));
        lines.push(...on(arn('sqs', one.name), 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'));
        lines.push(...on(arn('sqs', `${one.name}-dlq`), 'sqs:SendMessage'));
      }
      if (one.publishes.length > 0) lines.push(...on(arn('sns', `${system}-events`), 'sns:Publish'));
      for (const use of one.uses) {
        if ('mail' in use) {
          for (const identity of ['MailFrom', 'part 1 of MailFrom']) lines.push(...on(arn('ses', `identity/${identity}`), 'ses:SendEmail'));
          continue;
        }
        if (use.access !== 'write') lines.push(...on(tableArn(use.table), 'dynamodb:GetItem', 'dynamodb:Query'));
        if (use.access !== 'read') {
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
