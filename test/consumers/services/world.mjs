import { startLocalAws } from 'xcon/testing';

export const table = 'global-all-configCache';

/** Starts a local AWS with the settings of the service `orders`, and gives the variables of its processes. */
export async function startWorld({ cached = false } = {}) {
  const aws = await startLocalAws({
    seed: { ssm: { '/orders/prod/DB_HOST': 'db.internal' }, ...(cached && { tables: { [table]: {} } }) },
  });
  const variables = {
    ...aws.environment,
    APP_NAME: 'orders',
    APP_ENV: 'prod',
    AWS_MAX_ATTEMPTS: '1',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    XCON_DISABLE_DEFAULT_CACHER: String(!cached),
    XCON_FAILURE_PAUSE_MS: '0',
    XCON_STALE_IF_ERROR_SECONDS: '0',
    XCON_LOG_LEVEL: 'silent',
  };
  return { aws, variables };
}
