import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { consumerRow } from './dashboard-consumer.ts';
import { functionRow, relayRow } from './dashboard-function.ts';
import { guarded } from './options.ts';
import { acceptParameters } from './parameters.ts';
import type { System } from './system.ts';

/**
 * One dashboard for the system: a row a consumer, a relay, a sweeper, a snapshotter, an endpoint.
 *
 * A stack of its own, which only names what it shows: nothing waits for it, and a new consumer changes it and the stack of its
 * service, but not the platform. CloudWatch takes 500 widgets a dashboard (CloudWatch: service quotas), four a consumer here.
 */
export class DashboardStack extends Stack {
  constructor(scope: Construct, system: System) {
    const { names, catalogue } = system;
    super(scope, names.dashboard, { description: `${catalogue.system}: the dashboard`, terminationProtection: guarded(system.options) });
    acceptParameters(this, system);
    new cloudwatch.Dashboard(this, 'Dashboard', {
      dashboardName: names.dashboard,
      defaultInterval: Duration.hours(3),
      widgets: [
        ...catalogue.consumers.map((consumer) => consumerRow(names, consumer)),
        ...catalogue.relays.map((relay) => relayRow(names, relay)),
        ...[...catalogue.sweepers, ...catalogue.reapers, ...catalogue.snapshotters, ...catalogue.scheduled, ...catalogue.publishers, ...catalogue.queries].map((declared) => functionRow(names, declared)),
      ],
    });
  }
}
