/** Where to go after sign-in: a path of this site, or the dashboard. */
export function nextPath(search: string, origin = window.location.origin): string {
  const next = new URLSearchParams(search).get('next') ?? '';
  if (!next.startsWith('/')) return '/';
  try {
    // As a browser reads it: "//host", "/\host" and a tab between the strokes would leave the site.
    const url = new URL(next, origin);
    const inside = url.origin === origin && !url.pathname.startsWith('//');
    return inside ? url.pathname + url.search + url.hash : '/';
  } catch {
    return '/';
  }
}

export function withNext(path: string, next: string): string {
  return next === '/' ? path : `${path}?${new URLSearchParams({ next }).toString()}`;
}
