import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from 'vitest';

const { describeSemantics } = createRequire(import.meta.url)('../shared/semantics.cjs') as {
  describeSemantics: (runner: Readonly<Record<string, unknown>>) => void;
};

describeSemantics({ afterAll, afterEach, beforeAll, beforeEach, describe, test });
