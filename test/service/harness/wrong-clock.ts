// Loaded into a service before its own code, by `clock.ts`. The time of day is wrong and can be set back; what measures how long
// something takes (`performance`, timers) goes on as it does when an admin sets a node's clock.
const RightDate = Date;
let ahead = Number(process.env['WRONG_CLOCK_MS']);

process.on('SIGUSR2', () => (ahead -= 600_000));

globalThis.Date = class extends RightDate {
  constructor(...values: ConstructorParameters<typeof Date> | []) {
    // @ts-expect-error -- TypeScript knows Date's forms one by one
    super(...(values.length === 0 ? [RightDate.now() + ahead] : values));
  }

  static override now(): number {
    return RightDate.now() + ahead;
  }
} as DateConstructor;
