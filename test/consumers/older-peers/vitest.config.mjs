export default { test: { setupFiles: ['xcon/vitest'], include: ['test/*.vitest.mjs'] } };
