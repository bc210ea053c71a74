import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { caused, monthly } from '../lib/cost.ts';
import { synthesise, watchedBy } from './synthesise.ts';

const page = resolve(import.meta.dirname, '../../docs/cost.md');

test('an event is counted with all that it causes', () => {
  const consumer = (name: string, types: string[], publishes: string[]) => ({ name, takes: { types }, publishes: publishes.map((type) => ({ type, version: 1 })) });
  const consumers = [consumer('a', ['x'], ['y']), consumer('b', ['x', 'y'], []), { ...consumer('c', [], []), takes: { all: true } }] as any;
  // x to a, b and c; y, of a, to b and c.
  assert.deepEqual(caused({ consumers }, ['x']), { events: 2, deliveries: 5 });
});

test('orders cost in proportion, and what is at rest costs the same', () => {
  const { catalogue } = synthesise();
  const [none, some, more] = [0, 1000, 2000].map((orders) => monthly(catalogue, 100, orders));
  assert.equal(none!.total, none!.idle);
  assert.equal(some!.idle, more!.idle);
  assert.ok(Math.abs(more!.orders - 2 * some!.orders) < 1e-9 && some!.orders > 0);
  assert.equal(some!.metrics, more!.metrics);
});

const own = process.env.TIDINGS_CATALOGUE;
test('docs/cost.md says what the templates and the catalogue come to', { skip: own === undefined && 'needs the project\'s own catalogue (TIDINGS_CATALOGUE)' }, () => {
  const { all, catalogue } = synthesise(own);
  const metrics = all('AWS::CloudWatch::Alarm').flatMap(({ properties }) => watchedBy(properties)).length;
  const dollars = (value: number) => value.toFixed(value < 10 ? 2 : 0);
  const rows = [10, 1_000, 100_000].map((orders) => {
    const { idle, metrics: ours, orders: caused, total } = monthly(catalogue, metrics, orders);
    return `| ${orders.toLocaleString('en-US')} | ${[idle, ours, caused, total].map(dollars).join(' | ')} |`;
  });
  const { events, deliveries } = caused(catalogue);
  const expected = [...rows, `${events} events and ${deliveries} deliveries`, `${metrics} metrics that alarms watch`];
  const text = readFileSync(page, 'utf8');
  assert.deepEqual(expected.filter((line) => !text.includes(line)), [], `put these into docs/cost.md:\n${expected.join('\n')}`);
});
