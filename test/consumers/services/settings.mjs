import { defineSettings, setting } from 'xcon';

export const settings = defineSettings({ host: setting('DB_HOST') });
