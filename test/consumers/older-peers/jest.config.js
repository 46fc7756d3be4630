module.exports = { setupFilesAfterEnv: ['xcon/jest'], testMatch: ['**/*.jest.cjs'] };
