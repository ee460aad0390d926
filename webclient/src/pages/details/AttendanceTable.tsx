import clsx from 'clsx';
import { useTranslation } from 'react-i18next';
import type { Attendee } from '../../api';
import { clock, durationText } from '../../state/dates';
import { verdictOf } from '../../state/history';
import { Tag } from '../../ui/Tag';

/** Who was there, from when to when, and how their connection was. */
export function AttendanceTable({ attendance }: { attendance: readonly Attendee[] }) {
  const { t, i18n } = useTranslation();
  const at = (time: string | undefined) =>
    time === undefined ? t('history.still') : clock(new Date(time), i18n.language);
  return (
    <div
      role="group"
      aria-label={t('history.attendance')}
      // A wide table scrolls in its card, for which a keyboard has to get there. On a phone there is one column.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className="overflow-x-auto rounded-card border border-hairline bg-surface-1"
    >
      <table className="w-full text-start text-body sm:min-w-[40rem]">
        <thead>
          <tr className="text-label text-muted">
            {(['name', 'came', 'went', 'stayed', 'connection'] as const).map((each) => (
              <th
                key={each}
                scope="col"
                className={clsx(
                  'px-3 py-3 text-start font-medium first:ps-5 last:pe-5',
                  each !== 'name' && 'max-sm:hidden',
                )}
              >
                {t(`history.columns.${each}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {attendance.map((each) => {
            const came = each.joinedAt === undefined ? t('history.never') : at(each.joinedAt);
            const went = each.joinedAt === undefined ? '' : at(each.leftAt);
            const stayed =
              each.joinedAt === undefined
                ? ''
                : durationText(Math.max(1, each.seconds / 60), i18n.language);
            return (
              <tr key={each.id} className="border-t border-hairline align-top">
                <th scope="row" className="px-3 py-3 ps-5 text-start font-medium sm:max-w-64">
                  <span className="flex items-center gap-2">
                    <span className="truncate" dir="auto">
                      {each.name}
                    </span>
                    {each.role !== 'PARTICIPANT' && (
                      <Tag>{t(each.role === 'HOST' ? 'people.host' : 'history.cohost')}</Tag>
                    )}
                    {each.guest && <Tag>{t('people.guest')}</Tag>}
                  </span>
                  <span className="block pt-1 font-normal sm:hidden">
                    <span className="tabular block text-label text-muted">
                      {[came, went, stayed].filter((part) => part !== '').join(' · ')}
                    </span>
                    <Quality quality={each.quality} />
                  </span>
                </th>
                {[came, went, stayed].map((part, i) => (
                  <td key={i} className="tabular px-3 py-3 whitespace-nowrap max-sm:hidden">
                    {part}
                  </td>
                ))}
                <td className="px-3 py-3 pe-5 max-sm:hidden">
                  <Quality quality={each.quality} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Quality({ quality }: Pick<Attendee, 'quality'>) {
  const { t, i18n } = useTranslation();
  if (quality === undefined) return <span className="text-muted">{t('history.unmeasured')}</span>;
  const up = verdictOf(quality.up);
  const down = verdictOf(quality.down);
  const text =
    up === down
      ? t(`history.quality.both.${up}`)
      : t('history.quality.apart', {
          up: t(`meeting.network.${up}`),
          down: t(`meeting.network.${down}`),
        });
  const seconds = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 0 }).format(
    quality.frozenSeconds,
  );
  return (
    <>
      <span className={up === 'weak' || down === 'weak' ? 'font-medium text-amber-ink' : ''}>
        {text}
      </span>
      {quality.freezes > 0 && (
        <span className="block text-label text-muted">
          {t('history.frozen', { count: quality.freezes, seconds })}
        </span>
      )}
    </>
  );
}
