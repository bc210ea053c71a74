import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Consumer, Endpoint } from '../lib/catalogue.ts';
import { Alarm, isBreached } from './model/alarm.ts';
import { live, type Fate, type Life } from './model/consumer.ts';
import { byRoute, byUrl, relay, runs, serve, type Counted } from './model/functions.ts';
import { evaluate } from './model/math.ts';
import { Metrics } from './model/metrics.ts';
import { random, type Random } from './model/random.ts';
import { catalogues, queuesOf, synthesise } from './synthesise.ts';

/** By then somebody is told, counted from the first message, request or run that an outage meets. */
const TOLD_WITHIN = 10;
/** Metrics come so many minutes late. */
const LATE = [0, 1, 2];
const HOUR = 3600;
/** The outage begins after this, at a second that is no minute's. */
const BEFORE = 1_217;

for (const file of catalogues) {
  const { all, catalogue } = synthesise(file);
  const { system, consumers, publishers, queries, relays, sweepers, scheduled, reapers, tables } = catalogue;
  const alarms = all('AWS::CloudWatch::Alarm').map(({ properties }) => new Alarm(properties));
  const of = (...names: string[]) => alarms.filter(({ name }) => names.some((one) => name.startsWith(`${one}-`)));
  const leased = consumers.find(({ guarantee, takes }) => guarantee === 'leased' && !('command' in takes))!;
  const transactional = consumers.find(({ guarantee, takes }) => guarantee === 'transactional' && !('command' in takes))!;

  function lifeOf(consumer: Consumer, seconds: number, rate: (second: number) => number, fate: Life['fate'], environments = 2): Life {
    return {
      name: consumer.name, queue: queuesOf(consumer)[0]!, visibilitySeconds: consumer.visibilityTimeoutSeconds,
      pauses: consumer.guarantee !== 'transactional', environments, seconds, rate, fate,
    };
  }

  /** The first minute at which one of these rings; the alarms that do by `until`. */
  function rung(watching: Alarm[], metrics: Metrics, from: number, until: number, late: number): { first: number | undefined; names: Set<string> } {
    let first: number | undefined;
    const names = new Set<string>();
    for (let now = from; now <= until; now += 1) {
      for (const alarm of watching) {
        if (!alarm.rings(metrics, now, late)) continue;
        first ??= now;
        names.add(alarm.name);
      }
    }
    return { first, names };
  }

  /** All that an outage has to show: quiet before it, told in time, and by whom. */
  function tells(watching: Alarm[], metrics: Metrics, hit: number | undefined, expected: RegExp): number {
    assert.ok(hit !== undefined, 'the outage has met nothing');
    assert.ok(watching.length > 0);
    const slowest = LATE.map((late) => {
      const before = rung(watching, metrics, 12, Math.floor(hit), late);
      assert.deepEqual([...before.names], [], 'before the outage');
      const { first, names } = rung(watching, metrics, Math.floor(hit), Math.floor(hit + TOLD_WITHIN), late);
      assert.ok(first !== undefined, `nothing rings within ${TOLD_WITHIN} minutes (metrics ${late} minutes late)`);
      assert.ok([...names].some((name) => expected.test(name)), `${[...names]} rings, not ${expected}`);
      return first - hit;
    });
    return Math.max(...slowest);
  }

  describe(`outages of ${file}`, () => {
    const BUSY = 20 / 60;
    const QUIET = 1 / 180;
    /** Each outage of a consumer: what becomes of its messages, and which alarm says so. */
    const outages: { what: string; fate: Fate; of: Consumer; rings: RegExp }[] = [
      { what: 'does not start, crashes or runs out of memory', fate: 'dies', of: leased, rings: /-cannot-run$/ },
      { what: 'does not start, crashes or runs out of memory', fate: 'dies', of: transactional, rings: /-cannot-run$/ },
      { what: 'is throttled by Lambda', fate: 'throttled', of: leased, rings: /-cannot-run$/ },
      { what: 'is throttled by DynamoDB', fate: 'fails', of: transactional, rings: /-(keeps-failing|tries-again)$/ },
      { what: 'has no mapping any more', fate: 'left', of: leased, rings: /-is-not-fed$/ },
    ];
    for (const { what, fate, of: consumer, rings } of outages) {
      for (const [traffic, rate] of [['busy', BUSY], ['quiet', QUIET]] as const) {
        test(`a ${traffic} ${consumer.guarantee} consumer ${what}`, (t) => {
          const slowest = seeds().map((seed) => {
            const metrics = new Metrics();
            const { firstHit } = live(lifeOf(consumer, 2 * HOUR, () => rate, (second) => (second < BEFORE + seed ? 'done' : fate)), metrics, random(seed));
            return tells(of(...queuesOf(consumer)), metrics, firstHit && firstHit / 60, rings);
          });
          t.diagnostic(`told within ${Math.max(...slowest).toFixed(1)} minutes`);
        });
      }
    }

    for (const environments of [1, 4, 10]) {
      for (const [traffic, rate] of [['busy', BUSY], ['quiet', QUIET]] as const) {
        test(`a provider is down for four hours, with ${environments} environments of a ${traffic} consumer: it rings, and goes on ringing`, (t) => {
          const end = BEFORE + 4 * HOUR;
          const slowest = seeds().map((seed) => {
            const metrics = new Metrics();
            const down = (second: number): Fate => (second >= BEFORE + seed && second < end ? 'fails' : 'done');
            const { firstHit } = live(lifeOf(leased, end + 2 * HOUR, () => rate, down, environments), metrics, random(seed));
            const watching = of(...queuesOf(leased));
            const told = tells(watching, metrics, firstHit && firstHit / 60, /-(keeps-failing|tries-again|pauses)$/);
            for (let now = Math.ceil(firstHit! / 60) + TOLD_WITHIN; now < end / 60; now += 1) {
              assert.ok(watching.some((alarm) => alarm.rings(metrics, now)), `silent ${now - Math.ceil(firstHit! / 60)} minutes into the outage`);
            }
            const over = Math.ceil(end / 60) + 60;
            assert.deepEqual([...rung(watching, metrics, over, over + 60, 0).names], [], 'an hour after it');
            return told;
          });
          t.diagnostic(`told within ${Math.max(...slowest).toFixed(1)} minutes`);
        });
      }
    }

    test('one message of many that no try can help', (t) => {
      const slowest = [300 / 60, BUSY].flatMap((rate) => seeds().map((seed) => {
        const metrics = new Metrics();
        let poison: number | undefined;
        const fate = (second: number, message: number): Fate => {
          if (second > BEFORE) poison ??= message;
          return message === poison ? 'fails' : 'done';
        };
        const { firstHit } = live(lifeOf(leased, HOUR, () => rate, fate, 4), metrics, random(seed));
        return tells(of(...queuesOf(leased)), metrics, firstHit! / 60, /-tries-again$/);
      }));
      t.diagnostic(`told within ${Math.max(...slowest).toFixed(1)} minutes`);
    });

    test('one message that is set aside, while SQS reports the dead-letter queue 15 minutes late', () => {
      const metrics = new Metrics();
      metrics.add('Tidings', 'SetAside', leased.name, 20, 1);
      for (let minute = 35; minute < 90; minute += 1) metrics.add('AWS/SQS', 'ApproximateNumberOfMessagesVisible', queuesOf(leased)[1]!, minute, 1);
      const [alarm] = alarms.filter(({ name }) => name === `${queuesOf(leased)[1]}-not-empty`);
      for (let now = 20; now < 120; now += 1) assert.equal(alarm!.rings(metrics, now), now > 20 && now < 105, `at ${now}`);
    });

    test('a flash crowd: a consumer that gets twice what it can do lags', (t) => {
      const slowest = seeds().map((seed) => {
        const metrics = new Metrics();
        const crowd = (second: number) => (second < BEFORE + seed ? BUSY : 80);
        live(lifeOf(transactional, HOUR, crowd, () => 'done', 4), metrics, random(seed));
        return tells(of(...queuesOf(transactional)), metrics, (BEFORE + seed) / 60, /-lags$/);
      });
      t.diagnostic(`told within ${Math.max(...slowest).toFixed(1)} minutes`);
    });

    const endpoints = [...publishers, ...queries].slice(0, 2);
    const api = synthesise(file, { front: 'http-api', issuer: 'https://id.shop.example', audience: 'shop' });
    const ofApi = api.all('AWS::CloudWatch::Alarm').map(({ properties }) => new Alarm(properties));
    const fronts: [string, (name: string) => Alarm[], (endpoint: Endpoint) => Counted][] = [
      ['its URL', (name) => of(name), ({ name }) => byUrl(name)],
      ['the HTTP API', (name) => ofApi.filter((one) => one.name.startsWith(`${name}-`)), ({ method, path }) => byRoute(`Api ${method} ${path} $default`)],
    ];
    const served: { what: string; rings: RegExp; atLeast?: number; how: Omit<Parameters<typeof serve>[0], 'front' | 'minutes' | 'rate'> }[] = [
      { what: 'does not start', rings: /-fails$/, how: { failed: from(20, 1) } },
      { what: 'fails at every third request, because DynamoDB throttles it', rings: /-fails$/, atLeast: 10, how: { failed: from(20, 0.33) } },
      { what: 'is throttled by Lambda, in a flash crowd', rings: /-fails$/, atLeast: 10, how: { throttled: from(20, 0.5) } },
      { what: 'waits for a provider that hangs', rings: /-is-slow$/, how: { latency: (minute) => (minute < 20 ? 120 : 8_000) } },
    ];
    for (const { what, rings, how, atLeast = 2 } of served) {
      for (const [front, watching, counted] of fronts) {
        test(`an endpoint behind ${front} ${what}`, (t) => {
          const slowest = endpoints.flatMap((endpoint) => [atLeast, 600].flatMap((rate) => seeds().map((seed) => {
            const metrics = new Metrics();
            const hit = serve({ front: counted(endpoint), minutes: 60, rate: () => rate, ...how }, metrics, random(seed));
            return tells(watching(endpoint.name), metrics, hit, rings);
          })));
          t.diagnostic(`told within ${Math.max(...slowest).toFixed(1)} minutes`);
        });
      }
    }

    for (const [state, rings] of [['dies', /-cannot-run$/], ['disabled', /-is-silent$/]] as const) {
      test(`a relay that ${state === 'dies' ? 'dies at each batch' : 'is not told any more'}`, (t) => {
        const slowest = relays.flatMap(({ name, table }) => [0.5, 60].flatMap((rate) => seeds().map((seed) => {
          const metrics = new Metrics();
          const hit = relay({ name, table: `${system}-${table}`, minutes: 60, rate: () => rate, state: (minute) => (minute < 20 ? 'runs' : state) }, metrics, random(seed));
          return tells(of(name), metrics, hit, rings);
        })));
        t.diagnostic(`told within ${Math.max(...slowest).toFixed(1)} minutes`);
      });
    }

    for (const [ends, rings] of [['badly', /-stuck$/], ['never', /-does-not-run$/]] as const) {
      test(`what runs every minute ${ends === 'badly' ? 'leaves something behind' : 'does not run any more'}`, () => {
        for (const { name, everyMinutes } of [...sweepers, ...scheduled].filter((one) => one.everyMinutes === 1)) {
          const metrics = new Metrics();
          runs(name, everyMinutes, 60, (minute) => (minute < 20 ? 'well' : ends), metrics);
          tells(of(name), metrics, 20, rings);
        }
      });
    }

    test('a table that is throttled', () => {
      for (const { name } of tables) {
        const metrics = new Metrics();
        for (let minute = 20; minute < 60; minute += 1) metrics.add('AWS/DynamoDB', 'WriteThrottleEvents', `${system}-${name}`, minute, 3);
        tells(of(`${system}-${name}`), metrics, 20, /-is-throttled$/);
      }
    });
  });

  test(`no alarm of ${file} rings in a healthy day of varying load`, (t) => {
    const metrics = new Metrics();
    const minutes = 24 * 60;
    // Nobody at night, most in the evening, an advertisement at noon; a lull of ten minutes now and then.
    const load = (minute: number) => (minute % 240 < 10 ? 0 : Math.max(0, 1 - Math.cos((2 * Math.PI * minute) / minutes)) / 2 + (minute > 720 && minute < 735 ? 1 : 0));
    consumers.forEach((consumer, index) => {
      const peak = [1, 0.05, 0.3][index % 3]!;
      live(lifeOf(consumer, 60 * minutes, (second) => peak * load(second / 60), hiccups, 2 + (index % 3)), metrics, random(index));
    });
    [...publishers, ...queries].forEach(({ name }, index) =>
      serve({ front: byUrl(name), minutes, rate: (minute) => [300, 5, 40][index % 3]! * load(minute), failed: () => 0.001 }, metrics, random(100 + index)));
    relays.forEach(({ name, table }, index) =>
      relay({ name, table: `${system}-${table}`, minutes, rate: (minute) => [120, 0.4][index % 2]! * load(minute), state: () => 'runs' }, metrics, random(200 + index)));
    for (const { name, everyMinutes } of [...sweepers, ...scheduled, ...reapers]) runs(name, everyMinutes, minutes, (minute) => (minute % 397 === 0 ? 'badly' : 'well'), metrics);
    for (const late of [0, 2]) assert.deepEqual([...rung(alarms, metrics, 100, minutes, late).names], []);
    t.diagnostic(`${alarms.length} alarms, ${minutes} minutes`);
  });
}

/** One in a thousand fails and comes back; a hundred times less often an environment is lost with its batch. */
function hiccups(_second: number, _message: number, next: Random): Fate {
  const one = next();
  return one < 0.00001 ? 'dies' : one < 0.001 ? 'fails' : 'done';
}

function from(minute: number, share: number): (at: number) => number {
  return (at) => (at < minute ? 0 : share);
}

function seeds(): number[] {
  return [1, 13, 27, 44, 59];
}

/** AWS: CloudWatch user guide, configuring how alarms treat missing data: the examples, with missing data as not breaching; the oldest first. */
test('a period that is missing counts as the user guide says', () => {
  const rows: [string, number, boolean][] = [
    ['0 - X - X', 3, false], ['0 - - - -', 3, false], ['- - - - -', 3, false], ['0 X X - X', 3, true], ['- - X - -', 3, false],
    ['0 - X - X', 2, true], ['0 0 X 0 X', 2, true], ['0 - X - -', 2, false], ['- - - - 0', 2, false], ['- - - - X', 2, false],
  ];
  for (const [row, periods, expected] of rows) {
    const newestFirst = row.split(' ').reverse();
    const point = (back: number) => ({ X: 1, 0: 0 })[newestFirst[back]!];
    assert.equal(isBreached(point, periods, 3, 0), expected, `${row}, ${periods} of 3`);
  }
});

test('metric math is what the user guide says, and what is not understood is refused', () => {
  const values = (name: string) => ({ three: 3, zero: 0 })[name];
  assert.equal(evaluate('FILL(three, 0) + FILL(none, 4)', values), 7);
  assert.equal(evaluate('three + none', values), undefined);
  assert.equal(evaluate('IF(three > 2 AND zero == 0, 1, 0)', values), 1);
  assert.equal(evaluate('IF(three > 3 AND zero == 0, 1, 0)', values), 0);
  assert.equal(evaluate('three / 2', values), 1.5);
  for (const unknown of ['RATE(three)', 'three - zero', 'IF(three, 1)', 'three > ', 'three three', 'three ? 1']) assert.throws(() => evaluate(unknown, values), /./, unknown);
});
