// express.mjs
import express from 'express';
import { config } from 'xcon';
import { liveness, readiness, toNodeHandler } from 'xcon/http';
import { settings } from './settings.mjs';

export const app = express();
app.get('/live', toNodeHandler(liveness()));
app.get('/ready', toNodeHandler(readiness(config, settings)));
app.get('/', async (_, response) => {
  const { host } = await settings.load();
  response.json({ host });
});
