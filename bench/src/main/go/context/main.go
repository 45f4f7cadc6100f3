// Command context measures Go's own context package: the questions, and the names, of the group core.
//
// It prints one JSON object per line: {"name": "...", "threads": 1, "ns": 12.3, "bytes": 96}.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"runtime"
	"sync"
	"time"
)

const children = 1000 // of a parent that is cancelled

type question struct {
	name    string
	threads []int
	// prepare returns what one thread does n times; shared is the parent of all threads.
	prepare func(shared context.Context) func(n int)
}

type answer struct {
	Name    string  `json:"name"`
	Threads int     `json:"threads"`
	Nanos   float64 `json:"ns"`
	Bytes   float64 `json:"bytes"`
}

var (
	sinkError error
	sinkValue any
)

func main() {
	rounds := flag.Int("rounds", 5, "how often each question is asked")
	length := flag.Duration("length", 50*time.Millisecond, "how long one round takes")
	only := flag.String("question", "", "which question; all if empty")
	onlyThreads := flag.Int("threads", 0, "with how many threads; all that make sense if 0")
	flag.Parse()
	out := json.NewEncoder(os.Stdout)
	for _, q := range questions() {
		for _, threads := range q.threads {
			if *only != "" && *only != q.name || *onlyThreads != 0 && *onlyThreads != threads {
				continue
			}
			n := calibrate(q, threads, *length)
			for range *rounds {
				if err := out.Encode(measure(q, threads, n)); err != nil {
					os.Exit(1)
				}
			}
		}
	}
}

// calibrate finds how many times fill a round; it warms up at the same time.
func calibrate(q question, threads int, length time.Duration) int {
	for n := 1; ; n *= 2 {
		took := measure(q, threads, n).Nanos * float64(n)
		if took*2 > float64(length) {
			return max(1, int(float64(n)*float64(length)/took))
		}
	}
}

func measure(q question, threads, n int) answer {
	shared, cancel := context.WithCancel(context.Background())
	defer cancel()
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	ready.Add(threads)
	for range threads {
		run := q.prepare(shared)
		done.Go(func() {
			ready.Done()
			<-start
			run(n)
		})
	}
	ready.Wait()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begun := time.Now()
	close(start)
	done.Wait()
	took := time.Since(begun)
	runtime.ReadMemStats(&after)
	return answer{
		Name:    q.name,
		Threads: threads,
		Nanos:   float64(took.Nanoseconds()) / float64(n),
		Bytes:   float64(after.TotalAlloc-before.TotalAlloc) / float64(n*threads),
	}
}

type key int

func questions() []question {
	one, both := []int{1}, []int{1, 2}
	return []question{
		{"derive", both, repeatedly(func(parent context.Context) {
			_, cancel := context.WithCancel(parent)
			cancel()
		})},
		{"listen", both, repeatedly(func(parent context.Context) {
			ctx, cancel := context.WithCancel(parent)
			context.AfterFunc(ctx, func() {})
			cancel()
		})},
		{"timeout", both, repeatedly(func(parent context.Context) {
			_, cancel := context.WithTimeout(parent, time.Minute)
			cancel()
		})},
		{"listenWithTimeout", both, repeatedly(func(parent context.Context) {
			ctx, cancel := context.WithTimeout(parent, time.Minute)
			context.AfterFunc(ctx, func() {})
			cancel()
		})},
		{"fanOut", both, fanOut},
		{"poll1", one, poll(1)},
		{"poll8", one, poll(8)},
		{"pollWithDeadline", one, pollWithDeadline},
		{"lookup1", one, lookup(1, key(0))},
		{"lookup100", one, lookup(100, key(0))},
		{"unbound1", one, lookup(1, key(-1))},
		{"unbound100", one, lookup(100, key(-1))},
	}
}

func repeatedly(op func(parent context.Context)) func(context.Context) func(int) {
	return func(shared context.Context) func(int) {
		return func(n int) {
			for range n {
				op(shared)
			}
		}
	}
}

// fanOut counts children: n of them, a thousand to a parent.
func fanOut(context.Context) func(int) {
	return func(n int) {
		for left := n; left > 0; left -= children {
			parent, cancel := context.WithCancel(context.Background())
			for range min(left, children) {
				child, forget := context.WithCancel(parent)
				_ = forget // its parent ends it
				context.AfterFunc(child, func() {})
			}
			cancel()
		}
	}
}

func poll(depth int) func(context.Context) func(int) {
	return func(context.Context) func(int) {
		ctx := context.Background()
		for range depth {
			var forget context.CancelFunc
			ctx, forget = context.WithCancel(ctx)
			_ = forget // it lives as long as the program
		}
		return polling(ctx)
	}
}

func pollWithDeadline(context.Context) func(int) {
	parent, forget := context.WithCancel(context.Background())
	_ = forget // it lives as long as the program
	ctx, forget := context.WithTimeout(parent, time.Hour)
	_ = forget // the same
	return polling(ctx)
}

func polling(ctx context.Context) func(int) {
	return func(n int) {
		var err error
		for range n {
			err = ctx.Err()
		}
		sinkError = err
	}
}

func lookup(depth int, wanted key) func(context.Context) func(int) {
	return func(context.Context) func(int) {
		ctx := context.Background()
		for i := range depth {
			ctx = context.WithValue(ctx, key(i), "x")
		}
		return func(n int) {
			var value any
			for range n {
				value = ctx.Value(wanted)
			}
			sinkValue = value
		}
	}
}
