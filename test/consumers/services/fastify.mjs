// fastify.mjs
import fastify from 'fastify';
import { config } from 'xcon';
import { liveness, readiness, toFastifyHandler } from 'xcon/http';
import { settings } from './settings.mjs';

export const app = fastify();
app.get('/live', toFastifyHandler(liveness()));
app.get('/ready', toFastifyHandler(readiness(config, settings)));
app.get('/', async () => {
  const { host } = await settings.load();
  return { host };
});
// Before it listens: without its settings, the service does not start.
app.addHook('onReady', async () => void (await settings.load()));
app.addHook('onClose', () => config.close());
