import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { dashboardOf, type Shown } from './dashboard.ts';
import { synthesise, watchedBy } from './synthesise.ts';

/** The lines that the library's own test holds its metrics against. */
const golden: any[] = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../shared/aws/src/metrics/emf.json'), 'utf8'));

/** What is really written: the dimensions of each metric, and its unit. */
function written(namespace: string, metric: string, dimensions: string[]): string | undefined {
  const directives = golden.flatMap((line) => line._aws.CloudWatchMetrics);
  const same = (names: string[]) => [...names].sort().join() === [...dimensions].sort().join();
  const directive = directives.find((one) =>
    one.Namespace === namespace && one.Dimensions.some(same) && one.Metrics.some(({ Name }: any) => Name === metric));
  return directive?.Metrics.find(({ Name }: any) => Name === metric).Unit;
}

test('every metric of ours that an alarm watches is one that the library writes', () => {
  const { all, catalogue } = synthesise();
  const ours = all('AWS::CloudWatch::Alarm').flatMap(({ properties }) => watchedBy(properties)).filter((metric) => !metric.startsWith('AWS/'));
  const pausing = catalogue.consumers.filter(({ guarantee }) => guarantee !== 'transactional');
  assert.equal(ours.length, 5 * catalogue.consumers.length + pausing.length);
  for (const metric of ours) {
    const [namespace, name, ...dimensions] = metric.split(' ') as [string, string, ...string[]];
    assert.ok(written(namespace, name, dimensions.map((dimension) => dimension.split('=')[0]!)), metric);
  }
});

test('every metric of ours that the dashboard shows is one that the library writes, in the unit that the axis names', () => {
  const { all, catalogue } = synthesise();
  const units = { Count: 'messages', Milliseconds: 'ms' } as Record<string, string>;
  const shown = dashboardOf(all).flatMap((graph) => graph.shown);
  const ours = shown.filter(({ namespace }: Shown) => !namespace.startsWith('AWS/'));
  assert.equal(ours.length, 7 * catalogue.consumers.length);
  for (const { namespace, metric, dimensions, axis } of ours) {
    assert.equal(units[written(namespace, metric, Object.keys(dimensions)) ?? 'not written'], axis, metric);
  }
});
