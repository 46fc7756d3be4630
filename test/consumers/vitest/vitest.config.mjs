import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { setupFiles: ['xcon/vitest'], include: ['test/*.test.ts'] },
});
