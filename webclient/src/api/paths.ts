export function meetingPath(code: string, rest?: string): string {
  const path = `/api/meetings/${encodeURIComponent(code)}`;
  return rest === undefined ? path : `${path}/${rest}`;
}

export function query(values: Record<string, string | number | undefined>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) params.set(name, String(value));
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}
