// Mocha's spec reporter, plus the counts and what failed as JSON in $MEMOAPP_TEST_REPORT for test/run.ts.
'use strict';
const { writeFileSync } = require('node:fs');
const { reporters, Runner } = require('mocha');

module.exports = class Counting extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const report = process.env.MEMOAPP_TEST_REPORT;
    if (report === undefined) return;
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
