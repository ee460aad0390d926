import { voiceFile } from './voice';

/** Chromium as the system has it: nothing is downloaded. */
export const executablePath = process.env['CHROMIUM_PATH'] || '/usr/bin/chromium';

const playsAtOnce = '--autoplay-policy=no-user-gesture-required';

const plainArgs = [
  // Chromium refuses to run as root with its sandbox.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--allow-loopback-in-peer-connection',
  playsAtOnce,
  // Several tabs in one browser: those behind must not fall asleep.
  '--disable-renderer-backgrounding',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
];

/** A browser with one camera, a microphone that hears somebody speak, and a person who always says yes. */
export const browserArgs = [
  ...plainArgs,
  // Ten pictures a second: four tabs that send 720p in three layers then fit into two cores.
  '--use-fake-device-for-media-stream=fps=10',
  `--use-file-for-fake-audio-capture=${voiceFile()}`,
  '--use-fake-ui-for-media-stream',
];

/** A browser on a machine without camera and microphone. */
export const bareBrowserArgs = plainArgs;

/** A browser that holds sound back until somebody clicks for it, as browsers of people do. */
export const quietBrowserArgs = browserArgs.map((each) =>
  each === playsAtOnce ? '--autoplay-policy=user-gesture-required' : each,
);
