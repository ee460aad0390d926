const browsers: [RegExp, string][] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|Chromium|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];

const systems: [RegExp, string][] = [
  [/\b(iPhone|iPod)\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bMacintosh\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];

/** What a browser says of itself, as names that people know; empty where it says nothing known. */
export function browserOf(userAgent: string): { browser: string; system: string; phone: boolean } {
  const named = (list: [RegExp, string][]) =>
    list.find(([sign]) => sign.test(userAgent))?.[1] ?? '';
  const system = named(systems);
  return { browser: named(browsers), system, phone: /^(iPhone|iPad|Android)$/.test(system) };
}
