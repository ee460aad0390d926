import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import type { Meeting } from '../api';
import { useApi } from './session';

const key = ['meetings'];

export interface MyMeetings {
  live: Meeting[];
  /** Made, neither live nor over. */
  ready: Meeting[];
  past: Meeting[];
}

export function useMyMeetings() {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => api.meetings(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
    select: (data) => sorted(data.pages.flatMap((page) => page.meetings)),
    // Others start and end meetings too.
    refetchInterval: 15_000,
  });
}

export function sorted(meetings: Meeting[]): MyMeetings {
  return {
    live: meetings.filter((each) => each.live),
    ready: meetings.filter((each) => !each.live && !each.endedAt),
    past: meetings.filter((each) => !each.live && each.endedAt),
  };
}

export function useCreateMeeting() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wish: { title: string; guestsAllowed: boolean }) =>
      api.createMeeting(wish.title, wish.guestsAllowed),
    onSuccess: () => queries.invalidateQueries({ queryKey: key }),
  });
}

export function useDeleteMeeting() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (code: string) => api.deleteMeeting(code),
    onSuccess: () => queries.invalidateQueries({ queryKey: key }),
  });
}

export function meetingLink(code: string): string {
  return `${window.location.origin}/m/${code}`;
}
