export default {
  setupFilesAfterEnv: ['xcon/jest'],
  testMatch: ['<rootDir>/test/*.test.js'],
  transform: {},
};
