package main

import (
	"fmt"
	"strconv"
	"strings"
)

// plan is what a handler is to do: as text, what dev.ripcord.bench.cascade.Plan says it is. The !
// that asks for asynchronous handlers is read over: a goroutine that waits is what Go has for it.
type plan struct {
	run    int64
	levels []level
	rest   []string // the levels as text
}

type level struct {
	calls int
	nodes []int
}

func parse(text string) (plan, error) {
	run, levels, _ := strings.Cut(strings.TrimSuffix(text, "!"), ":")
	var p plan
	var err error
	if p.run, err = strconv.ParseInt(run, 10, 64); err != nil {
		return p, fmt.Errorf("not a plan: %q", text)
	}
	if levels == "" {
		return p, nil
	}
	p.rest = strings.Split(levels, ";")
	for _, each := range p.rest {
		l, err := parseLevel(each)
		if err != nil {
			return p, err
		}
		p.levels = append(p.levels, l)
	}
	return p, nil
}

func parseLevel(text string) (level, error) {
	calls, nodes, _ := strings.Cut(text, "@")
	var l level
	var err error
	if l.calls, err = number(calls); err != nil {
		return l, err
	}
	for _, each := range strings.Split(nodes, ",") {
		node, err := number(each)
		if err != nil {
			return l, err
		}
		l.nodes = append(l.nodes, node)
	}
	return l, nil
}

func (p plan) isBottom() bool { return len(p.levels) == 0 }

// node is where the call of that number goes.
func (l level) node(call int) int { return l.nodes[call%len(l.nodes)] }

// below is what the handlers of the next level are told.
func (p plan) below() string {
	return strconv.FormatInt(p.run, 10) + ":" + strings.Join(p.rest[1:], ";")
}

// handlers counts how many there will be on each node.
func (p plan) handlers() map[int]int {
	handlers := make(map[int]int)
	count(p.levels, handlers)
	return handlers
}

func count(levels []level, handlers map[int]int) {
	if len(levels) == 0 {
		return
	}
	for call := 0; call < levels[0].calls; call++ {
		handlers[levels[0].node(call)]++
		count(levels[1:], handlers)
	}
}
