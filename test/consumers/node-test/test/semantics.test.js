import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { describeSemantics } from '../shared/semantics.cjs';

describeSemantics({ afterAll: after, afterEach, beforeAll: before, beforeEach, describe, test });
