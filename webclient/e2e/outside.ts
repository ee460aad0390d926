import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';

/** Where a stream goes, as the page shows it once. */
export interface Access {
  url: string;
  token: string;
}

declare global {
  interface Window {
    /** The connection of a studio or a player. */
    __outside?: RTCPeerConnection;
  }
}

/** Sends a camera and a microphone as a studio does: by WHIP, with nothing of the web client. Answers the HTTP status. */
export function publish(page: Page, access: Access): Promise<number> {
  return exchange(page, access, 'sendonly');
}

/** Plays a meeting as a screen in a hall does: by WHEP. Answers the HTTP status. */
export function play(page: Page, access: Access): Promise<number> {
  return exchange(page, access, 'recvonly');
}

function exchange(page: Page, access: Access, direction: 'sendonly' | 'recvonly'): Promise<number> {
  return page.evaluate(
    async ({ url, token, direction }) => {
      window.__outside?.close();
      const connection = new RTCPeerConnection();
      window.__outside = connection;
      if (direction === 'recvonly') {
        connection.addTransceiver('audio', { direction });
        connection.addTransceiver('video', { direction });
      } else {
        const stream = await navigator.mediaDevices.getUserMedia({
          audio: true,
          video: { width: 640, height: 360 },
        });
        for (const track of stream.getTracks()) connection.addTransceiver(track, { direction });
      }
      await connection.setLocalDescription();
      const answer = await fetch(url, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/sdp' },
        body: connection.localDescription?.sdp ?? '',
      });
      if (answer.ok) {
        await connection.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
      }
      return answer.status;
    },
    { ...access, direction },
  );
}

/** A player decodes pictures, and more of them all the time. */
export async function expectPlays(page: Page): Promise<void> {
  const frames = () =>
    page.evaluate(async () => {
      const stats = (await window.__outside?.getStats()) ?? new Map<string, unknown>();
      let decoded = 0;
      stats.forEach((each: { type: string; framesDecoded?: number }) => {
        if (each.type === 'inbound-rtp') decoded += each.framesDecoded ?? 0;
      });
      return decoded;
    });
  await expect.poll(frames, { timeout: 60_000 }).toBeGreaterThan(0);
  const before = await frames();
  await expect.poll(frames, { timeout: 60_000 }).toBeGreaterThan(before + 5);
}
