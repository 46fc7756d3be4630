// The oldest version of the AWS SDK that the package allows.
const { testPinnedSdk } = require('./shared/pinned-sdk.cjs');

testPinnedSdk(require('./package.json'));
