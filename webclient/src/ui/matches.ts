/** Whether a name has these letters: "kovac" finds "Kovač". */
export function matches(name: string, wanted: string): boolean {
  return plain(name).includes(plain(wanted.trim()));
}

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase();
}
