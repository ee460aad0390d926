import { expect } from '@playwright/test';
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  Locator,
  Page,
} from '@playwright/test';
import type { CallEngine, CallState, CallStats, SendStats, SlotStats } from '../src/call';
import type { Source } from '../src/protocol/messages';

declare global {
  interface Window {
    __plenum?: { engine: CallEngine };
    /** Offers that this page has made, counted below the engine. */
    __offers?: number;
    /** The connections of this page, kept below the engine. */
    __connections?: Set<RTCPeerConnection>;
    /** Takes a complaint of the page out to the test, past any reload. */
    __complain?: (complaint: string) => Promise<void>;
  }
}

/** `large` is what the page asks for, 720p in three layers; `small` is 360p in two. */
export type Camera = 'large' | 'small';

export const password = 'nine lamps in a row';

/** Whoever can be seen in a meeting, with a window of their own or without. */
export type Someone = Pick<Person, 'name' | 'id'>;

/** Somebody with a browser window of their own. */
export class Person {
  readonly name: string;
  readonly camera: Camera;
  readonly page: Page;
  readonly context: BrowserContext;
  private readonly url: string;
  private readonly errors: string[] = [];
  private readonly printed: string[] = [];
  private readonly complaints: string[] = [];
  private readonly origins: Set<string>;
  private readonly elsewhere: string[] = [];

  private constructor(
    name: string,
    url: string,
    camera: Camera,
    context: BrowserContext,
    page: Page,
  ) {
    this.name = name;
    this.camera = camera;
    this.url = url;
    this.context = context;
    this.page = page;
    this.origins = new Set([new URL(url).origin]);
    // Workers and tabs that a page opens are of the context too.
    context.on('request', (request) => this.notice(request.url()));
    context.on('page', (each) => each.on('websocket', (socket) => this.notice(socket.url())));
    page.on('websocket', (socket) => this.notice(socket.url()));
    page.on('pageerror', (error) => {
      const text = String(error);
      // Firefox calls it an error of the page; the complaint below knows where it is from.
      if (!/Content-Security-Policy:/.test(text)) this.errors.push(text);
    });
    page.on('console', (message) => {
      const line = `${message.type()}: ${message.text()}`;
      this.printed.push(line);
      // A worker has no document that would fire the event.
      if (/content security policy/i.test(line)) this.complaints.push(line);
    });
  }

  static async open(
    browser: Browser,
    url: string,
    name: string,
    camera: Camera = 'small',
    options: BrowserContextOptions = {},
  ): Promise<Person> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      locale: 'en-GB',
      ...options,
    });
    await context.addInitScript(() => {
      window.__offers = 0;
      const connections = new Set<RTCPeerConnection>();
      window.__connections = connections;
      const complain = (text: string) => void window.__complain?.(text);
      const { prototype } = RTCPeerConnection;
      prototype.setLocalDescription = new Proxy(prototype.setLocalDescription, {
        apply(target, connection: RTCPeerConnection, args) {
          window.__offers = (window.__offers ?? 0) + 1;
          connections.add(connection);
          for (const { urls } of connection.getConfiguration().iceServers ?? []) {
            const strange = [urls].flat().filter((url) => !url.includes(location.hostname));
            if (strange.length > 0) complain(`ways by way of others: ${strange.join()}`);
          }
          return Reflect.apply(target, connection, args) as unknown;
        },
      });
      document.addEventListener('securitypolicyviolation', (event) => {
        const { effectiveDirective, blockedURI, sourceFile, lineNumber } = event;
        // In Firefox the driver's own scripts are held to the page's policy.
        if (sourceFile.endsWith('eval')) return;
        complain(
          `policy: ${effectiveDirective} refuses ${blockedURI}, ${sourceFile}:${lineNumber}`,
        );
      });
      // It does not bubble, but it is captured.
      const failed = ({ target }: Event) => {
        if (!(target instanceof HTMLMediaElement)) return;
        complain(`media element: ${target.error?.code ?? 0} ${target.error?.message ?? ''}`);
      };
      document.addEventListener('error', failed, true);
    });
    // Four tabs with 720p cameras are more than two cores can carry.
    if (camera === 'small') {
      await context.addInitScript(() => {
        // A page without an address has no devices in Firefox.
        if (!('MediaDevices' in window)) return;
        const { prototype } = MediaDevices;
        prototype.getUserMedia = new Proxy(prototype.getUserMedia, {
          apply(target, devices: MediaDevices, [constraints]: [MediaStreamConstraints]) {
            const asked = { ...constraints };
            if (typeof asked.video === 'object') {
              asked.video = { ...asked.video, width: 640, height: 360 };
            }
            return Reflect.apply(target, devices, [asked]) as unknown;
          },
        });
      });
    }
    const person = new Person(name, url, camera, context, await context.newPage());
    await context.exposeBinding('__complain', (_, text: string) => {
      person.complaints.push(text);
    });
    return person;
  }

  /** What went wrong in the page and nobody caught. */
  uncaught(): string[] {
    return this.errors;
  }

  /** What the page's security policy refused, and media elements that failed. */
  refused(): string[] {
    return this.complaints;
  }

  /** For a test that provokes them. */
  forgive(): void {
    this.complaints.length = 0;
  }

  /** Requests to anybody but the server, of which there must never be one. */
  strangers(): string[] {
    return this.elsewhere;
  }

  /** For a test that brings a second server. */
  allow(url: string): void {
    this.origins.add(new URL(url).origin);
  }

  private notice(address: string): void {
    const { protocol, origin } = new URL(address.replace(/^ws/, 'http'));
    if (/^https?:$/.test(protocol) && !this.origins.has(origin)) this.elsewhere.push(address);
  }

  /** What the page wrote to its console. */
  console(): string[] {
    return this.printed;
  }

  get email(): string {
    return `${this.name.toLowerCase()}@plenum.example`;
  }

  async goto(path: string): Promise<void> {
    await this.page.goto(this.url + path);
  }

  async signUp(): Promise<void> {
    await this.goto('/signup');
    await this.fill(this.page.getByLabel('Your name'), this.name);
    await this.fill(this.page.getByLabel('E-mail'), this.email);
    await this.fill(this.page.getByLabel('Password', { exact: true }), password);
    await this.page.getByRole('button', { name: 'Create account' }).click();
    await expect(this.page.getByRole('button', { name: 'New meeting' }).first()).toBeVisible();
  }

  async signIn(secret = password): Promise<void> {
    await this.fill(this.page.getByLabel('E-mail'), this.email);
    await this.fill(this.page.getByLabel('Password', { exact: true }), secret);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
  }

  /** Playwright fills a field of Firefox behind the back of React, which then takes it for empty. */
  private async fill(field: Locator, text: string): Promise<void> {
    const firefox = this.context.browser()?.browserType().name() === 'firefox';
    await (firefox ? field.pressSequentially(text) : field.fill(text));
  }

  /** Makes a meeting, and stands at its door then. Returns its code. */
  async createMeeting(title: string): Promise<string> {
    await this.page.getByRole('button', { name: 'New meeting' }).first().click();
    const dialog = this.page.getByRole('dialog');
    await this.fill(dialog.getByLabel('Title'), title);
    await dialog.getByRole('button', { name: 'Create meeting' }).click();
    await this.page.waitForURL(/\/m\/[0-9a-z]{5}-[0-9a-z]{5}$/);
    return this.page.url().slice(-11);
  }

  /** From the dashboard to the door, with the code that somebody read out. */
  async goToDoor(code: string): Promise<void> {
    await this.fill(this.page.getByLabel('Meeting code or link'), code);
    await this.page.getByRole('button', { name: 'Join', exact: true }).click();
  }

  async joinByCode(code: string): Promise<void> {
    await this.goToDoor(code);
    await this.enter();
  }

  /** Through the door, with camera and microphone on. */
  async enter(): Promise<void> {
    await expect(this.control('Mute')).toBeVisible();
    await expect(this.control('Stop camera')).toBeVisible();
    await this.enterAsIs();
  }

  /** Through the door, with whatever there is. */
  async enterAsIs(): Promise<void> {
    await this.page.getByRole('button', { name: /^Join (now|without)/ }).click();
    await this.joined();
  }

  async joined(): Promise<void> {
    await expect.poll(() => this.state((s) => s.phase)).toBe('joined');
  }

  async leave(): Promise<void> {
    await this.page.getByRole('button', { name: 'Leave', exact: true }).click();
    const item = this.page.getByRole('menuitem', { name: 'Leave meeting' });
    const over = this.page.getByRole('heading', { name: 'You left the meeting' });
    await expect(item.or(over)).toBeVisible();
    if (await item.isVisible()) await item.click();
    await expect(over).toBeVisible();
  }

  /** Switches something in the menu of the meeting. */
  async choose(item: 'Data saver' | 'Shared screens only' | 'Sound only'): Promise<void> {
    await this.control('More').click();
    await this.page.getByRole('menuitem', { name: 'Data saver' }).click();
    const choice = item === 'Data saver' ? 'Pictures up to 360p' : item;
    await this.page.getByRole('menuitemradio', { name: choice }).click();
  }

  /** Part of the engine's state; undefined while there is no engine. */
  async state<T>(of: (state: CallState) => T): Promise<T | undefined> {
    const state = await this.page.evaluate(() => window.__plenum?.engine.getState());
    return state && of(state);
  }

  async stats(): Promise<CallStats> {
    const stats = await this.page.evaluate(() => window.__plenum?.engine.stats());
    if (stats === undefined) throw new Error(`${this.name} is in no call`);
    return stats;
  }

  /** Participant id in the meeting. */
  async id(): Promise<string> {
    const id = await this.state((s) => s.self);
    if (id === undefined) throw new Error(`${this.name} has not joined`);
    return id;
  }

  /** The slot that is assigned to somebody's publication. */
  async slot(of: Someone, source: Source): Promise<SlotStats | undefined> {
    const id = await of.id();
    const { down } = await this.stats();
    return down.find((slot) => slot.participant === id && slot.source === source);
  }

  async slotByMid(mid: string): Promise<SlotStats | undefined> {
    return (await this.stats()).down.find((slot) => slot.mid === mid);
  }

  /** What is sent of a source, one entry for each layer. */
  async sending(source: Source): Promise<SendStats[]> {
    return (await this.stats()).up.filter((each) => each.source === source);
  }

  async offers(): Promise<number> {
    return this.page.evaluate(() => window.__offers ?? 0);
  }

  /** Somebody's tile, or the share of their screen. */
  tile(of: Pick<Someone, 'name'>, source: 'camera' | 'screen' = 'camera') {
    const named = source === 'camera' ? `[aria-label="${of.name}"]` : `[aria-label^="${of.name}"]`;
    return this.page.locator(`article[data-source=${source}]${named}`);
  }

  control(name: string | RegExp) {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' });
  }
}
