'use strict';

/** Says at once what runs: without a terminal, Jest says nothing before the first suite has ended. */
module.exports = class FirstLine {
  onRunStart({ numTotalTestSuites }) {
    process.stderr.write(`Running ${numTotalTestSuites} test suites.\n`);
  }
};
