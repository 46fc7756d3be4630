import { defineSettings, secret, setting } from '../../src';

/** What a service declares; tests load this file as a module of a project. */
export const settings = defineSettings({
  dbHost: setting('DB_HOST', { description: 'Host of the database' }),
  pageSize: setting('PAGE_SIZE', { optional: true }),
  dbPassword: secret('DB_PASSWORD'),
});

/** Another declaration of the same module. */
export const deployed = defineSettings({ port: setting('PORT', { sources: ['env'] }) });
