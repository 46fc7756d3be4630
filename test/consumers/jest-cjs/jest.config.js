module.exports = {
  setupFilesAfterEnv: ['xcon/jest'],
  testMatch: ['<rootDir>/test/*.test.js'],
};
