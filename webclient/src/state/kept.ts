/** Small wishes of one person on one device. A browser that keeps nothing works too. */
export function kept(name: string): string | null {
  try {
    return localStorage.getItem(`plenum.${name}`);
  } catch {
    return null;
  }
}

export function keep(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`plenum.${name}`);
    else localStorage.setItem(`plenum.${name}`, value);
  } catch {
    // Kept until the page is closed, then: not at all.
  }
}
