import type { Synthesised } from './synthesise.ts';

/** One line of a graph. */
export interface Shown {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Record<string, string>;
  readonly statistic: string;
  readonly label: string;
  /** What the axis says that the numbers are. */
  readonly axis: string;
}

export interface Graph {
  readonly title: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly shown: Shown[];
}

/** The graphs of the one dashboard, as CloudWatch reads them (CloudWatch: dashboard body structure and syntax). */
export function dashboardOf(all: Synthesised['all']): Graph[] {
  const [dashboard] = all('AWS::CloudWatch::Dashboard');
  return JSON.parse(dashboard!.properties.DashboardBody).widgets.map(({ x, y, width, properties: graph }: any) => ({
    title: graph.title, x, y, width,
    shown: graph.metrics.map((line: any[]) => {
      const { stat, label, yAxis = 'left' } = line.at(-1);
      const [namespace, metric, ...rest] = line.slice(0, -1);
      const pairs = rest.flatMap((name, index) => (index % 2 === 0 ? [[name, rest[index + 1]]] : []));
      const dimensions = Object.fromEntries(pairs);
      return { namespace, metric, dimensions, statistic: stat ?? 'Average', label, axis: graph.yAxis[yAxis].label };
    }),
  }));
}
