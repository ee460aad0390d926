/** Where to go after sign-in: a path of this site, or the dashboard. */
export function nextPath(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? '';
  // "//host" and "/\host" would leave the site.
  return /^\/(?![/\\])/.test(next) ? next : '/';
}

export function withNext(path: string, next: string): string {
  return next === '/' ? path : `${path}?${new URLSearchParams({ next }).toString()}`;
}
