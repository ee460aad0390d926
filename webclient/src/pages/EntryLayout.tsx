import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Chamber } from '../ui/Chamber';
import { Wordmark } from '../ui/Wordmark';
import { LanguageMenu } from './LanguageMenu';

/** A form on the left, the chamber on the right. */
export function EntryLayout({ title, children }: { title: string; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <div className="flex min-h-dvh bg-surface-1 text-ink">
      <div className="flex min-w-0 grow flex-col lg:basis-[47%]">
        <header className="flex items-center justify-between gap-4 px-5 py-5 sm:px-10 sm:py-9 flat:py-4">
          <Wordmark />
          <LanguageMenu />
        </header>
        <main className="mx-auto flex w-full max-w-[424px] grow flex-col justify-center px-6 pt-2 pb-16 sm:pb-24 flat:justify-start flat:pt-0 flat:pb-6">
          <h1 className="text-page">{title}</h1>
          {children}
        </main>
      </div>
      <aside
        data-theme="dark"
        className="relative hidden overflow-hidden bg-canvas lg:block lg:basis-[53%]"
      >
        <Chamber />
        <p className="relative px-14 pt-11 text-page text-ink">{t('entry.slogan')}</p>
      </aside>
    </div>
  );
}
