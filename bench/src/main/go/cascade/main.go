// The trees of the group cascade as grpc-go has them: dev.ripcord.bench.cascade.Forest starts
// them and says what to do, in the same words as to the processes in Java.
//
//	cascade node              prints READY ports=WORK,TIMES; is told all nodes' WORK ports in a
//	                          line, and answers CONNECTED
//	cascade edge WORK TIMES   (the ports of all nodes) is told a plan, or a plan and how many of it
//	                          at once, and answers how long after its cancel the last handler
//	                          stopped, and the last call had ended here, in nanoseconds
//
// Both answer the line "clock" with what their clock says, and end with their standard input.
package main

import (
	"bufio"
	"fmt"
	"log"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) == 2 && os.Args[1] == "node" {
		answer(serve())
	} else if len(os.Args) == 4 && os.Args[1] == "edge" {
		answer(connectEdge(os.Args[2], os.Args[3]))
	} else {
		log.Fatalf("cascade node, or cascade edge WORK TIMES, not %q", os.Args[1:])
	}
}

// answer prints ready, and then what each line that it reads makes of it.
func answer(ready string, handle func(string) (string, error)) {
	fmt.Println("READY " + ready)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if lines.Text() == "clock" {
			fmt.Println(nanoTime())
			continue
		}
		reply, err := handle(lines.Text())
		if err != nil {
			log.Fatalln(err)
		}
		fmt.Println(reply)
	}
}

// nanoTime reads the clock that Java's System.nanoTime reads on Linux. What time.Now has besides
// the date counts from the start of the process, and cannot be compared with another's.
func nanoTime() int64 {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		log.Fatalln(err)
	}
	return now.Nano()
}

func number(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("not a number: %w", err)
	}
	return n, nil
}
