import 'reflect-metadata';
import { Controller, Get, Inject, Module } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { defineSettings, secret, setting, type SettingsOf } from 'xcon';
import { InjectSettings, XconHealthIndicator, XconModule, XconService } from 'xcon/nestjs';

export const database = defineSettings({ host: setting('DB_HOST'), password: secret('DB_PASSWORD') });
export const limits = defineSettings({ most: setting('MOST') });

@Controller()
class OrdersController {
  constructor(
    @InjectSettings(database) private readonly settings: SettingsOf<typeof database>,
    private readonly xcon: XconService,
  ) {}

  @Get()
  async show() {
    // @ts-expect-error: there is no such setting
    const port: unknown = this.settings.port;
    const { host } = await this.xcon.load(database);
    return {
      injected: this.settings.host,
      now: host,
      password: `${this.settings.password}`,
      level: await this.xcon.get('LOG_LEVEL', 'info'),
      port: port ?? null,
    };
  }

  @Get('refresh')
  async refresh() {
    await this.xcon.refresh();
    return {};
  }
}

@Controller('limits')
class LimitsController {
  constructor(@InjectSettings(limits) private readonly settings: SettingsOf<typeof limits>) {}

  @Get()
  show() {
    return this.settings;
  }
}

@Controller('health')
class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    private readonly xcon: XconHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  check() {
    return this.health.check([() => this.xcon.isHealthy('settings') as never]);
  }
}

@Module({ imports: [XconModule.forFeature(limits)], controllers: [LimitsController] })
class LimitsModule {}

@Module({
  imports: [XconModule.forRoot({ settings: [database] }), LimitsModule, TerminusModule],
  controllers: [OrdersController, HealthController],
})
export class AppModule {}
