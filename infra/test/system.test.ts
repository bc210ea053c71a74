import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { catalogues, changed, synthesise } from './synthesise.ts';

/** What the templates are made of. Custom resources would need code of ours at deployment, and an emulator lacks them. */
const PLAIN_RESOURCES = [
  'AWS::CloudWatch::Alarm', 'AWS::CloudWatch::Dashboard', 'AWS::DynamoDB::Table', 'AWS::Events::Rule', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::Role',
  'AWS::KMS::Alias', 'AWS::KMS::Key', 'AWS::Lambda::EventInvokeConfig', 'AWS::Lambda::EventSourceMapping', 'AWS::Lambda::Function', 'AWS::Lambda::Permission', 'AWS::Lambda::Url',
  'AWS::Logs::LogGroup', 'AWS::S3::Bucket', 'AWS::S3::BucketPolicy', 'AWS::SNS::Subscription', 'AWS::SNS::Topic', 'AWS::SNS::TopicPolicy',
  'AWS::SQS::Queue', 'AWS::SQS::QueuePolicy',
];

for (const file of catalogues) {
  describe(`stacks of ${file}`, () => {
    const { catalogue, templates, dependencies } = synthesise(file);
    const { system, tables, publishers, queries, consumers, relays, sweepers, reapers, snapshotters, scheduled } = catalogue;
    const platform = `${system}-platform`;

    test('there is a stack a service, each with its own functions and tables, and one for the dashboard', () => {
      const services = new Set(['platform', ...[...tables, ...publishers, ...queries, ...consumers, ...scheduled].map(({ service }) => service)]);
      assert.deepEqual([...templates.keys()].sort(), [...services, 'dashboard'].map((name) => `${system}-${name}`).sort());
      for (const service of services) {
        const names = (declared: { name: string; service: string }[], prefix = '') =>
          declared.filter((one) => one.service === service).map((one) => prefix + one.name).sort();
        const made = (type: string, property: string) => Object.values<any>(templates.get(`${system}-${service}`).Resources)
          .filter((resource) => resource.Type === type).map((resource) => resource.Properties[property]).sort();
        assert.deepEqual(made('AWS::Lambda::Function', 'FunctionName'), names([...publishers, ...queries, ...consumers, ...relays, ...sweepers, ...reapers, ...snapshotters, ...scheduled]));
        assert.deepEqual(made('AWS::DynamoDB::Table', 'TableName'), names(tables, `${system}-`));
      }
    });

    test('every service is deployed after the platform, and no stack holds another by an export', () => {
      const alone = [platform, `${system}-dashboard`];
      for (const [stack, before] of dependencies) assert.deepEqual(before, alone.includes(stack) ? [] : [platform], stack);
      const text = JSON.stringify([...templates.values()]);
      assert.ok(!text.includes('Fn::ImportValue') && !text.includes('"Export"'));
    });

    test('every stack stays far below 500 resources, 200 outputs, and is made of plain resources', () => {
      for (const [stack, { Resources, Outputs }] of templates) {
        assert.ok(Object.keys(Resources).length < 500, stack);
        assert.ok(Object.keys(Outputs ?? {}).length < 200, stack);
        for (const { Type } of Object.values<any>(Resources)) assert.ok(PLAIN_RESOURCES.includes(Type), `${stack}: ${Type}`);
      }
    });

    test('the outputs say where publishers, queues, the topic, the buckets and the catalogue are', () => {
      const outputs = Object.assign({}, ...[...templates.values()].map(({ Outputs }) => Outputs));
      const id = (name: string) => name.split('-').map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
      const expected = [
        'TopicArn', 'ClaimCheckBucket', 'SchemasBucket', 'SchemasUrl', 'CatalogueUrl', 'OperationsTopicArn',
        ...['Look', 'Open', 'Redrive', 'Edit', 'Drop'].map((act) => `Operators${act}Policy`), 'CallersCustomersPolicy', 'CallersStaffPolicy',
        ...[...publishers, ...queries].flatMap(({ name }) => [`${id(name)}Function`, `${id(name)}Url`]),
        ...consumers.flatMap(({ name }) => [`${id(name)}Function`, `${id(name)}QueueUrl`, `${id(name)}DeadLetterQueueUrl`]),
        ...relays.flatMap(({ name }) => [`${id(name)}Function`, `${id(name)}FailureQueueUrl`]),
        ...[...sweepers, ...reapers, ...snapshotters, ...scheduled].map(({ name }) => `${id(name)}Function`),
      ];
      assert.deepEqual(Object.keys(outputs).sort(), expected.sort());
    });

    test('nothing in a template belongs to one account or region', () => {
      assert.doesNotMatch(JSON.stringify([...templates.values()]), /arn:aws|\b\d{12}\b|[a-z]{2}-[a-z]+-\d\b/);
    });
  });
}

test('a new consumer in the catalogue is a queue, two DLQs, a subscription, a function and its alarms', () => {
  const before = synthesise();
  const after = synthesise(changed(({ consumers }) => consumers.push({ ...consumers[0], name: 'award-points', service: 'loyalty', uses: [] })));
  const added = (type: string, property: string) => {
    const known = new Set(before.all(type).map(({ properties }) => properties[property]));
    return after.all(type).map(({ properties }) => properties[property]).filter((value) => !known.has(value)).sort();
  };
  assert.deepEqual(added('AWS::SQS::Queue', 'QueueName'), ['award-points', 'award-points-dlq', 'award-points-subscription-dlq']);
  assert.deepEqual(added('AWS::Lambda::Function', 'FunctionName'), ['award-points']);
  assert.deepEqual(added('AWS::Lambda::EventSourceMapping', 'FunctionName'), ['award-points']);
  assert.equal(added('AWS::SNS::Subscription', 'Endpoint').length, 1);
  assert.equal(added('AWS::CloudWatch::Alarm', 'AlarmName').length, 8);
  assert.ok(after.templates.has('storefront-loyalty'));
  for (const stack of before.templates.keys()) {
    // The dashboard shows it, and the platform says which catalogue is deployed; else the stacks stay as they are.
    const others = ({ Outputs: { CatalogueUrl, ...outputs } = {} as any, ...template }: any) => ({ ...template, outputs });
    if (stack !== 'storefront-dashboard') assert.deepEqual(others(after.templates.get(stack)), others(before.templates.get(stack)));
  }
});

test('a subscription within the platform refers to the topic, so that CloudFormation makes the topic first', () => {
  const { Resources } = synthesise().templates.get('storefront-platform');
  const of = (type: string) => Object.entries<any>(Resources).filter(([, resource]) => resource.Type === type);
  const [[topic]] = of('AWS::SNS::Topic').filter(([, { Properties }]) => Properties.TopicName === 'storefront-events') as [[string, unknown]];
  assert.deepEqual(of('AWS::SNS::Subscription').filter(([, { Properties }]) => Properties.Protocol === 'sqs').map(([, { Properties }]) => Properties.TopicArn), [{ Ref: topic }]);
});

test('a stack without a function takes the parameter that is given to all stacks', () => {
  const { templates } = synthesise(changed(({ tables }) => tables.push({ ...tables[1], name: 'archive', service: 'archive' })));
  assert.equal(templates.get('storefront-archive').Parameters.Architecture.Default, 'arm64');
});

test('a stage comes before every name, so that two systems live in one account', () => {
  const names = (stage?: string) => {
    const { all, templates } = synthesise(undefined, { stage });
    return [
      ...templates.keys(),
      ...[
        ['AWS::SQS::Queue', 'QueueName'], ['AWS::Lambda::Function', 'FunctionName'], ['AWS::SNS::Topic', 'TopicName'],
        ['AWS::DynamoDB::Table', 'TableName'], ['AWS::CloudWatch::Alarm', 'AlarmName'],
        ['AWS::CloudWatch::Dashboard', 'DashboardName'], ['AWS::Events::Rule', 'Name'],
      ].flatMap(([type, property]) => all(type!).map(({ properties }) => properties[property!] as string)),
    ].sort();
  };
  assert.deepEqual(names('dev'), names().map((name) => `dev-${name}`));
  assert.deepEqual(names(''), names());
});

test('a wrong context value is refused by its name', () => {
  assert.throws(() => synthesise(undefined, { functionUrlAuth: 'none' }), /functionUrlAuth=none: expected AWS_IAM or NONE/);
  assert.throws(() => synthesise(undefined, { ephemeral: 'yes' }), /ephemeral=yes: expected true or false/);
  assert.throws(() => synthesise(undefined, { corsOrigins: 'https://shop.example/' }), /https:\/\/shop.example\/ is no origin/);
  assert.throws(() => synthesise(undefined, { corsOrigins: '*,https://shop.example' }), /stands alone/);
  assert.throws(() => synthesise(undefined, { stage: 'Dev_1' }), /stage=Dev_1: expected at most 16 lower-case/);
});
