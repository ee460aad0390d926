import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Meeting, MeetingChange, NewMeeting } from '../api';
import { useApi } from './session';

const key = ['meetings'];
// Others start and end meetings too.
const often = { refetchInterval: 15_000 };

export interface MyMeetings {
  live: Meeting[];
  /** Made, neither scheduled, nor live, nor over. */
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
    ...often,
  });
}

/** Scheduled ones, the next first. */
export function useUpcoming() {
  const api = useApi();
  return useQuery({
    queryKey: [...key, 'upcoming'],
    queryFn: async () => (await api.meetings(undefined, 100, 'upcoming')).meetings,
    select: (meetings) => meetings.filter((each) => !each.live && each.schedule !== undefined),
    ...often,
  });
}

export function sorted(meetings: Meeting[]): MyMeetings {
  const idle = meetings.filter((each) => !each.live);
  return {
    live: meetings.filter((each) => each.live),
    ready: idle.filter((each) => !isOver(each) && each.schedule?.nextAt === undefined),
    past: idle.filter((each) => isOver(each) || (each.lastHeldAt && each.schedule?.nextAt)),
  };
}

// Who took part finds it among the past; before that, a meeting waits to be started.
function isOver({ endedAt, lastHeldAt, schedule }: Meeting): boolean {
  const missed = schedule !== undefined && schedule.nextAt === undefined;
  return endedAt !== undefined || lastHeldAt !== undefined || missed;
}

export function useMeeting(code: string) {
  const api = useApi();
  return useQuery({ queryKey: ['meeting', code, 'details'], queryFn: () => api.meeting(code) });
}

export function useCreateMeeting() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wish: NewMeeting) => api.createMeeting(wish),
    onSuccess: () => queries.invalidateQueries({ queryKey: key }),
  });
}

export function useUpdateMeeting(code: string) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: MeetingChange) => api.updateMeeting(code, change),
    onSuccess: async (meeting) => {
      queries.setQueryData(['meeting', code, 'details'], meeting);
      await queries.invalidateQueries({ queryKey: key });
    },
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

/** One's own invitation, taken off the dashboard. */
export function useDecline() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (code: string) => api.hosting.uninvite(code, 'me'),
    onSuccess: () => queries.invalidateQueries({ queryKey: key }),
  });
}

export function meetingLink(code: string): string {
  return `${window.location.origin}/m/${code}`;
}

/** The token stays in the fragment, which browsers send to nobody. */
export function invitationLink(code: string, token: string): string {
  return `${meetingLink(code)}#i=${token}`;
}

export function invitationIn(hash: string): string | undefined {
  return new URLSearchParams(hash.replace(/^#/, '')).get('i') ?? undefined;
}
