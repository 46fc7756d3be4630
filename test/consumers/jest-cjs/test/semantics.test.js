const { describeSemantics } = require('../shared/semantics.cjs');

describeSemantics({ afterAll, afterEach, beforeAll, beforeEach, describe, test });
