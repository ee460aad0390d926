import type { Browser } from '@playwright/test';
import { test as base } from './fixtures';

/** Firefox as the system has it, driven by WebDriver BiDi. */
export const firefoxPath = process.env['FIREFOX_PATH'] || '/usr/bin/firefox-esr';

/** One camera, one microphone, a person who always says yes, and no calls home. */
export const firefoxPrefs = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.autoplay.default': 0,
  'media.gmp-manager.updateEnabled': false,
  'app.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'toolkit.telemetry.enabled': false,
};

/** What Playwright keeps of a browser on the other side of its own protocol. */
interface Driven extends Browser {
  _connection: { toImpl(of: unknown): { _browserSession: object } };
}

interface Session {
  send(method: string, parameters: object): Promise<unknown>;
}

const unknown = 'emulation.setMediaFeaturesOverride';

/** Playwright tells every page its looks, in words that the long-term release of Firefox does not know yet. */
function withoutLooks(browser: Browser): void {
  const { _browserSession: session } = (browser as Driven)._connection.toImpl(browser);
  const prototype = Object.getPrototypeOf(session) as Session;
  prototype.send = new Proxy(prototype.send, {
    apply: (send, session: Session, args: Parameters<Session['send']>) =>
      args[0] === unknown ? Promise.resolve({}) : Reflect.apply(send, session, args),
  });
}

export const test = base.extend<object, object>({
  browser: [
    async ({ browser }, use) => {
      withoutLooks(browser);
      await use(browser);
    },
    { scope: 'worker' },
  ],
});
