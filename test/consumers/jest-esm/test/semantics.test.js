import { describeSemantics } from '../shared/semantics.cjs';

describeSemantics({ afterAll, afterEach, beforeAll, beforeEach, describe, test });
