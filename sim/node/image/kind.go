package image

import (
	"strings"
	"time"

	"orrery/sim/engine"
)

// kind is what the images of one repository have in common.
type kind struct {
	program    Program
	entrypoint bool     // args alone are a command line, not flags of the program
	shell      bool     // its program is a shell: without a command and without a terminal it ends at once
	servers    []string // programs of its own that stay
	interprets []string // interpreters, which end when they are given a text instead of a file
	prints     []string // when its program starts
	memory     int64    // that its program needs, in bytes
}

// stop is how long a server takes to end once it was asked to.
var stop = engine.Latency{Min: 98 * time.Millisecond, Max: 106 * time.Millisecond}

const mebibyte = 1 << 20

// server is what runs in an image of which nothing is known.
var server = kind{program: Program{Stop: stop}, memory: 20 * mebibyte}

// bare is an image whose program is a shell.
var bare = kind{program: Program{Stop: stop}, entrypoint: true, shell: true, memory: mebibyte}

// language is bare with an interpreter. What its command line says itself takes as long as the recorded computation of pi.
func language(names ...string) *kind {
	return &kind{program: Program{Stop: stop}, entrypoint: true, shell: true, memory: 10 * mebibyte, interprets: names}
}

const computes = 4 * time.Second

// listens makes a kind of a server.
func listens(memory int64, warm time.Duration, port int32, paths, prints []string) *kind {
	return &kind{
		program: Program{Stop: stop, Ports: []int32{port}, Paths: paths, Warm: warm}, entrypoint: true, memory: memory * mebibyte, prints: prints,
	}
}

// kinds holds the repositories of which more is known, by the last part of their path.
var kinds = map[string]*kind{
	"nginx": listens(8, 0, 80, []string{"/", "/index.html", "/50x.html"}, []string{"/docker-entrypoint.sh: Configuration complete; ready for start up"}),
	"httpd": listens(12, 0, 80, []string{"/", "/index.html"}, []string{
		"AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using 127.0.0.1. Set the 'ServerName' directive globally to suppress this message",
	}),
	"redis":     listens(10, 0, 6379, nil, []string{"* Ready to accept connections tcp"}),
	"memcached": listens(6, 0, 11211, nil, nil),
	"postgres":  listens(40, 0, 5432, nil, []string{"LOG:  database system is ready to accept connections"}),
	"mysql": listens(380, 4*time.Second, 3306, nil, []string{
		"[Server] /usr/sbin/mysqld: ready for connections. Version: '8.4'  socket: '/var/run/mysqld/mysqld.sock'  port: 3306",
	}),
	"tomcat": {
		program:    Program{Stop: stop, StopCode: 143, Ports: []int32{8080}, Warm: 2 * time.Second},
		entrypoint: true, memory: 120 * mebibyte, prints: []string{"org.apache.catalina.startup.Catalina.start Server startup in [1987] milliseconds"},
	},
	"agnhost":    {program: Program{Stop: stop}, memory: 8 * mebibyte},
	"echoserver": {program: Program{Stop: stop, Ports: []int32{8080}}, memory: 8 * mebibyte},
	"pause":      {program: Program{Stop: stop}, memory: mebibyte},
	"stress":     {program: Program{Stop: stop}, entrypoint: true, memory: 2 * mebibyte, servers: []string{"stress"}},
	"busybox":    &bare,
	"alpine":     &bare,
	"ubuntu":     &bare,
	"debian":     &bare,
	"bash":       &bare,
	"perl":       language("perl"),
	"python":     language("python", "python3"),
	"node":       language("node"),
	"golang":     language("go"),
}

func kindOf(path string) *kind {
	if k := kinds[path[strings.LastIndexByte(path, '/')+1:]]; k != nil {
		return k
	}
	return &server
}
