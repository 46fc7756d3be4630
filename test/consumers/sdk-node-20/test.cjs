// The AWS SDK as docs/explanation/dependencies.md names it for Node 20, whatever its newer versions need: installed with `engine-strict`.
const { testPinnedSdk } = require('./shared/pinned-sdk.cjs');

testPinnedSdk(require('./package.json'));
