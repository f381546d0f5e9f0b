// Mocha's spec reporter, plus the counts and what failed as JSON in $MEMOAPP_TEST_REPORT for test/run.ts; and the end of a suite
// that nobody waits for any more.
'use strict';
const { writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

/** Milliseconds between two looks at who has started us. */
const LOOK = 1000;

module.exports = class Counting extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const report = process.env.MEMOAPP_TEST_REPORT;
    if (report === undefined) return;
    // Mocha runs in a child of its own, which the kernel does not end with test/run.ts.
    const parent = process.ppid;
    setInterval(() => process.ppid === parent || process.exit(1), LOOK).unref();
    const broken = [];
    runner.on(Runner.constants.EVENT_TEST_FAIL, (test, error) => {
      broken.push(`${test.fullTitle()}: ${String(error.message).split('\n', 1)[0]}`);
    });
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      writeFileSync(report, JSON.stringify({ passed: passes, failed: failures, skipped: pending, broken }));
    });
  }
};
