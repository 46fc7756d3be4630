'use strict';

// A service without any code for tests.
const { config } = require('xcon');

exports.connect = async () => `connected to ${await config.requireString('DB_HOST')}`;
