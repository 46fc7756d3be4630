import middy from '@middy/core';
import { withSettings } from 'xcon/middy';
import { settings } from './settings.mjs';

export const handler = middy()
  .use(withSettings(settings, { refreshSeconds: 1, refreshBudgetMs: 500 }))
  .handler(async ({ id }, context) => `${id} ${context.settings.host}`);
