import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { Attendee } from '../api';
import { useApi } from './session';

/** The times that a meeting took place, newest first. */
export function useOccurrences(code: string) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: ['meeting', code, 'occurrences'],
    queryFn: ({ pageParam }) => api.hosting.occurrences(code, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
    select: (data) => data.pages.flatMap((page) => page.occurrences),
  });
}

export function useAttendance(code: string, id: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['meeting', code, 'occurrence', id],
    queryFn: () => api.hosting.attendance(code, id),
  });
}

/** The chat of one occurrence, newest page first; pages come oldest first. */
export function useTranscript(code: string, id: string) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: ['meeting', code, 'transcript', id],
    queryFn: ({ pageParam }) => api.messages(code, pageParam, 100, id),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last) => (last.more ? last.messages[0]?.number : undefined),
    select: (data) => [...data.pages].reverse().flatMap((page) => page.messages),
  });
}

export type Verdict = 'good' | 'fair' | 'weak';

/** A score from 0 to 100 as one of the three words that the meeting uses too. */
export function verdictOf(score: number): Verdict {
  if (score >= 75) return 'good';
  return score >= 45 ? 'fair' : 'weak';
}

/** Of those who were measured: how many had a connection that was not good. */
export function troubled(attendance: readonly Attendee[]): number {
  return attendance.filter(
    ({ quality }) =>
      quality !== undefined && verdictOf(Math.min(quality.up, quality.down)) !== 'good',
  ).length;
}
