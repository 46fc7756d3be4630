const { lookUpEverywhere } = require('./shared/lookups.cjs');

lookUpEverywhere(require('xcon'), require('xcon/testing')).then(() => console.log('CommonJS works'));
