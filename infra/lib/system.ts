import { Annotations, type App, type Stack } from 'aws-cdk-lib';
import { ApiStack } from './api-stack.ts';
import { PLATFORM, type Catalogue } from './catalogue.ts';
import { DashboardStack } from './dashboard-stack.ts';
import { checkFront, warning } from './front.ts';
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

/** The whole system: the platform, a stack for each service that the catalogue knows, the HTTP API where one is chosen, and the dashboard. */
export function addSystem(app: App, catalogue: Catalogue, functions: string, document: string): Stack[] {
  const options = readOptions(app);
  checkFront(options.front, catalogue);
  const system: System = { catalogue, options, functions, document, names: new Names(catalogue.system, options.stage) };

  const platform = new PlatformStack(app, system);
  const services = servicesOf(catalogue).map((service) => new ServiceStack(app, system, service));
  // Services name the topic and the shared tables without an export (see `names.ts`), so the order is said here.
  for (const service of services) service.addStackDependency(platform);
  const open = warning(options.front);
  if (open) Annotations.of(platform).addWarningV2('tidings:open-to-everybody', open);
  return [platform, ...services, ...front(app, system, [platform, ...services]), new DashboardStack(app, system)];
}

/** Its routes lead to functions, which have to be there. */
function front(app: App, system: System, behind: Stack[]): Stack[] {
  if (system.options.front.kind === 'url') return [];
  const stack = new ApiStack(app, system, system.options.front);
  for (const one of behind) stack.addStackDependency(one);
  return [stack];
}

function servicesOf({ tables, publishers, queries, consumers, relays, sweepers, reapers, scheduled }: Catalogue): string[] {
  const all = new Set([...tables, ...publishers, ...queries, ...consumers, ...relays, ...sweepers, ...reapers, ...scheduled].map((declared) => declared.service));
  all.delete(PLATFORM);
  return [...all].sort();
}
