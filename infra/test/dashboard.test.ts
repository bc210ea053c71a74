import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dashboardOf } from './dashboard.ts';
import { catalogues, changed, queuesOf, synthesise } from './synthesise.ts';

for (const file of catalogues) {
  describe(`the dashboard of ${file}`, () => {
    const { all, catalogue } = synthesise(file);
    const { consumers, relays, sweepers, reapers, snapshotters, scheduled, publishers, queries } = catalogue;
    const graphs = dashboardOf(all);
    const of = (name: string) => graphs.filter(({ title }) => title.startsWith(`${name}: `));
    const lines = (name: string) =>
      of(name).flatMap(({ shown }) => shown.map(({ namespace, metric, statistic, dimensions }) =>
        [namespace, metric, statistic, ...Object.values(dimensions)].join(' ')));

    test('a consumer has a row: what it did, how long it took, how late it was, what waits and what is set aside', () => {
      for (const consumer of consumers) {
        const { name, service } = consumer;
        const who = `${service} ${name}`;
        assert.deepEqual(lines(name).map((line) => line.replace(`${name} ${service}`, who)), [
          `Tidings Processed Sum ${who}`, `Tidings Failures Sum ${who}`, `Tidings Duplicates Sum ${who}`,
          `Tidings ProcessingTime p50 ${who}`, `Tidings ProcessingTime p99 ${who}`,
          `Tidings Age p50 ${who}`, `Tidings Age p99 ${who}`,
          ...queuesOf(consumer).map((queue) => `AWS/SQS ApproximateNumberOfMessagesVisible Maximum ${queue}`),
          `AWS/SQS ApproximateAgeOfOldestMessage Maximum ${queuesOf(consumer)[0]}`,
        ]);
      }
    });

    test('a relay has a row: how far it is behind, how it runs, what it gave up', () => {
      for (const { name } of relays) {
        assert.deepEqual(lines(name), [
          `AWS/Lambda IteratorAge Maximum ${name}`, `AWS/Lambda Invocations Sum ${name}`, `AWS/Lambda Errors Sum ${name}`,
          `AWS/SQS ApproximateNumberOfMessagesVisible Maximum ${name}-failures`,
        ]);
      }
    });

    test('a sweeper, a reaper, a snapshotter and an endpoint have a row: how it runs and how long it takes', () => {
      for (const { name } of [...sweepers, ...reapers, ...snapshotters, ...scheduled, ...publishers, ...queries]) {
        assert.deepEqual(lines(name), [
          `AWS/Lambda Invocations Sum ${name}`, `AWS/Lambda Errors Sum ${name}`,
          `AWS/Lambda Duration p50 ${name}`, `AWS/Lambda Duration p99 ${name}`,
        ]);
      }
    });

    test('every row is as wide as the dashboard, and there is nothing else', () => {
      const rows = [...consumers, ...relays, ...sweepers, ...reapers, ...snapshotters, ...scheduled, ...publishers, ...queries];
      assert.equal(graphs.length, 4 * consumers.length + 3 * relays.length + 2 * (sweepers.length + reapers.length + snapshotters.length + scheduled.length + publishers.length + queries.length));
      rows.forEach(({ name }, index) => {
        const row = of(name);
        assert.deepEqual(new Set(row.map(({ y }) => y)), new Set([6 * index]));
        assert.equal(row.reduce((end, { x, width }) => (assert.equal(x, end), end + width), 0), 24);
      });
    });
  });
}

test('a stage shows its own functions and queues', () => {
  const { all, catalogue } = synthesise(undefined, { stage: 'dev' });
  for (const { shown } of dashboardOf(all)) {
    for (const { dimensions: { Service, ...named } } of shown) {
      for (const name of Object.values(named)) assert.match(name, /^dev-/);
      assert.ok(Service === undefined || catalogue.consumers.some(({ service }) => service === Service));
    }
  }
});

test('a hundred consumers are within what CloudWatch takes: 500 widgets and 2,500 metrics a dashboard', () => {
  const file = changed(({ consumers, queries }) => {
    queries.splice(1);
    const many = Array.from({ length: 100 }, (_, index) =>
      ({ ...consumers[0], name: `consumer-${index}`, service: `service-${index % 5}`, uses: [] }));
    consumers.splice(0, consumers.length, ...many);
  });
  const graphs = dashboardOf(synthesise(file).all);
  assert.ok(graphs.length <= 500);
  assert.ok(graphs.flatMap(({ shown }) => shown).length <= 2500);
});
