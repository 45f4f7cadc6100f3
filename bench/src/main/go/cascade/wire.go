package main

import (
	"context"
	"net"
	"strconv"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// The service of dev.ripcord.bench.cascade.Wire; all it says is text.
const serviceName = "bench.Node"

// serveMethods serves them on a free port of this machine, and returns it.
func serveMethods(methods map[string]func(context.Context, string) (string, error)) (int, error) {
	desc := grpc.ServiceDesc{ServiceName: serviceName, HandlerType: (*any)(nil)}
	for name, method := range methods {
		desc.Methods = append(desc.Methods, grpc.MethodDesc{
			MethodName: name,
			Handler: func(_ any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
				request := new(wrapperspb.StringValue)
				if err := decode(request); err != nil {
					return nil, err
				}
				reply, err := method(ctx, request.GetValue())
				if err != nil {
					return nil, err
				}
				return wrapperspb.String(reply), nil
			},
		})
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	server := grpc.NewServer()
	server.RegisterService(&desc, nil)
	go server.Serve(listener) // until the process ends
	return listener.Addr().(*net.TCPAddr).Port, nil
}

// nodes are connections to the nodes, in their order.
type nodes []*grpc.ClientConn

// connect makes them of ports like 4711,4712.
func connect(ports string) (nodes, error) {
	var all nodes
	for _, port := range strings.Split(ports, ",") {
		if _, err := number(port); err != nil {
			return nil, err
		}
		conn, err := grpc.NewClient("passthrough:///127.0.0.1:"+port,
			grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithNoProxy())
		if err != nil {
			return nil, err
		}
		all = append(all, conn)
	}
	return all, nil
}

func (n nodes) call(ctx context.Context, node int, method, request string) (string, error) {
	reply := new(wrapperspb.StringValue)
	err := n[node].Invoke(ctx, "/"+serviceName+"/"+method, wrapperspb.String(request), reply)
	return reply.GetValue(), err
}

// ask is call for those that want a run and how many handlers.
func (n nodes) ask(ctx context.Context, node int, method string, run int64, handlers int) (string, error) {
	return n.call(ctx, node, method, strconv.FormatInt(run, 10)+" "+strconv.Itoa(handlers))
}
