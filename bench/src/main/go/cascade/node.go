package main

import (
	"context"
	"fmt"
	"log"
	"strconv"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

type node struct {
	stops *stops
	nodes nodes // set before the first call
}

// serve begins to be a node, and returns what to say about it and how to go on.
func serve() (string, func(string) (string, error)) {
	n := &node{stops: newStops()}
	work, err := serveMethods(map[string]func(context.Context, string) (string, error){"Work": n.work})
	if err != nil {
		log.Fatalln(err)
	}
	times, err := serveMethods(map[string]func(context.Context, string) (string, error){
		"Started": n.started, "Stopped": n.stopped})
	if err != nil {
		log.Fatalln(err)
	}
	return fmt.Sprintf("ports=%d,%d", work, times), func(ports string) (string, error) {
		n.nodes, err = connect(ports)
		return "CONNECTED", err
	}
}

// work is the handler: it makes the calls that it is told to, or blocks until its context ends.
func (n *node) work(ctx context.Context, request string) (string, error) {
	p, err := parse(request)
	if err != nil {
		return "", status.Error(codes.InvalidArgument, err.Error())
	}
	n.stops.start(p.run)
	if p.isBottom() {
		<-ctx.Done()
	} else {
		n.callAll(ctx, p.levels[0], p.below())
	}
	n.stops.stop(p.run, nanoTime())
	return "", status.FromContextError(ctx.Err()).Err()
}

// callAll returns when all calls have.
func (n *node) callAll(ctx context.Context, l level, request string) {
	if l.calls == 1 {
		n.nodes.call(ctx, l.node(0), "Work", request) // ends with an error, as it should
		return
	}
	var calls sync.WaitGroup
	for call := range l.calls {
		calls.Go(func() { n.nodes.call(ctx, l.node(call), "Work", request) })
	}
	calls.Wait()
}

func (n *node) started(ctx context.Context, question string) (string, error) {
	run, handlers, err := runAndHandlers(question)
	if err != nil {
		return "", err
	}
	return "", n.stops.awaitStarted(ctx, run, handlers)
}

func (n *node) stopped(ctx context.Context, question string) (string, error) {
	run, handlers, err := runAndHandlers(question)
	if err != nil {
		return "", err
	}
	last, err := n.stops.awaitStopped(ctx, run, handlers)
	return strconv.FormatInt(last, 10), err
}

func runAndHandlers(question string) (run int64, handlers int, err error) {
	_, err = fmt.Sscan(question, &run, &handlers)
	return run, handlers, err
}
