import { withSettings } from 'xcon/lambda';
import { settings } from './settings.mjs';

export const handler = withSettings(settings, async ({ id }, _context, { host }) => `${id} ${host}`, {
  refreshSeconds: 1,
  refreshBudgetMs: 500,
});
