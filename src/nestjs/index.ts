export { type HealthIndicatorResult, XconHealthIndicator } from './xcon-health-indicator';
export {
  InjectSettings,
  type XconAsyncOptions,
  XconModule,
  type XconModuleOptions,
  type XconRootOptions,
} from './xcon-module';
export { XconService } from './xcon-service';
