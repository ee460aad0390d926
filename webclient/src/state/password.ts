/** Characters as people count them; the server has the last word. */
export function passwordIsShort(password: string): boolean {
  return Array.from(password).length < 10;
}
