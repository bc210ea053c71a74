import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ACTS, type OperatorsAct } from '../lib/operators.ts';
import { catalogues, queuesOf, synthesise } from './synthesise.ts';

for (const file of catalogues) {
  describe(`what operators of ${file} may do`, () => {
    const { all, catalogue } = synthesise(file, { stage: 'beta' });
    const system = `beta-${catalogue.system}`;
    const policies = new Map(all('AWS::IAM::ManagedPolicy').map(({ id, properties }) => [id, properties]));
    const policy = (act: OperatorsAct) => [...policies].find(([id]) => id.startsWith(`Operators${act[0]!.toUpperCase()}${act.slice(1)}`))![1];
    const statements = (act: OperatorsAct): any[] => policy(act).PolicyDocument.Statement;
    /** `action on what`, of every statement. */
    const granted = (act: OperatorsAct) => statements(act).flatMap(({ Action, Resource, Condition }) =>
      [Action].flat().flatMap((action: string) => [Resource].flat().map((resource: string) => `${action} on ${what(resource, Condition)}`))).sort();
    const what = (resource: string, condition: any) => {
      const tagged = condition?.StringEquals?.['aws:ResourceTag/tidings:holds'];
      return tagged ? [tagged].flat().join() : resource.split(/[:/]/).at(-1)!;
    };

    test('there is a policy for each act, attached to nothing', () => {
      assert.equal(policies.size, ACTS.length);
      for (const act of ACTS) {
        for (const key of ['Roles', 'Users', 'Groups']) assert.equal(policy(act)[key], undefined, act);
      }
    });

    test('who may look changes nothing but notes, and may trace', () => {
      const table = (name: string) => `${system}-${name}`;
      const there = (...names: string[]) => names.filter((name) => catalogue.tables.some((one) => one.name === name));
      const logs = catalogue.tables.filter(({ indexes }) => ['correlation_id', 'subject'].every((key) => indexes.some((index) => index.partitionKey === key)));
      const traced = [...there('outbox', 'events'), ...logs.map(({ name }) => name)].flatMap((name) => {
        const read = [`dynamodb:BatchGetItem on ${table(name)}`];
        return name === 'events' ? read : [...read, `dynamodb:GetItem on ${table(name)}`, `dynamodb:Query on ${table(name)}`];
      });
      const listed = logs.flatMap(({ indexes }) => indexes.map(({ name }) => `dynamodb:Query on ${name}`));
      const waiting = there('outbox', 'events').map(() => 'dynamodb:Scan on pending');
      const may = [...new Set(granted('look'))];
      assert.deepEqual(may, [...new Set([...traced, ...listed, ...waiting, ...[
        'dynamodb:GetItem', 'dynamodb:Query',
      ].flatMap((action) => ['events', 'idempotency', 'operations', 'person-keys']
        .filter((name) => catalogue.tables.some((one) => one.name === name)).map((name) => `${action} on ${table(name)}`)).concat([
        `dynamodb:PutItem on ${table('operations')}`,
        'sqs:ChangeMessageVisibility on dead-letters', 'sqs:ReceiveMessage on dead-letters',
        'sqs:GetQueueAttributes on dead-letters', 'sqs:GetQueueAttributes on messages',
        'sqs:GetQueueUrl on dead-letters', 'sqs:GetQueueUrl on messages',
      ])])].sort());
      const put = statements('look').find(({ Action }) => [Action].flat().includes('dynamodb:PutItem'));
      assert.deepEqual(put.Condition, { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['notes'] } });
    });

    test('a letter is sent to a consumer by who may redrive, and put in a queue by who may edit or drop; who may look or open deletes none', () => {
      const sends = (act: OperatorsAct) => granted(act).filter((line) => line.startsWith('sqs:SendMessage'));
      const deletes = (act: OperatorsAct) => granted(act).filter((line) => line.startsWith('sqs:DeleteMessage'));
      assert.deepEqual(ACTS.map(sends), [[], [], ['sqs:SendMessage on messages'], ['sqs:SendMessage on dead-letters'], ['sqs:SendMessage on dead-letters']]);
      const dead = ['sqs:DeleteMessage on dead-letters'];
      assert.deepEqual(ACTS.map(deletes), [[], [], dead, dead, dead]);
    });

    test('personal values are opened by who may open, and by nobody else', () => {
      const opens = ACTS.filter((act) => granted(act).some((line) => line.startsWith('kms:')));
      assert.deepEqual(opens, catalogue.tables.some(({ name }) => name === 'person-keys') ? ['open'] : []);
    });

    test('every queue of a consumer says what it holds and whose it is, and no policy reaches another', () => {
      const tags = new Map(all('AWS::SQS::Queue').map(({ properties }) => [properties.QueueName as string,
        Object.fromEntries((properties.Tags ?? []).map(({ Key, Value }: any) => [Key, Value]))]));
      for (const consumer of catalogue.consumers) {
        for (const name of queuesOf(consumer)) {
          const held = /-dlq(\.fifo)?$/.test(name) ? 'dead-letters' : 'messages';
          assert.deepEqual(tags.get(`beta-${name}`), { 'tidings:holds': held, 'tidings:system': system }, name);
        }
      }
      const queues = ACTS.flatMap(statements).filter(({ Action }) => [Action].flat()[0].startsWith('sqs:'));
      for (const { Condition } of queues) assert.equal(Condition.StringEquals['aws:ResourceTag/tidings:system'], system);
    });
  });
}
