import { LoaderCircle } from 'lucide-react';

/** Decoration beside words that say what goes on. */
export function Spinner({ size = 18 }: { size?: number }) {
  return <LoaderCircle size={size} className="animate-turn" aria-hidden="true" />;
}
