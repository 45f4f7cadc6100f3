package main

import (
	"context"
	"math"
	"sync"
)

// stops keeps when the handlers of this process began and stopped, run by run.
type stops struct {
	mu      sync.Mutex
	changed *sync.Cond
	runs    map[int64]*counts
}

type counts struct {
	started, stopped int
	last             int64
}

func newStops() *stops {
	s := &stops{runs: make(map[int64]*counts)}
	s.changed = sync.NewCond(&s.mu)
	return s
}

// start notes a handler that is at work, and would hear of its end from now on.
func (s *stops) start(run int64) {
	s.mu.Lock()
	s.of(run).started++
	s.mu.Unlock()
	s.changed.Broadcast()
}

// stop notes a handler that has had nothing more to do since nanos.
func (s *stops) stop(run, nanos int64) {
	s.mu.Lock()
	c := s.of(run)
	c.stopped++
	c.last = max(c.last, nanos)
	s.mu.Unlock()
	s.changed.Broadcast()
}

// of is called with the lock held.
func (s *stops) of(run int64) *counts {
	c := s.runs[run]
	if c == nil {
		c = &counts{last: math.MinInt64}
		s.runs[run] = c
	}
	return c
}

func (s *stops) awaitStarted(ctx context.Context, run int64, handlers int) error {
	_, err := s.await(ctx, run, func(c *counts) bool { return c.started == handlers })
	return err
}

// awaitStopped returns when the last of so many stopped, and forgets them.
func (s *stops) awaitStopped(ctx context.Context, run int64, handlers int) (int64, error) {
	last, err := s.await(ctx, run, func(c *counts) bool { return c.stopped == handlers })
	s.mu.Lock()
	delete(s.runs, run)
	s.mu.Unlock()
	return last, err
}

func (s *stops) await(ctx context.Context, run int64, wanted func(*counts) bool) (int64, error) {
	defer context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.changed.Broadcast()
	})()
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.of(run)
	for !wanted(c) {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		s.changed.Wait()
	}
	return c.last, nil
}
