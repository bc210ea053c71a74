/** What CloudWatch holds: numbers, by metric and minute. */
export class Metrics {
  readonly #minutes = new Map<string, Map<number, number[]>>();

  /** `of` is the value of the dimension that says which function, queue or table it is. */
  add(namespace: string, name: string, of: string, minute: number, value: number): void {
    const key = keyOf(namespace, name, of);
    const minutes = this.#minutes.get(key) ?? new Map<number, number[]>();
    this.#minutes.set(key, minutes);
    const values = minutes.get(minute);
    if (values) values.push(value);
    else minutes.set(minute, [value]);
  }

  /** The statistic over so many minutes from `first` on; nothing where there is no number. */
  read(key: string, statistic: string, first: number, minutes: number): number | undefined {
    const held = this.#minutes.get(key);
    if (!held) return undefined;
    const values: number[] = [];
    for (let minute = first; minute < first + minutes; minute += 1) values.push(...(held.get(minute) ?? []));
    return values.length === 0 ? undefined : STATISTICS[statistic]!(values);
  }
}

export function keyOf(namespace: string, name: string, of: string): string {
  return `${namespace} ${name} ${of}`;
}

const sum = (values: number[]) => values.reduce((one, other) => one + other, 0);
const STATISTICS: Record<string, (values: number[]) => number> = {
  Sum: sum,
  Maximum: (values) => Math.max(...values),
  Average: (values) => sum(values) / values.length,
  p50: (values) => values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) / 2)]!,
};
