import { pieces } from './links';

/** A message as text; its links open elsewhere and tell nobody where from. */
export function MessageText({ text }: { text: string }) {
  return (
    <p dir="auto" className="text-field/[1.375rem] break-words whitespace-pre-wrap">
      {pieces(text).map((piece, i) =>
        piece.href === undefined ? (
          <span key={i}>{piece.text}</span>
        ) : (
          <a
            key={i}
            href={piece.href}
            target="_blank"
            rel="noopener noreferrer nofollow"
            className="text-link underline underline-offset-2"
          >
            {piece.text}
          </a>
        ),
      )}
    </p>
  );
}
