import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';
import { MARKED } from '../lib/access.ts';
import { functionsOf } from '../lib/catalogue.ts';
import { isAllowed, type Asked } from './model/iam.ts';
import { arn, catalogues, changed, FIXTURE, statementsOf, synthesise } from './synthesise.ts';

/** What is stated stays as it was stated: not only the code but its permissions say so. */
for (const file of catalogues) {
  describe(`the ledger of ${file}`, () => {
    const synthesised = synthesise(file);
    const { catalogue } = synthesised;
    const events = arn('dynamodb', `table/${catalogue.system}-events`);
    const names = functionsOf(catalogue).map(({ name }) => name);
    const may = (name: string, asked: Asked) => isAllowed(statementsOf(synthesised, name), asked);
    const marks = (Attributes: string[], ReturnValues = 'NONE') => ({ 'dynamodb:Attributes': Attributes, 'dynamodb:LeadingKeys': ['order#1'], 'dynamodb:ReturnValues': ReturnValues });

    test('nobody deletes an event', () => {
      for (const action of ['DeleteItem', 'BatchWriteItem', 'DeleteTable', 'UpdateTable', 'PartiQLDelete', 'PartiQLUpdate']) {
        for (const name of names) assert.ok(!may(name, { action: `dynamodb:${action}`, resource: events }), `${name} ${action}`);
      }
    });

    test('nobody changes one but its relay and its sweeper, and these only that it is published', () => {
      const expected = [...catalogue.relays, ...catalogue.sweepers].filter(({ table }) => table === 'events').map(({ name }) => name);
      const changing = names.filter((name) => may(name, { action: 'dynamodb:UpdateItem', resource: events, context: marks(MARKED) }));
      assert.deepEqual(changing.sort(), expected.sort());
      for (const name of names) {
        assert.ok(!may(name, { action: 'dynamodb:UpdateItem', resource: events, context: marks([...MARKED, 'data']) }), name);
        assert.ok(!may(name, { action: 'dynamodb:UpdateItem', resource: events, context: marks(MARKED, 'ALL_NEW') }), name);
      }
    });

    test('a function puts events of the aggregates whose events it states, and of no other', () => {
      const { aggregates } = catalogue;
      if (!aggregates) return;
      const stating = [...catalogue.publishers, ...catalogue.consumers, ...catalogue.scheduled];
      const put = (name: string, key: string) => may(name, { action: 'dynamodb:PutItem', resource: events, context: { 'dynamodb:LeadingKeys': [key] } });
      for (const name of names) {
        const one = stating.find((declared) => declared.name === name);
        const own: Set<string> = new Set(one && appends(one) ? one.publishes.map(({ type }) => aggregates.get(type)!) : []);
        for (const aggregate of new Set(aggregates.values())) {
          assert.equal(put(name, `${aggregate}#1`), own.has(aggregate), `${name} into ${aggregate}`);
          assert.ok(!put(name, `${aggregate}s#1`), name);
        }
      }
    });

    test('the audit log is only appended to', () => {
      const log = arn('dynamodb', `table/${catalogue.system}-audit-log`);
      const writing = (action: string) => names.filter((name) => may(name, { action: `dynamodb:${action}`, resource: log }));
      assert.equal(writing('PutItem').length, 1);
      for (const action of ['UpdateItem', 'DeleteItem', 'BatchWriteItem']) assert.deepEqual(writing(action), [], action);
    });
  });
}

function appends({ uses }: { uses: object[] }): boolean {
  return uses.some((use) => 'table' in use && use.table === 'events' && 'access' in use && (use.access === 'append' || use.access === 'readAppend'));
}

test('a mark of the library is one that the policy allows', () => {
  const source = readFileSync(resolve(import.meta.dirname, '../../shared/aws/src/outbox/mod.rs'), 'utf8');
  const expressions = [...source.matchAll(/(?:update|condition)_expression\("([^"]+)"\)/g)].map(([, expression]) => expression!)
    .filter((expression) => expression.startsWith('SET published_at') || expression.startsWith('attribute_exists'));
  assert.equal(expressions.length, 3);
  const attributes = expressions.flatMap((expression) => expression.match(/(?<!:)\b[a-z]+_?[a-z]*\b/g) ?? []).filter((word) => word !== 'attribute_exists');
  for (const attribute of attributes) assert.ok(MARKED.includes(attribute), attribute);
  assert.ok(attributes.includes('published_at') && attributes.includes('expires'));
});

test('a catalogue that would let a function change events is refused', () => {
  const refused = (change: (catalogue: any) => void, expected: RegExp) => assert.throws(() => synthesise(changed(change, FIXTURE)), expected);
  refused(({ publishers }) => (publishers[0].uses[0] = { table: 'events', access: 'readWrite' }), /"read" or "list" or "append" or "readAppend": events are never changed, found "readWrite"/);
  refused(({ relays }) => (relays.find(({ table }: any) => table === 'events').uses[0].access = 'readWrite'), /"mark": events are never changed/);
  refused((catalogue) => (catalogue.contracts = []), /an event of which "contracts" says the aggregate/);
});

test('without contracts, which aggregate an event is of is not known, and any may be put', () => {
  const synthesised = synthesise(changed((catalogue) => delete catalogue.contracts));
  const asked = { action: 'dynamodb:PutItem', resource: arn('dynamodb', 'table/storefront-events'), context: { 'dynamodb:LeadingKeys': ['account#1'] } };
  assert.ok(isAllowed(statementsOf(synthesised, 'place-order'), asked));
});

test('the evaluation is that of the user guide', () => {
  const allow = { Effect: 'Allow', Action: 's3:Get*', Resource: 'arn:b/*' } as const;
  const asked = { action: 's3:getobject', resource: 'arn:b/x' };
  assert.ok(isAllowed([allow], asked));
  assert.ok(!isAllowed([], asked));
  assert.ok(!isAllowed([allow, { ...allow, Effect: 'Deny' }], asked));
  assert.ok(!isAllowed([{ ...allow, Condition: { StringEquals: { key: ['a', 'b'] } } }], asked));
  assert.ok(isAllowed([{ ...allow, Condition: { StringEquals: { key: ['a', 'b'] } } }], { ...asked, context: { key: 'b' } }));
  assert.ok(isAllowed([{ ...allow, Condition: { StringEqualsIfExists: { key: 'a' } } }], asked));
  assert.ok(isAllowed([{ ...allow, Condition: { 'ForAllValues:StringLike': { key: 'a*' } } }], asked));
  assert.ok(!isAllowed([{ ...allow, Condition: { 'ForAllValues:StringLike': { key: 'a*' } } }], { ...asked, context: { key: ['ab', 'b'] } }));
  assert.ok(!isAllowed([{ ...allow, Condition: { 'ForAnyValue:StringEquals': { key: 'a' } } }], asked));
  assert.throws(() => isAllowed([{ ...allow, Condition: { NumericEquals: { key: '1' } } }], asked), /NumericEquals is not known here/);
});
