import { useMemo } from 'react';
import type { ReactNode } from 'react';
import { shownAddress } from './links';
import { blocks } from './markdown';
import type { Inline } from './markdown';

/** A message with the little that may stand out in it; its links open elsewhere and tell nobody where from. */
export function MessageText({ text }: { text: string }) {
  const parts = useMemo(() => blocks(text), [text]);
  return (
    <div className="grid grid-cols-1 gap-1.5 text-field/[1.375rem] break-words [overflow-wrap:anywhere]">
      {parts.map((block, i) => {
        switch (block.kind) {
          case 'code':
            return (
              <pre
                key={i}
                dir="ltr"
                // Scrolled sideways, with the keyboard too.
                // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
                tabIndex={0}
                className="overflow-x-auto rounded-chip bg-canvas px-3 py-2 font-mono text-label [overflow-wrap:normal] focus-visible:-outline-offset-2"
              >
                {block.text}
              </pre>
            );
          case 'quote':
            return (
              <blockquote
                key={i}
                dir="auto"
                className="border-s-[3px] border-edge ps-3 whitespace-pre-wrap text-muted"
              >
                {block.children.map(draw)}
              </blockquote>
            );
          case 'text':
            return (
              <p key={i} dir="auto" className="whitespace-pre-wrap">
                {block.children.map(draw)}
              </p>
            );
        }
      })}
    </div>
  );
}

function draw(each: Inline, i: number): ReactNode {
  switch (each.kind) {
    case 'text':
      return <span key={i}>{each.text}</span>;
    case 'code':
      return (
        <code key={i} className="rounded-[5px] bg-canvas px-1.5 py-0.5 font-mono text-label">
          {each.text}
        </code>
      );
    case 'bold':
      return <strong key={i}>{each.children.map(draw)}</strong>;
    case 'italic':
      return <em key={i}>{each.children.map(draw)}</em>;
    case 'strike':
      return <s key={i}>{each.children.map(draw)}</s>;
    case 'link':
      return (
        <a
          key={i}
          href={each.href}
          target="_blank"
          rel="noopener noreferrer nofollow"
          className="text-link underline underline-offset-2"
        >
          <bdi dir="ltr">{shownAddress(each.text, each.href)}</bdi>
        </a>
      );
  }
}
