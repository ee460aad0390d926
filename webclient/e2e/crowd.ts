import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import type { JoinAnswer } from '../src/api';

declare global {
  interface Window {
    __crowd?: Record<string, WebSocket>;
  }
}

/** Guests without picture and sound. A socket is all that each of them has, so a hundred cost little. */
export class Crowd {
  private readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  /** Sits them down one after the other. The page is on the server, and nobody is signed in there. */
  static async seat(page: Page, code: string, names: string[]): Promise<Crowd> {
    await page.evaluate(
      async ([code, names]) => {
        const crowd: Record<string, WebSocket> = {};
        window.__crowd = crowd;
        for (const name of names) {
          const response = await fetch(`/api/meetings/${code}/join`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({ name }),
          });
          if (!response.ok) throw new Error(`${name}: ${await response.text()}`);
          const { grant, socketUrl } = (await response.json()) as JoinAnswer;
          const address = new URL(socketUrl, location.href.replace(/^http/, 'ws'));
          const socket = new WebSocket(address, ['plenum.v1', `auth.${grant}`]);
          await new Promise((opened, failed) => {
            socket.onopen = opened;
            socket.onclose = failed;
          });
          socket.send(JSON.stringify({ v: 1, id: 1, type: 'meeting:join', data: {} }));
          await new Promise<void>((joined) => {
            socket.onmessage = ({ data }) => {
              const { re } = JSON.parse(data as string) as { re?: number };
              if (re === 1) joined();
            };
          });
          crowd[name] = socket;
        }
      },
      [code, names] as const,
    );
    const open = await page.evaluate(
      () => Object.values(window.__crowd ?? {}).filter(({ readyState }) => readyState === 1).length,
    );
    expect(open).toBe(names.length);
    return new Crowd(page);
  }

  async raiseHand(name: string): Promise<void> {
    await this.page.evaluate((name) => {
      const message = { v: 1, id: 2, type: 'participant:raise-hand', data: { raised: true } };
      window.__crowd?.[name]?.send(JSON.stringify(message));
    }, name);
  }
}
