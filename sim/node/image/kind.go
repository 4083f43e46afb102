package image

import (
	"strings"
	"time"

	"orrery/sim/engine"
)

// kind is what the images of one repository have in common.
type kind struct {
	program    Program
	entrypoint bool // args alone are a command line, not flags of the program
}

// stop is how long a server takes to end once it was asked to.
var stop = engine.Latency{Min: 98 * time.Millisecond, Max: 106 * time.Millisecond}

// server is what runs in an image of which nothing is known.
var server = kind{program: Program{Stop: stop}}

// shell is an image whose program is a shell: without a command and without a terminal it ends at once.
var shell = kind{program: Program{Ends: true, Runs: 10 * time.Millisecond}, entrypoint: true}

// kinds holds the repositories of which more is known, by the last part of their path.
var kinds = map[string]*kind{
	"nginx":      {program: Program{Stop: stop, Ports: []int32{80}, Paths: []string{"/", "/index.html", "/50x.html"}}, entrypoint: true},
	"httpd":      {program: Program{Stop: stop, Ports: []int32{80}, Paths: []string{"/", "/index.html"}}, entrypoint: true},
	"redis":      {program: Program{Stop: stop, Ports: []int32{6379}}, entrypoint: true},
	"memcached":  {program: Program{Stop: stop, Ports: []int32{11211}}, entrypoint: true},
	"postgres":   {program: Program{Stop: stop, Ports: []int32{5432}}, entrypoint: true},
	"mysql":      {program: Program{Stop: stop, Ports: []int32{3306}, Warm: 4 * time.Second}, entrypoint: true},
	"tomcat":     {program: Program{Stop: stop, StopCode: 143, Ports: []int32{8080}, Warm: 2 * time.Second}, entrypoint: true},
	"agnhost":    {program: Program{Stop: stop}},
	"echoserver": {program: Program{Stop: stop, Ports: []int32{8080}}},
	"pause":      {program: Program{Stop: stop}},
	"busybox":    &shell,
	"alpine":     &shell,
	"ubuntu":     &shell,
	"debian":     &shell,
	"bash":       &shell,
	"perl":       &shell,
	"python":     &shell,
	"node":       &shell,
	"golang":     &shell,
}

func kindOf(path string) *kind {
	if k := kinds[path[strings.LastIndexByte(path, '/')+1:]]; k != nil {
		return k
	}
	return &server
}
