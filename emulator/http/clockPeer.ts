// A clock that follows another one over the wire: the leader's view of it, and the routes of the follower.
import { json, Router } from 'express';
import type { LabClock, Speed, TimeMs } from '../kernel/clock.ts';
import type { ClockPeer, ClockPeerState } from '../kernel/clockPeers.ts';
import type { HttpClient } from './client.ts';

/** The follower behind this client. @throws LabError PeerUnreachable in every call when it is gone */
export function clockPeer(client: HttpClient, headers: Record<string, string>): ClockPeer {
  return {
    state: () => client.json<ClockPeerState>('/clock', { headers }),
    runTo: (timeMs) => client.json<void>('/clock/run', { headers, body: { timeMs } }),
    follow: (timeMs, speed) => client.json<void>('/clock/follow', { headers, body: { timeMs, speed } }),
  };
}

export function clockPeerRoutes(clock: LabClock): Router {
  const router = Router();
  router.get('/clock', async (_request, response) => {
    response.json(await clock.state());
  });
  router.post('/clock/run', json(), (request, response) => {
    clock.runTo((request.body as { timeMs: TimeMs }).timeMs);
    response.status(204).end();
  });
  router.post('/clock/follow', json(), (request, response) => {
    const { timeMs, speed } = request.body as { timeMs: TimeMs; speed: Speed };
    clock.follow(timeMs, speed);
    response.status(204).end();
  });
  return router;
}
