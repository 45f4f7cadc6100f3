package main

import (
	"context"
	"fmt"
	"log"
	"math"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	patience = 20 * time.Second
	// Whoever asks the nodes would take time from what is being measured.
	firstLook    = 4 * time.Millisecond
	lookPerCall  = 50 * time.Microsecond
	beforeCancel = firstLook / 4
)

type edge struct {
	nodes, times nodes
}

// connectEdge begins to be the edge, and returns what to say about it and how to go on.
func connectEdge(work, times string) (string, func(string) (string, error)) {
	var e edge
	var err error
	if e.nodes, err = connect(work); err != nil {
		log.Fatalln(err)
	}
	if e.times, err = connect(times); err != nil {
		log.Fatalln(err)
	}
	return "edge=1", e.do
}

// do carries out VARIANT PLAN, or VARIANT PLAN TREES-AT-ONCE; there is but one variant here.
func (e *edge) do(order string) (string, error) {
	fields := strings.Fields(order)
	if len(fields) < 2 {
		return "", fmt.Errorf("not an order: %q", order)
	}
	p, err := parse(fields[1])
	if err != nil {
		return "", err
	}
	if p.isBottom() {
		return "", fmt.Errorf("an edge has calls to make: %q", order)
	}
	if len(fields) == 2 {
		return e.cancel(p, 1, true)
	}
	trees, err := number(fields[2])
	if err != nil {
		return "", err
	}
	return e.cancel(p, trees, false)
}

// cancel makes the calls, waits until everything is at work, cancels, and waits until everything
// has stopped; quietly where it is measured.
func (e *edge) cancel(p plan, trees int, quietly bool) (string, error) {
	calls := p.levels[0].calls * trees
	ends := &ends{last: math.MinInt64}
	var cancels []context.CancelFunc
	for range trees {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		cancels = append(cancels, cancel)
		e.callAll(ctx, p, ends)
	}
	if err := e.awaitStarted(p, trees); err != nil {
		return "", err
	}
	pause(quietly, beforeCancel)
	begin := nanoTime()
	for _, cancel := range cancels {
		cancel()
	}
	ends.open.Wait()
	pause(quietly, firstLook+time.Duration(calls)*lookPerCall)
	stopped, err := e.awaitStopped(p, trees)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d %d", stopped-begin, ends.last-begin), ends.failure()
}

// callAll makes the calls of one tree, each in a goroutine that waits for its end.
func (e *edge) callAll(ctx context.Context, p plan, ends *ends) {
	for call := range p.levels[0].calls {
		ends.open.Go(func() {
			_, err := e.nodes.call(ctx, p.levels[0].node(call), "Work", p.below())
			ends.heard(err)
		})
	}
}

func (e *edge) awaitStarted(p plan, trees int) error {
	ctx, done := context.WithTimeout(context.Background(), patience)
	defer done()
	for node, handlers := range p.handlers() {
		if _, err := e.times.ask(ctx, node, "Started", p.run, handlers*trees); err != nil {
			return err
		}
	}
	return nil
}

// awaitStopped returns when the last handler stopped.
func (e *edge) awaitStopped(p plan, trees int) (int64, error) {
	ctx, done := context.WithTimeout(context.Background(), patience)
	defer done()
	stopped := int64(math.MinInt64)
	for node, handlers := range p.handlers() {
		last, err := e.times.ask(ctx, node, "Stopped", p.run, handlers*trees)
		if err != nil {
			return 0, err
		}
		nanos, err := strconv.ParseInt(last, 10, 64)
		if err != nil {
			return 0, err
		}
		stopped = max(stopped, nanos)
	}
	return stopped, nil
}

func pause(quietly bool, long time.Duration) {
	if quietly {
		time.Sleep(long)
	}
}

// ends is when whoever made the calls had heard that they ended.
type ends struct {
	open     sync.WaitGroup
	mu       sync.Mutex
	last     int64
	answered atomic.Int64 // calls that ended well, which none is to do
}

func (e *ends) heard(err error) {
	now := nanoTime()
	if err == nil {
		e.answered.Add(1)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.last = max(e.last, now)
}

func (e *ends) failure() error {
	if n := e.answered.Load(); n != 0 {
		return fmt.Errorf("%d calls were answered; nobody answers here", n)
	}
	return nil
}
