import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { AppHead } from './AppHead';

/** A page of sections behind the sign-in, with the way back above its title. */
export function Page({
  title,
  about,
  back,
  children,
}: {
  title: string;
  about?: ReactNode;
  back: { to: string; label: string };
  children: ReactNode;
}) {
  return (
    <div className="min-h-dvh bg-canvas text-ink">
      <AppHead />
      <main className="mx-auto max-w-[832px] px-6 pt-2 pb-24 sm:px-10 sm:pt-4">
        <Link
          to={back.to}
          className="-ms-1 inline-flex min-h-8 items-center gap-1.5 rounded-chip px-1 text-body font-medium text-link no-underline hover:underline"
        >
          <ArrowLeft size={17} aria-hidden="true" className="rtl:-scale-x-100" />
          {back.label}
        </Link>
        <h1 className="mt-3 text-page break-words">
          <bdi>{title}</bdi>
        </h1>
        {about && <p className="mt-1.5 text-panel text-muted">{about}</p>}
        <div className="mt-10 flex flex-col gap-10">{children}</div>
      </main>
    </div>
  );
}
