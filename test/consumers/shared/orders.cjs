'use strict';

// A service as its authors write it: it knows nothing of tests.
const { config } = require('xcon');

exports.connect = async () => `connected to ${await config.requireString('DB_HOST')}`;
