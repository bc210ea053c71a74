import type { App, Stack } from 'aws-cdk-lib';
import { PLATFORM, type Catalogue } from './catalogue.ts';
import { DashboardStack } from './dashboard-stack.ts';
import { Names } from './names.ts';
import { readOptions, type Options } from './options.ts';
import { PlatformStack } from './platform-stack.ts';
import { ServiceStack } from './service-stack.ts';

/** What every construct needs to know. */
export interface System {
  readonly catalogue: Catalogue;
  readonly names: Names;
  readonly options: Options;
  /** The folder with one folder a function, each with its `bootstrap`. */
  readonly functions: string;
  /** The file of the catalogue, as it was read. */
  readonly document: string;
}

/** The whole system: the platform, a stack for each service that the catalogue knows, and the dashboard. */
export function addSystem(app: App, catalogue: Catalogue, functions: string, document: string): Stack[] {
  const options = readOptions(app);
  const system: System = { catalogue, options, functions, document, names: new Names(catalogue.system, options.stage) };

  const platform = new PlatformStack(app, system);
  const services = servicesOf(catalogue).map((service) => new ServiceStack(app, system, service));
  // Services name the topic and the shared tables without an export (see `names.ts`), so the order is said here.
  for (const service of services) service.addStackDependency(platform);
  return [platform, ...services, new DashboardStack(app, system)];
}

function servicesOf({ tables, publishers, queries, consumers, relays, sweepers, reapers, scheduled }: Catalogue): string[] {
  const all = new Set([...tables, ...publishers, ...queries, ...consumers, ...relays, ...sweepers, ...reapers, ...scheduled].map((declared) => declared.service));
  all.delete(PLATFORM);
  return [...all].sort();
}
