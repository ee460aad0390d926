import { CircleAlert, KeyRound } from 'lucide-react';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { meetingCode } from '../../state/meeting-code';

/** One pill: the code, and Join at its end. */
export function JoinByCode() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState(false);

  function submit(event: FormEvent) {
    event.preventDefault();
    const code = meetingCode(text);
    if (code === null) setWrong(true);
    else void navigate(`/m/${code}`);
  }

  return (
    <form onSubmit={submit} noValidate className="min-w-0 grow basis-72">
      <div
        className={`flex h-12 items-center gap-2.5 rounded-full border bg-surface-1 ps-3.5 pe-1 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-focus ${
          wrong ? 'border-off-edge' : 'border-edge'
        }`}
      >
        <KeyRound size={18} className="text-muted" aria-hidden="true" />
        <input
          aria-label={t('dashboard.codeLabel')}
          placeholder={t('dashboard.codeLabel')}
          aria-invalid={wrong || undefined}
          aria-describedby={wrong ? 'code-note' : undefined}
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setWrong(false);
          }}
          className="h-full min-w-0 grow bg-transparent text-field outline-none"
        />
        <button
          type="submit"
          className="h-10 shrink-0 rounded-full bg-surface-2 px-4 text-field sm:px-5 font-[550] hover:bg-surface-3"
        >
          {t('dashboard.join')}
        </button>
      </div>
      {wrong && (
        <p
          id="code-note"
          role="alert"
          className="mt-1.5 flex items-start gap-1.5 ps-4 text-label text-danger-ink"
        >
          <CircleAlert size={16} className="mt-0.5" aria-hidden="true" />
          {t('dashboard.codeInvalid')}
        </p>
      )}
    </form>
  );
}
