package api

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"time"

	"orrery/build/openapi"
	"orrery/build/tree"
	"orrery/sim"
	"orrery/sim/apiserver"
	"orrery/sim/apiserver/door"
	"orrery/sim/apiserver/door/protobuf"
	"orrery/sim/apiserver/door/publish"
	"orrery/sim/apiserver/door/table"
	"orrery/sim/client"
	"orrery/sim/engine"
)

// Options say what is served and how. The zero Options are a default world at the speed of the wall's clock, on a port of
// loopback that the system picks.
type Options struct {
	World sim.Config
	Addr  string   // "127.0.0.1:0" when empty
	Speed float64  // virtual seconds per second; 1 when Fast is not set and this is 0
	Fast  bool     // run whatever is due as fast as possible
	Plain bool     // HTTP without TLS, and so without credentials
	Audit *Auditor // nil for none
	// OpenAPI publishes the documents; servers may share it. nil for one of the server's own.
	OpenAPI *publish.OpenAPI
	Begin   time.Time // what the world's clocks show when it begins; now when zero
}

// historyMax bounds the store of a world that many write to, by revisions.
const historyMax = 50_000

// Server serves a simulated cluster's API.
type Server struct {
	player   *player
	http     *http.Server
	listener net.Listener
	identity *identity // nil without TLS
	stop     context.CancelFunc
	done     chan struct{}
	audit    *Auditor  // may be nil
	wrote    time.Time // when a request to write anything but a Lease was answered last, by the world's clock
}

// Start starts a server. It must be closed.
func Start(o Options) (*Server, error) {
	if o.Begin.IsZero() {
		o.Begin = time.Now()
	}
	o.World.Begin = max(0, o.Begin.Sub(engine.Epoch).Truncate(time.Second))
	if o.World.APIServer == nil {
		c := apiserver.DefaultConfig
		c.History = historyMax
		o.World.APIServer = &c
	}
	w, err := sim.NewLive(o.World)
	if err != nil {
		return nil, err
	}
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", o.Addr)
	if err != nil {
		return nil, err
	}
	if o.Speed == 0 && !o.Fast {
		o.Speed = 1
	}
	s := &Server{player: newPlayer(w, o.Speed), listener: listener, done: make(chan struct{})}
	if o.OpenAPI == nil {
		o.OpenAPI = Documents()
		o.OpenAPI.Custom = s.player.Custom
	}
	if !o.Plain {
		if s.identity, err = newIdentity(time.Now()); err != nil {
			return nil, errors.Join(err, listener.Close())
		}
		s.listener = tls.NewListener(listener, s.identity.config())
	}
	s.audit = o.Audit
	w.Engine().Component(client.Server).(*apiserver.Server).Audit(s)
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.http = &http.Server{
		Handler: door.Handler{World: s.player, Tables: table.New(), Protobuf: protobuf.New(), OpenAPI: o.OpenAPI, Upgrade: stream}, ReadHeaderTimeout: 10 * time.Second, Protocols: protocols(),
		BaseContext: func(net.Listener) context.Context { return ctx },
		ErrorLog:    quietLog,
	}
	go func() {
		defer close(s.done)
		s.player.play(ctx)
	}()
	go s.http.Serve(s.listener)
	return s, nil
}

// Addr returns the address that is listened on, "127.0.0.1:6443".
func (s *Server) Addr() string { return s.listener.Addr().String() }

// URL returns the address with its scheme.
func (s *Server) URL() string {
	if s.identity == nil {
		return "http://" + s.Addr()
	}
	return "https://" + s.Addr()
}

// Close ends all watches and stops the world.
func (s *Server) Close() error {
	s.stop()
	err := s.http.Close()
	<-s.done
	return err
}

// Look has f look at the world while nothing runs.
func (s *Server) Look(f func(*sim.World) error) error { return s.player.look(f) }

// Pass lets virtual time pass.
func (s *Server) Pass(d time.Duration) error {
	return s.Look(func(w *sim.World) error { return w.Advance(d) })
}

// patience is how much longer than the time asked for nothing must be written: what looks again after that time is not
// quiet.
const patience = 500 * time.Millisecond

// Quiet lets virtual time pass until nobody asked to write anything but Leases for d, or limit has passed, and reports which.
func (s *Server) Quiet(d, limit time.Duration) (quiet bool, err error) {
	err = s.Look(func(w *sim.World) error {
		begin := w.Now()
		for {
			last := max(begin, s.wrote.Sub(engine.Epoch)) + patience
			if quiet = w.Now() >= last+d; quiet || w.Now() >= begin+limit {
				return nil
			}
			end := min(last+d, begin+limit)
			if next, ok := w.Next(); !ok || next > end {
				w.Idle(end)
			} else if _, err := w.Step(); err != nil {
				return err
			}
		}
	})
	return quiet, err
}

// Answered implements apiserver.Auditor.
func (s *Server) Answered(received, answered time.Time, r *client.Response) {
	switch r.Request.Verb {
	case client.Get, client.List, client.WatchVerb:
	default:
		if r.Request.Resource != "leases.coordination.k8s.io" {
			s.wrote = answered
		}
	}
	if s.audit != nil {
		s.audit.Answered(received, answered, r)
	}
}

// Documents publishes the OpenAPI documents that come with Kubernetes' module.
func Documents() *publish.OpenAPI {
	return &publish.OpenAPI{Load: func() ([]byte, error) {
		root, err := tree.Root()
		if err != nil {
			return nil, err
		}
		return openapi.Make(context.Background(), root)
	}}
}
